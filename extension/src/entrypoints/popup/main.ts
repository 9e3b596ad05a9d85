/** My reports: their state, undo and withdraw. */
import { browser } from "wxt/browser";
import { domainName, sites } from "../../catalogue";
import { forget, refresh, sendNow, undo, withdraw, type Entry } from "../../outbox";
import { send } from "../../messages";
import { loadOutbox, onChange } from "../../storage";
import { byId, el, fill, twiceButton } from "../../ui/build";
import { pageOf, stateOf } from "../../ui/entry";

const failures = new Map<string, string>();

async function draw(): Promise<void> {
  const entries = (await loadOutbox()).reverse();
  fill(
    byId("main"),
    el("h1", {}, "My reports"),
    entries.length === 0
      ? el("p", { class: "soft" }, "None yet. On a chat page, click the plumb bob under an answer; anywhere else, select the answer and use the context menu.")
      : el("ul", { class: "plain", "data-testid": "reports" }, ...entries.map(row)),
    el(
      "p",
      { class: "row" },
      el("button", { type: "button", class: "small", "data-testid": "refresh", onclick: () => void refresh() }, "Refresh"),
      el("button", { type: "button", class: "small", "data-testid": "paste", onclick: () => void openPage("/review.html") }, "Paste an answer"),
      el("button", { type: "button", class: "small", onclick: () => void browser.runtime.openOptionsPage() }, "Options"),
    ),
  );
}

function row(entry: Entry): HTMLElement {
  const [word, meaning] = stateOf(entry);
  const site = sites.find(({ slug }) => slug === entry.site)?.name ?? entry.site;
  const message = failures.get(entry.id) ?? entry.message;
  return el(
    "li",
    { "data-testid": "report", "data-id": entry.id },
    el("div", {}, el("span", { class: "state", "data-testid": "state" }, word), ` · ${site}${entry.domain ? ` · ${domainName(entry.domain)}` : ""} · ${entry.createdOn}`),
    el("div", { class: "soft" }, meaning),
    message ? el("div", { class: "bad" }, message) : null,
    el("div", { class: "row" }, ...actions(entry)),
  );
}

function actions(entry: Entry): HTMLElement[] {
  if (entry.status === "held" || entry.status === "queued")
    return [
      el("button", { type: "button", class: "small", "data-testid": "undo", onclick: () => void undo(entry.id) }, "Undo"),
      el("button", { type: "button", class: "small", onclick: () => void sendNow(entry.id).then(() => send("outboxChanged", {})) }, "Send now"),
    ];
  const forgetIt = twiceButton("Take off the list", "Its receipt is lost. Really?", { class: "small" }, () => void forget(entry.id));
  if (entry.status === "refused" || entry.serverState === "withdrawn") return [forgetIt];
  const withdrawIt = twiceButton("Withdraw", "Erase it for good?", { class: "small", "data-testid": "withdraw" }, () => void tryWithdraw(entry.id));
  if (entry.serverState !== "released") return [withdrawIt];
  return [el("a", { href: pageOf(entry), target: "_blank", rel: "noreferrer", "data-testid": "public-page" }, "Public page"), withdrawIt];
}

async function tryWithdraw(id: string): Promise<void> {
  failures.delete(id);
  try {
    await withdraw(id);
  } catch (error) {
    failures.set(id, `Not withdrawn: ${error instanceof Error ? error.message : String(error)} Try again.`);
  }
  await draw();
}

async function openPage(path: "/review.html"): Promise<void> {
  await browser.tabs.create({ url: browser.runtime.getURL(path) });
  window.close();
}

onChange(() => void draw());
void draw().then(refresh);
