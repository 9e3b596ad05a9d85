/** The first page after installation: what this does, and what it does not do. */
import { browser } from "wxt/browser";
import { loadOptions } from "../../storage";
import { byId, el, fill } from "../../ui/build";

async function draw(): Promise<void> {
  const { server, holdMinutes } = await loadOptions();
  fill(
    byId("main"),
    el("h1", {}, "Welcome to Plumbline"),
    el("p", {}, "You flag an AI answer that seems worse than it should be. Together, such reports show what no single person can see."),
    el("h2", {}, "What it does"),
    el(
      "ul",
      {},
      el("li", {}, "Under each finished answer on ChatGPT, Claude and Gemini there is a small plumb bob. Click it to report the answer."),
      el("li", {}, "On any other site, select the answer and use the context menu, or paste it."),
      el("li", {}, "Names, addresses, numbers and keys are hidden on this computer. You see exactly what would be sent, and change it."),
      el("li", {}, `A report is held for ${holdMinutes} minutes. It then goes to ${server}, and later it is public.`),
      el("li", {}, "You can withdraw a report at any time, without an account."),
    ),
    el("h2", {}, "What it does not do"),
    el(
      "ul",
      {},
      el("li", {}, "It sends nothing by itself, and reads only the pages of those three sites."),
      el("li", {}, "It sends no address, no account, no title and no other part of the chat."),
      el("li", {}, "It does not run in private windows."),
      el("li", {}, "It can't find everything that identifies somebody. That is why you read the text before you send it."),
    ),
    el("p", { class: "row" }, el("button", { type: "button", class: "primary", onclick: () => void browser.runtime.openOptionsPage() }, "Options: what should always be hidden?")),
  );
}

void draw();
