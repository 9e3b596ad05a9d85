/** My reports: their state, undo and withdraw. */
import { browser } from "wxt/browser";
import { domainName, siteName } from "../../catalogue";
import { chatSiteOf, isOn, turnOn, type ChatSite } from "../../sites";
import { send } from "../../messages";
import {
  forget,
  isHeld,
  isWaiting,
  lookUpOne,
  lookUpState,
  sendNow,
  undo,
  withdraw,
  type Entry,
} from "../../outbox";
import { loadOutbox, onChange } from "../../storage";
import { say, type Phrase } from "../../strings";
import { beginPage, byId, el, fill, twiceButton } from "../../ui/build";
import { pageOf, stateOf } from "../../ui/entry";

let shown = "";
let here: ChatSite | null = null;

/** The chat site of the tab that the person looks at, if its flag is off. Opening this window lets us see which. */
async function siteHere(): Promise<ChatSite | null> {
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
  const site = chatSiteOf(tab?.url ?? "");
  return site && !(await isOn(site)) ? site : null;
}

function turnOnHere(site: ChatSite): HTMLElement {
  const turning = {
    type: "button",
    class: "small primary",
    "data-testid": "turn-on",
    onclick: () => void turnOn([site]),
  };
  return el(
    "p",
    { class: "notice row" },
    say("popup_turn_on", site.name),
    el("button", turning, say("popup_turn_on_button")),
  );
}

async function draw(): Promise<void> {
  const entries = (await loadOutbox()).reverse();
  // Drawing anew what is the same would take a button away from under a person's finger.
  const state = JSON.stringify([entries, here]);
  if (shown === state) return;
  shown = state;
  const focused = placeOf(document.activeElement);
  const asked = [...document.querySelectorAll("button.armed")].map(placeOf);
  fill(
    byId("main"),
    el("h1", {}, say("popup_title")),
    here ? turnOnHere(here) : null,
    entries.length === 0
      ? el("p", { class: "soft", "data-testid": "no-reports" }, say("popup_none"))
      : el("ul", { class: "plain", "data-testid": "reports" }, ...entries.map(row)),
    el(
      "p",
      { class: "row" },
      button("paste", openReview),
      button("options", () => void browser.runtime.openOptionsPage()),
    ),
  );
  // What was asked once more is asked still: news of a report must not turn the second click into a first.
  for (const place of asked) controlAt(place)?.click();
  controlAt(focused)?.focus();
}

function controlAt(place: string | null): HTMLElement | null {
  return place ? document.querySelector<HTMLElement>(place) : null;
}

/** A selector for a control that will find it again among new ones; null if it is none of ours. */
function placeOf(control: Element | null): string | null {
  const testid = control?.getAttribute("data-testid");
  const id = control?.closest("[data-id]")?.getAttribute("data-id");
  if (!testid) return null;
  return id ? `[data-id="${id}"] [data-testid="${testid}"]` : `[data-testid="${testid}"]`;
}

function button(
  name: Extract<Phrase, "check" | "paste" | "options" | "undo" | "send_now" | "try_again">,
  act: () => void,
): HTMLButtonElement {
  return el(
    "button",
    { type: "button", class: "small", "data-testid": name.replace("_", "-"), onclick: act },
    say(name),
  );
}

function row(entry: Entry): HTMLElement {
  const { slug, word, help } = stateOf(entry);
  const facts = [siteName(entry.site), entry.domain ? domainName(entry.domain) : "", entry.createdOn]
    .filter(Boolean)
    .join(" · ");
  return el(
    "li",
    { "data-testid": "report", "data-id": entry.id, "data-state": slug },
    el(
      "div",
      {},
      el("span", { class: "state", "data-testid": "state", "data-state": slug }, word),
      ` · ${facts}`,
    ),
    el("div", { class: "soft" }, help, entry.checkedOn ? ` ${say("checked_on", entry.checkedOn)}` : ""),
    entry.message ? el("div", { class: "bad", "data-testid": "message" }, entry.message) : null,
    entry.serverState && entry.serverState !== "withdrawn" ? receiptOf(entry) : null,
    el("div", { class: "row" }, ...actions(entry)),
  );
}

/** The key that withdraws this report from anywhere, shown to whoever unfolds it. */
function receiptOf({ server, receiptKey }: Entry): HTMLElement {
  const form = el(
    "a",
    { href: `${server}/withdraw/`, target: "_blank", rel: "noreferrer", "data-testid": "withdraw-page" },
    say("receipt_form"),
  );
  return el(
    "details",
    { class: "soft", "data-testid": "receipt" },
    el("summary", {}, say("receipt")),
    el("code", { class: "key", "data-testid": "receipt-key" }, receiptKey),
    el("p", {}, say("receipt_help"), " ", form),
  );
}

function actions(entry: Entry): HTMLElement[] {
  const { id, status, serverState } = entry;
  const now = (name: "send_now" | "try_again"): HTMLElement =>
    button(name, () => void sendNow(id).then(flushSoon));
  const forgetIt = twiceButton(
    say("forget"),
    say("forget_really"),
    { class: "small", "data-testid": "forget" },
    () => void forget(id),
  );
  const withdrawIt = twiceButton(
    say("withdraw"),
    say("withdraw_really"),
    { class: "small", "data-testid": "withdraw" },
    () => void withdraw(id).then(flushSoon),
  );
  if (isHeld(entry)) return [button("undo", () => void undo(id)), now("send_now")];
  if (status === "refused") return [now("try_again"), forgetIt];
  if (status === "withdrawing") return [now("try_again")];
  if (isWaiting(entry)) return [now("try_again"), withdrawIt];
  if (serverState === "withdrawn") return [forgetIt];
  const check = button("check", () => void lookUpState(id));
  if (serverState !== "released") return [check, withdrawIt];
  return [
    el(
      "a",
      { href: pageOf(entry), target: "_blank", rel: "noreferrer", "data-testid": "public-page" },
      say("public_page"),
    ),
    check,
    withdrawIt,
  ];
}

function flushSoon(): void {
  void send("outboxChanged", {});
}

function openReview(): void {
  void browser.tabs.create({ url: browser.runtime.getURL("/review.html") }).then(() => window.close());
}

beginPage("popup_title");
onChange(() => void draw());
/** Looks again where we are, and draws that. */
async function drawHere(): Promise<void> {
  here = await siteHere();
  await draw();
}

browser.permissions.onAdded.addListener(() => void drawHere());
void drawHere().then(() => lookUpOne("newest"));
