/** Options: the chat sites, the server, the hold, what is always hidden; receipts; forgetting everything. */
import { browser } from "wxt/browser";
import {
  DEFAULT_OPTIONS,
  forgetEverything,
  HOLD_MINUTES_MAX,
  loadOptions,
  saveOptions,
  type Options,
} from "../../storage";
import { say } from "../../strings";
import { ownPattern } from "../../sites";
import { beginPage, byId, el, fill, twiceButton } from "../../ui/build";
import { standingParagraph } from "../../ui/standing";
import { sitesList } from "../../ui/sites";
import { holdMinutesOf, ownChatsOf, serverOrigin, wordsToHide } from "./fields";
import { receiptsSection } from "./receipts";

const said = el("p", { role: "status", "data-testid": "said" });
const standing = standingParagraph();

function tell(text: string, tone: "good" | "bad"): void {
  said.className = tone;
  said.textContent = text;
}

/** The browser asks the person once for each server and each chat of their own. */
async function allow(server: string, chats: string[]): Promise<boolean> {
  const origins = [...(server.startsWith("http://") ? [] : [`${server}/*`]), ...chats.map(ownPattern)];
  return origins.length === 0 || browser.permissions.request({ origins });
}

function field(id: "server" | "hold" | "always_hide" | "own_chats", help: string, control: HTMLElement): Node[] {
  return [
    el("h2", {}, el("label", { for: control.id }, say(id))),
    el("p", { class: "soft", id: `${control.id}-help` }, help),
    control,
  ];
}

function control<K extends "input" | "textarea">(
  tag: K,
  id: string,
  value: string,
  more: Record<string, string> = {},
): HTMLElementTagNameMap[K] {
  const made = el(tag, { id, "data-testid": id, "aria-describedby": `${id}-help`, ...more });
  made.value = value;
  return made;
}

interface Controls {
  server: HTMLInputElement;
  hold: HTMLInputElement;
  hidden: HTMLTextAreaElement;
  unlinked: HTMLInputElement;
  chats: HTMLTextAreaElement;
  ratings: HTMLInputElement;
  exposures: HTMLInputElement;
}

function controlsFor(options: Options): Controls {
  const minutes = { type: "number", min: "0", max: String(HOLD_MINUTES_MAX) };
  const box = (id: string, isChecked: boolean): HTMLInputElement => {
    const made = el("input", { id, type: "checkbox", "data-testid": id });
    made.checked = isChecked;
    return made;
  };
  return {
    server: control("input", "server", options.server, { size: "40", spellcheck: "false" }),
    hold: control("input", "hold", String(options.holdMinutes), minutes),
    hidden: control("textarea", "always-hide", options.alwaysHide.join("\n"), {
      rows: "5",
      spellcheck: "false",
    }),
    unlinked: box("unlinked", !options.isLinked),
    ratings: box("ratings", options.sendsRatings),
    exposures: box("exposures", options.countsExposures),
    chats: control("textarea", "own-chats", options.ownChats.join("\n"), { rows: "2", spellcheck: "false" }),
  };
}

/** Keeps what is typed, or says what is wrong with it; the permission is asked for first of all. */
async function save({ server, hold, hidden, unlinked, chats, ratings, exposures }: Controls): Promise<void> {
  try {
    const origin = serverOrigin(server.value);
    const holdMinutes = holdMinutesOf(hold.value);
    const ownChats = ownChatsOf(chats.value);
    if (!(await allow(origin, ownChats))) throw new Error(say("not_allowed", [origin, ...ownChats].join(", ")));
    const alwaysHide = wordsToHide(hidden.value);
    await saveOptions({
      server: origin,
      holdMinutes,
      alwaysHide,
      isLinked: !unlinked.checked,
      ownChats,
      sendsRatings: ratings.checked,
      countsExposures: exposures.checked,
    });
    tell(say("saved"), "good");
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error), "bad");
  }
}

async function forget(): Promise<void> {
  await forgetEverything();
  draw(await loadOptions());
  tell(say("forgotten"), "good");
}

function draw(options: Options): void {
  const controls = controlsFor(options);
  const saving = {
    type: "button",
    class: "primary",
    "data-testid": "save",
    onclick: () => void save(controls),
  };
  const forgetting = { "data-testid": "forget-all" };
  fill(
    byId("main"),
    el("h1", {}, say("options_title")),
    el("h2", {}, say("sites_title")),
    el("p", { class: "soft" }, say("sites_help")),
    sitesList(),
    ...field("own_chats", say("own_chats_help"), controls.chats),
    ...field("server", say("server_help", DEFAULT_OPTIONS.server), controls.server),
    ...field("hold", say("hold_help", HOLD_MINUTES_MAX), controls.hold),
    ...field("always_hide", say("always_hide_help"), controls.hidden),
    el("h2", {}, say("counting")),
    el("p", { class: "soft" }, say("counting_help")),
    el("p", { class: "soft" }, say("counting_blind")),
    standing,
    el("label", { class: "consent" }, controls.unlinked, el("span", {}, say("unlinked"))),
    el("h2", {}, say("controls_title")),
    el("p", { class: "soft" }, say("controls_help")),
    el("label", { class: "consent" }, controls.ratings, el("span", {}, say("ratings_label"))),
    el("p", { class: "soft" }, say("ratings_why")),
    el("label", { class: "consent" }, controls.exposures, el("span", {}, say("exposures_label"))),
    el("p", {}, el("a", { href: "/controls.html", "data-testid": "controls-link" }, say("controls_link"))),
    el("p", { class: "row" }, el("button", saving, say("save")), said),
    ...receiptsSection(tell),
    el("h2", {}, say("forget_all_title")),
    el("p", { class: "soft" }, say("forget_all_help")),
    twiceButton(say("forget_all"), say("forget_all_really"), forgetting, () => void forget()),
  );
}

beginPage("options_title");
void loadOptions().then(draw);
