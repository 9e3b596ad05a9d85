/** Options: the server, the hold, what is always hidden, and forgetting everything. */
import { browser } from "wxt/browser";
import { DEFAULT_OPTIONS, forgetEverything, HOLD_MINUTES_MAX, loadOptions, saveOptions } from "../../storage";
import { byId, el, fill, twiceButton } from "../../ui/build";

/** The origin of an address that may serve as server; throws an Error that says what is wrong. */
export function serverOrigin(text: string): string {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw new Error("That is not an address. It looks like https://plumbline.example");
  }
  const isLocal = url.hostname === "127.0.0.1" || url.hostname === "localhost";
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLocal))
    throw new Error("The address must begin with https://, unless the server is on this computer.");
  return url.origin;
}

async function allow(origin: string): Promise<boolean> {
  if (origin.startsWith("http://")) return true;
  return browser.permissions.request({ origins: [`${origin}/*`] });
}

async function draw(): Promise<void> {
  const options = await loadOptions();
  const server = el("input", { id: "server", size: "40", "data-testid": "server" });
  server.value = options.server;
  const hold = el("input", { id: "hold", type: "number", min: "0", max: String(HOLD_MINUTES_MAX), "data-testid": "hold" });
  hold.value = String(options.holdMinutes);
  const hidden = el("textarea", { id: "always-hide", rows: "5", "data-testid": "always-hide" });
  hidden.value = options.alwaysHide.join("\n");
  const unlinked = el("input", { id: "unlinked", type: "checkbox" });
  unlinked.checked = !options.isLinked;
  const said = el("p", { role: "status", "data-testid": "said" });

  const save = async (): Promise<void> => {
    try {
      const origin = serverOrigin(server.value);
      const holdMinutes = Math.round(Number(hold.value));
      if (!(holdMinutes >= 0 && holdMinutes <= HOLD_MINUTES_MAX)) throw new Error(`The hold lasts 0 to ${HOLD_MINUTES_MAX} minutes.`);
      if (!(await allow(origin))) throw new Error(`Without your permission nothing can be sent to ${origin}.`);
      const alwaysHide = [...new Set(hidden.value.split("\n").map((line) => line.trim()).filter((line) => line.length > 1))];
      await saveOptions({ server: origin, holdMinutes, alwaysHide, isLinked: !unlinked.checked });
      said.className = "good";
      said.textContent = "Saved.";
    } catch (error) {
      said.className = "bad";
      said.textContent = error instanceof Error ? error.message : String(error);
    }
  };

  fill(
    byId("main"),
    el("h1", {}, "Options"),
    el("h2", {}, el("label", { for: "server" }, "Server")),
    el("p", { class: "soft" }, `Where reports go. Default: ${DEFAULT_OPTIONS.server}, on this computer.`),
    server,
    el("h2", {}, el("label", { for: "hold" }, "Hold, in minutes")),
    el("p", { class: "soft" }, "So long a report waits on this computer, and you can undo it. 0 to 1440."),
    hold,
    el("h2", {}, el("label", { for: "always-hide" }, "Always hide")),
    el("p", { class: "soft" }, "Your name, your employer, your street: one to a line. They are hidden wherever they appear, and never leave this computer."),
    hidden,
    el("h2", {}, "Counting"),
    el("p", {}, el("label", {}, unlinked, " Unlinked: give each report a random tag. It is published, but left out of the headline counts.")),
    el("p", { class: "row" }, el("button", { type: "button", class: "primary", "data-testid": "save", onclick: () => void save() }, "Save")),
    said,
    el("h2", {}, "Forget everything"),
    el("p", { class: "soft" }, "Takes away options, waiting reports and all receipts. What was sent stays with the server; withdraw it first if you want it gone."),
    twiceButton("Forget everything", "Really, the receipts too?", { "data-testid": "forget" }, () => void forgetEverything().then(draw)),
  );
}

void draw();
