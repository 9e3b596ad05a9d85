/** The first page after installation: what this does, and what it does not do. */
import { browser } from "wxt/browser";
import { ADAPTERS } from "../../adapters/registry";
import { loadOptions } from "../../storage";
import { say } from "../../strings";
import { byId, el, fill } from "../../ui/build";

async function draw(): Promise<void> {
  const { server, holdMinutes } = await loadOptions();
  const sites = new Intl.ListFormat("en").format(ADAPTERS.map((adapter) => adapter.label));
  const list = (...lines: string[]): HTMLElement => el("ul", {}, ...lines.map((line) => el("li", {}, line)));
  document.title = say("onboarding_title");
  fill(
    byId("main"),
    el("h1", {}, say("onboarding_title")),
    el("p", {}, say("onboarding_intro")),
    el("h2", {}, say("does_title")),
    list(
      say("does_1", sites),
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
