/** The first page after installation: what this does, and what it does not do. */
import { browser } from "wxt/browser";
import { loadOptions } from "../../storage";
import { say } from "../../strings";
import { sitesList } from "../../ui/sites";
import { beginPage, byId, el, fill } from "../../ui/build";

async function draw(): Promise<void> {
  const { server, holdMinutes } = await loadOptions();
  const list = (...lines: string[]): HTMLElement => el("ul", {}, ...lines.map((line) => el("li", {}, line)));
  beginPage("onboarding_title");
  fill(
    byId("main"),
    el("h1", {}, say("onboarding_title")),
    el("p", {}, say("onboarding_intro")),
    el("h2", {}, say("onboarding_sites")),
    el("p", { class: "soft" }, say("sites_help")),
    sitesList(),
    el("h2", {}, say("does_title")),
    list(
      say("does_1"),
      say("does_2"),
      say("does_3"),
      say("does_4", holdMinutes, server),
      say("does_5"),
    ),
    el("h2", {}, say("does_not_title")),
    list(say("does_not_1"), say("does_not_2"), say("does_not_3"), say("does_not_4")),
    el(
      "p",
      { class: "row" },
      el(
        "button",
        { type: "button", class: "primary", onclick: () => void browser.runtime.openOptionsPage() },
        say("onboarding_options"),
      ),
    ),
  );
}

void draw();
