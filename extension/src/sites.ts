/** On which chat sites the flag is offered: those that the person has turned on, and no other. */
import { browser } from "wxt/browser";
import { ADAPTERS, MATCHES } from "./adapters/registry";
import { loadOptions } from "./storage";

const SCRIPT_ID = "flags";
const SCRIPT_FILE = "/content-scripts/content.js";

/** A chat site that can be turned on: one of ours, or an address of the person's own. */
export interface ChatSite {
  slug: string;
  name: string;
  /** Match patterns of its pages. */
  origins: string[];
}

/** The sites with an address that everybody shares. */
export const CHAT_SITES: readonly ChatSite[] = ADAPTERS.filter(({ matches }) => matches.length > 0).map(
  ({ id, label, matches }) => ({ slug: id, name: label, origins: [...matches] }),
);

/** The match pattern of an address of the person's own; patterns know no port. */
export function ownPattern(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}

/** The chat site of a page's address that is not one of the person's own; null if it is none. */
export function chatSiteOf(address: string): ChatSite | null {
  return (
    CHAT_SITES.find(({ origins }) => origins.some((match) => address.startsWith(match.replace(/\*$/, "")))) ?? null
  );
}

export async function isOn({ origins }: ChatSite): Promise<boolean> {
  return browser.permissions.contains({ origins });
}

/** Asks the person, through the browser; call it in a click, before anything else is awaited. */
export async function turnOn(sites: readonly ChatSite[]): Promise<boolean> {
  return browser.permissions.request({ origins: sites.flatMap(({ origins }) => origins) });
}

/** Gives the permission back; the flags are gone when the page is loaded again. */
export async function turnOff({ origins }: ChatSite): Promise<void> {
  await browser.permissions.remove({ origins });
}

/** Every pattern on which the flag is to be offered now. */
async function patternsOn(): Promise<string[]> {
  const own = (await loadOptions()).ownChats.map(ownPattern);
  const all = [...MATCHES, ...own];
  const are = await Promise.all(all.map((origin) => browser.permissions.contains({ origins: [origin] })));
  return all.filter((_, index) => are[index]);
}

/** Sees to it that flags are offered on the sites that are on: from now on, and in tabs open already. */
export async function registerFlags(): Promise<void> {
  const matches = await patternsOn();
  const [known] = await browser.scripting.getRegisteredContentScripts({ ids: [SCRIPT_ID] });
  const before = known?.matches ?? [];
  if (matches.length === before.length && matches.every((match) => before.includes(match))) return;
  if (known) await browser.scripting.unregisterContentScripts({ ids: [SCRIPT_ID] });
  if (matches.length === 0) return;
  await browser.scripting.registerContentScripts([
    { id: SCRIPT_ID, js: [SCRIPT_FILE], matches, runAt: "document_idle", persistAcrossSessions: true },
  ]);
  await showInOpenTabs(matches.filter((match) => !before.includes(match)));
}

async function showInOpenTabs(matches: string[]): Promise<void> {
  if (matches.length === 0) return;
  for (const { id } of await browser.tabs.query({ url: matches })) {
    if (id === undefined) continue;
    // A tab that shows an error page, say, can't be written to: the flag then comes with the next page.
    await browser.scripting.executeScript({ target: { tabId: id }, files: [SCRIPT_FILE] }).catch(() => undefined);
  }
}
