/** After the click on Send: what happens next, with a way back. */
import { send } from "../../messages";
import { sendNow, undo } from "../../outbox";
import { loadOutbox, onChange } from "../../storage";
import { el, fill } from "../../ui/build";
import { stateOf } from "../../ui/entry";

export function drawHeld(main: HTMLElement, id: string): void {
  const draw = async (): Promise<void> => {
    const entry = (await loadOutbox()).find((kept) => kept.id === id);
    if (!entry) {
      fill(main, el("h1", {}, "Taken back"), el("p", { "data-testid": "undone" }, "Nothing was sent, and nothing is kept. You can close this page."));
      return;
    }
    const [word, meaning] = stateOf(entry);
    const isHeld = entry.status === "held";
    fill(
      main,
      el("h1", {}, "Thank you"),
      el("p", { role: "status" }, "Your report: ", el("span", { class: "state", "data-testid": "held-state" }, word), `. ${meaning}`),
      entry.message ? el("p", { class: "bad" }, entry.message) : null,
      isHeld ? el("p", {}, `It will be sent at ${new Date(entry.notBefore).toLocaleTimeString()}.`) : null,
      isHeld
        ? el(
            "p",
            { class: "row" },
            el("button", { type: "button", "data-testid": "undo", onclick: () => void undo(id) }, "Undo"),
            el("button", { type: "button", "data-testid": "send-now", onclick: () => void sendNow(id).then(() => send("outboxChanged", {})) }, "Send now"),
          )
        : null,
      el("p", { class: "soft" }, "You find it again in the extension's window, where you can also withdraw it. You can close this page."),
    );
  };
  onChange(() => void draw());
  void draw();
}
