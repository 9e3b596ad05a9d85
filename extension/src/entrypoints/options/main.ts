/** Options: the server, the hold, what is always hidden, and forgetting everything. */
import { browser } from "wxt/browser";
import { DEFAULT_OPTIONS, forgetEverything, HOLD_MINUTES_MAX, loadOptions, saveOptions, type Options } from "../../storage";
import { say, type Phrase } from "../../strings";
import { byId, el, fill, twiceButton } from "../../ui/build";
import { holdMinutesOf, serverOrigin, wordsToHide } from "./fields";

const said = el("p", { role: "status", "data-testid": "said" });

function tell(text: string, tone: "good" | "bad"): void {
  said.className = tone;
  said.textContent = text;
}

/** The browser asks the person once for each server that is not on this computer. */
async function allow(origin: string): Promise<boolean> {
  return origin.startsWith("http://") || browser.permissions.request({ origins: [`${origin}/*`] });
}

function field(id: "server" | "hold" | "always_hide", help: string, control: HTMLElement): Node[] {
  return [el("h2", {}, el("label", { for: control.id }, say(id))), el("p", { class: "soft", id: `${control.id}-help` }, help), control];
}

function control<K extends "input" | "textarea">(tag: K, id: string, value: string, more: Record<string, string> = {}): HTMLElementTagNameMap[K] {
  const made = el(tag, { id, "data-testid": id, "aria-describedby": `${id}-help`, ...more });
  made.value = value;
  return made;
}

function draw(options: Options): void {
  const server = control("input", "server", options.server, { size: "40", spellcheck: "false" });
  const hold = control("input", "hold", String(options.holdMinutes), { type: "number", min: "0", max: String(HOLD_MINUTES_MAX) });
  const hidden = control("textarea", "always-hide", options.alwaysHide.join("\n"), { rows: "5", spellcheck: "false" });
  const unlinked = el("input", { id: "unlinked", type: "checkbox", "data-testid": "unlinked" });
  unlinked.checked = !options.isLinked;

  const save = async (): Promise<void> => {
    try {
      const origin = serverOrigin(server.value);
      const holdMinutes = holdMinutesOf(hold.value);
      if (!(await allow(origin))) throw new Error(say("server_not_allowed", origin));
      await saveOptions({ server: origin, holdMinutes, alwaysHide: wordsToHide(hidden.value), isLinked: !unlinked.checked });
      tell(say("saved"), "good");
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error), "bad");
    }
  };
  const forget = async (): Promise<void> => {
    await forgetEverything();
    draw(await loadOptions());
    tell(say("forgotten"), "good");
  };

  fill(
    byId("main"),
    el("h1", {}, say("options_title")),
    ...field("server", say("server_help", DEFAULT_OPTIONS.server), server),
    ...field("hold", say("hold_help", HOLD_MINUTES_MAX), hold),
    ...field("always_hide", say("always_hide_help"), hidden),
    el("h2", {}, say("counting")),
    el("p", { class: "soft" }, say("counting_help")),
    el("label", { class: "consent" }, unlinked, el("span", {}, say("unlinked"))),
    el("p", { class: "row" }, button("save", () => void save()), said),
    el("h2", {}, say("forget_all_title")),
    el("p", { class: "soft" }, say("forget_all_help")),
    twiceButton(say("forget_all"), say("forget_all_really"), { "data-testid": "forget-all" }, () => void forget()),
  );
}

function button(name: Extract<Phrase, "save">, act: () => void): HTMLButtonElement {
  return el("button", { type: "button", class: "primary", "data-testid": name, onclick: act }, say(name));
}

document.title = say("options_title");
void loadOptions().then(draw);
