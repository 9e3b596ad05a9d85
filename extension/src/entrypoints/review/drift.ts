/** Where a page could not be read: the person sees how it is built, and may send that. */
import { sendDrift } from "../../api";
import type { Skeleton } from "../../adapters/types";
import { driftBody } from "../../drift";
import { loadOptions } from "../../storage";
import { say } from "../../strings";
import { el, fill } from "../../ui/build";

/** A folded section with exactly what would be sent, and a button. */
export function drawDrift(site: string, skeleton: Skeleton): HTMLElement {
  const body = driftBody(site, skeleton);
  const label = { role: "region", tabindex: "0", "aria-label": say("drift_preview") };
  const preview = el("pre", { class: "preview", "data-testid": "drift-preview", ...label }, body);
  const said = el("p", { role: "status", "data-testid": "drift-said" });
  const button = el("button", { type: "button", "data-testid": "drift-send" }, say("drift_send"));
  const row = el("p", { class: "row" }, button);
  button.addEventListener("click", () => {
    button.disabled = true;
    void loadOptions()
      .then(({ server }) => sendDrift(server, preview.textContent))
      .then(
        () => {
          said.textContent = say("drift_sent");
          fill(row);
        },
        (error: unknown) => {
          said.textContent = error instanceof Error ? error.message : String(error);
          button.disabled = false;
        },
      );
  });
  return el(
    "details",
    { class: "notice", "data-testid": "drift" },
    el("summary", {}, say("drift_title")),
    el("p", {}, say("drift_intro")),
    preview,
    row,
    said,
  );
}
