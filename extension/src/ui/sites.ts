/** The list of chat sites, each with its switch. */
import { browser } from "wxt/browser";
import { CHAT_SITES, isOn, ownPattern, turnOff, turnOn, type ChatSite } from "../sites";
import { loadOptions } from "../storage";
import { say } from "../strings";
import { el, fill } from "./build";

/** A list that draws itself anew whenever a site has been turned on or off. */
export function sitesList(): HTMLElement {
  const list = el("ul", { class: "plain tiles", "data-testid": "sites" });
  const draw = async (): Promise<void> => {
    const own = (await loadOptions()).ownChats.map(
      (origin): ChatSite => ({ slug: "open-webui", name: origin, origins: [ownPattern(origin)] }),
    );
    const sites = [...CHAT_SITES, ...own];
    const states = await Promise.all(sites.map(isOn));
    const focused = document.activeElement?.getAttribute("data-testid") ?? "";
    const off = sites.filter((_, index) => !states[index]);
    fill(list, ...sites.map((site, index) => row(site, states[index] === true)), allRow(off));
    list.querySelector<HTMLElement>(`[data-testid="${focused}"]`)?.focus();
  };
  browser.permissions.onAdded.addListener(() => void draw());
  browser.permissions.onRemoved.addListener(() => void draw());
  void draw();
  return list;
}

function row(site: ChatSite, isSiteOn: boolean): HTMLElement {
  const flip = (): void => void (isSiteOn ? turnOff(site) : turnOn([site]));
  return el(
    "li",
    { class: "row between" },
    el("span", {}, site.name),
    el(
      "button",
      {
        type: "button",
        class: "small switch",
        role: "switch",
        "aria-checked": String(isSiteOn),
        "aria-label": site.name,
        "data-testid": `site-${site.slug}`,
        onclick: flip,
      },
      say(isSiteOn ? "site_on" : "site_off"),
    ),
  );
}

function allRow(off: ChatSite[]): HTMLElement | null {
  if (off.length < 2) return null;
  const all = { type: "button", class: "small", "data-testid": "sites-all", onclick: () => void turnOn(off) };
  return el("li", { class: "row between" }, el("span", {}), el("button", all, say("sites_all")));
}
