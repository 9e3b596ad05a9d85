/** My receipts: to a file, from a file, and all my reports withdrawn. */
import { send } from "../../messages";
import { withdrawAll } from "../../outbox";
import { entriesOf, receiptsFile, withReceipts } from "../../receipts-file";
import { changeOutbox, loadOutbox } from "../../storage";
import { say } from "../../strings";
import { el, twiceButton } from "../../ui/build";

type Tell = (text: string, tone: "good" | "bad") => void;

/** The section of the options; what happened is told to the person. */
export function receiptsSection(tell: Tell): HTMLElement[] {
  const file = el("input", {
    type: "file",
    accept: "application/json,.json",
    hidden: true,
    "data-testid": "receipts-file",
  });
  file.addEventListener("change", () => void take(file, tell));
  const saving = { type: "button", "data-testid": "receipts-export", onclick: () => void offerFile(tell) };
  const loading = { type: "button", "data-testid": "receipts-import", onclick: () => file.click() };
  const withdrawing = { "data-testid": "withdraw-all" };
  return [
    el("h2", {}, say("receipts_title")),
    el("p", { class: "soft" }, say("receipts_help")),
    el(
      "p",
      { class: "row" },
      el("button", saving, say("receipts_export")),
      el("button", loading, say("receipts_import")),
      file,
      twiceButton(say("withdraw_all"), say("withdraw_all_really"), withdrawing, () => void eraseAll(tell)),
    ),
  ];
}

async function offerFile(tell: Tell): Promise<void> {
  const text = receiptsFile(await loadOutbox());
  const count = (JSON.parse(text) as { receipts: unknown[] }).receipts.length;
  if (count === 0) {
    tell(say("receipts_none"), "bad");
    return;
  }
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  el("a", { href: url, download: "plumbline-receipts.json" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  tell(say("receipts_saved", count), "good");
}

async function take(file: HTMLInputElement, tell: Tell): Promise<void> {
  const chosen = file.files?.[0];
  if (!chosen) return;
  try {
    const added = entriesOf(await chosen.text());
    const before = (await loadOutbox()).length;
    const after = await changeOutbox((entries) => withReceipts(entries, added));
    tell(say("receipts_loaded", after.length - before), "good");
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error), "bad");
  }
  file.value = "";
}

async function eraseAll(tell: Tell): Promise<void> {
  const count = await withdrawAll();
  await send("outboxChanged", {}).catch(() => null);
  tell(count === 0 ? say("withdraw_all_none") : say("withdraw_all_done", count), "good");
}
