/** After the click on Send: what happens next, with a way back. */
import { send } from "../../messages";
import { isHeld, sendNow, undo, type Entry } from "../../outbox";
import { loadOutbox, onChange } from "../../storage";
import { say } from "../../strings";
import { el, fill } from "../../ui/build";
import { stateOf } from "../../ui/entry";

/** Draws the state of a report that is on its way, and keeps it up to date. */
export function drawHeld(main: HTMLElement, id: string): void {
  const draw = async (): Promise<void> => {
    const entry = (await loadOutbox()).find((kept) => kept.id === id);
    fill(main, ...(entry ? onItsWay(entry) : takenBack()));
  };
  onChange(() => void draw());
  void draw();
}

function takenBack(): HTMLElement[] {
  return [
    el("h1", {}, say("undone_title")),
    el("p", { role: "status", "data-testid": "undone" }, say("undone")),
  ];
}

function onItsWay(entry: Entry): HTMLElement[] {
  const { slug, word, help } = stateOf(entry);
  const state = el("span", { class: "state", "data-testid": "held-state", "data-state": slug }, word);
  const parts = [
    el("h1", {}, say("held_title")),
    el("p", { role: "status" }, `${say("held_your_report")} `, state, `. ${help}`),
  ];
  if (entry.message) parts.push(el("p", { class: "bad", "data-testid": "message" }, entry.message));
  if (isHeld(entry)) {
    parts.push(el("p", {}, say("held_until", new Date(entry.notBefore).toLocaleTimeString())));
    parts.push(el("p", { class: "row" }, ...waysOut(entry.id)));
  }
  return [...parts, el("p", { class: "soft" }, say("held_find"))];
}

function waysOut(id: string): HTMLElement[] {
  const go = (): void => void sendNow(id).then(() => send("outboxChanged", {}));
  return [
    el("button", { type: "button", "data-testid": "undo", onclick: () => void undo(id) }, say("undo")),
    el("button", { type: "button", "data-testid": "send-now", onclick: go }, say("send_now")),
  ];
}
