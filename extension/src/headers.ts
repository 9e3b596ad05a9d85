/**
 * Requests to the server carry no more than they need: no Origin (in Firefox it is unique to an
 * install), no languages, no browser and system version.
 */
import { browser } from "wxt/browser";

const REMOVED = ["Origin", "Accept-Language", "Sec-CH-UA", "Sec-CH-UA-Mobile", "Sec-CH-UA-Platform"];

/** Strips our own requests to these servers, and to no others, from now on and after a restart. */
export async function trimRequestsTo(servers: string[]): Promise<void> {
  const rules = await browser.declarativeNetRequest.getDynamicRules();
  await browser.declarativeNetRequest.updateDynamicRules({
    removeRuleIds: rules.map(({ id }) => id),
    addRules: servers.map((server, index) => ({
      id: index + 1,
      action: {
        type: "modifyHeaders",
        requestHeaders: [
          ...REMOVED.map((header) => ({ header, operation: "remove" as const })),
          { header: "User-Agent", operation: "set", value: "Plumbline" },
        ],
      },
      condition: {
        urlFilter: `|${server}/api/`,
        // Only what this extension asks for: pages of the server that a person reads are left alone.
        initiatorDomains: [location.hostname],
        resourceTypes: ["xmlhttprequest"],
      },
    })),
  });
}
