/** After the click on Send: what happens next, with a way back. */
import { send } from "../../messages";
import { isHeld, sendNow, undo } from "../../outbox";
import { loadOutbox, onChange } from "../../storage";
import { say } from "../../strings";
import { el, fill } from "../../ui/build";
import { stateOf } from "../../ui/entry";

/** Draws the state of a report that is on its way, and keeps it up to date. */
export function drawHeld(main: HTMLElement, id: string): void {
  const draw = async (): Promise<void> => {
    const entry = (await loadOutbox()).find((kept) => kept.id === id);
    if (!entry) {
      fill(main, el("h1", {}, say("undone_title")), el("p", { role: "status", "data-testid": "undone" }, say("undone")));
      return;
    }
    const { slug, word, help } = stateOf(entry);
    const undoButton = el("button", { type: "button", "data-testid": "undo", onclick: () => void undo(id) }, say("undo"));
    const nowButton = el("button", { type: "button", "data-testid": "send-now", onclick: () => void sendNow(id).then(() => send("outboxChanged", {})) }, say("send_now"));
    fill(
      main,
      el("h1", {}, say("held_title")),
      el("p", { role: "status" }, `${say("held_your_report")} `, el("span", { class: "state", "data-testid": "held-state", "data-state": slug }, word), `. ${help}`),
      entry.message ? el("p", { class: "bad", "data-testid": "message" }, entry.message) : null,
      isHeld(entry) ? el("p", {}, say("held_until", new Date(entry.notBefore).toLocaleTimeString())) : null,
      isHeld(entry) ? el("p", { class: "row" }, undoButton, nowButton) : null,
      el("p", { class: "soft" }, say("held_find")),
    );
  };
  onChange(() => void draw());
  void draw();
}
