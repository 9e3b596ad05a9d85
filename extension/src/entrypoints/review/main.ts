/** The review page: exactly what will leave, and the person's decisions about it. */
import type { Exchange } from "../../adapters/types";
import { genericExchange } from "../../adapters/generic";
import { send } from "../../messages";
import { hold } from "../../outbox";
import { dropDraft, loadDraft, loadOptions, type Options } from "../../storage";
import { byId, el, fill } from "../../ui/build";
import { drawChoices } from "./choices";
import { drawHeld } from "./held";
import { choicesFor, makeIdentity, viewOf, type Choices, type Identity, type View } from "./state";
import { drawTexts } from "./texts";

export interface Page {
  choices: Choices;
  options: Options;
  /** Changes the choices and draws again what follows from them. */
  change(how: Partial<Choices>): void;
}

const draftId = location.hash.slice(1);

async function open(): Promise<void> {
  const options = await loadOptions();
  const exchange: Exchange = (draftId ? await loadDraft(draftId) : null) ?? genericExchange("");
  const identity = await makeIdentity(exchange);
  await new Review(choicesFor(exchange), identity, options).start();
}

class Review implements Page {
  private view: View | null = null;
  private drawing: Promise<void> = Promise.resolve();
  private readonly main = byId("main");
  private readonly texts = el("section", { "aria-label": "Texts" });
  private readonly preview = el("pre", { class: "preview", "data-testid": "preview", tabindex: "0" });
  private readonly problems = el("ul", { "data-testid": "problems", class: "bad", role: "status" });
  private readonly consent = el("input", { type: "checkbox", id: "consent", "data-testid": "consent" });
  private readonly sendButton = el("button", { type: "button", class: "primary", "data-testid": "send" }, "Send");

  constructor(
    public choices: Choices,
    private readonly identity: Identity,
    public readonly options: Options,
  ) {}

  async start(): Promise<void> {
    const consentText = (await import("../../strings")).CONSENT;
    this.consent.addEventListener("change", () => this.drawButton());
    this.sendButton.addEventListener("click", () => void this.send());
    fill(
      this.main,
      el("h1", {}, "Review your report"),
      el("p", { class: "soft" }, "Left is the original, which stays here. Right is what will be sent. Marked passages are hidden; read the rest, because no program finds everything."),
      this.texts,
      drawChoices(this),
      el("h2", {}, "What will be sent, character by character"),
      el("details", {}, el("summary", {}, "Show the exact request"), this.preview),
      el("h2", {}, "Your consent"),
      el("p", {}, el("label", { for: "consent" }, this.consent, " ", consentText)),
      this.problems,
      el(
        "p",
        { class: "row" },
        this.sendButton,
        el("button", { type: "button", onclick: () => void this.cancel(), "data-testid": "cancel" }, "Cancel"),
        el("span", { class: "soft" }, `Goes to ${this.options.server}. ${this.holdWords()}`),
      ),
    );
    await this.draw();
  }

  change(how: Partial<Choices>): void {
    this.choices = { ...this.choices, ...how };
    this.drawing = this.drawing.then(() => this.draw());
  }

  private holdWords(): string {
    const { holdMinutes } = this.options;
    return holdMinutes === 0 ? "It goes at once." : `It is held here for ${holdMinutes} minutes, and you can undo it.`;
  }

  private async draw(): Promise<void> {
    this.view = await viewOf(this.choices, this.identity, this.options);
    drawTexts(this.texts, this, this.view.redaction);
    this.preview.textContent = this.view.body;
    fill(this.problems, ...this.view.problems.map((problem) => el("li", {}, problem)));
    this.drawButton();
  }

  private drawButton(): void {
    const isReady = this.consent.checked && this.view?.problems.length === 0;
    this.sendButton.disabled = !isReady;
  }

  private async send(): Promise<void> {
    await this.drawing;
    if (!this.view || this.sendButton.disabled) return;
    this.sendButton.disabled = true;
    const { draft } = this.view;
    // What is on the screen is what goes: the string is taken from there.
    const entry = await hold({
      id: draft.id,
      receiptKey: this.identity.receiptKey,
      site: draft.site,
      domain: draft.domain,
      createdOn: draft.observedOn,
      body: this.preview.textContent,
    });
    await dropDraft(draftId);
    void send("outboxChanged", {});
    drawHeld(this.main, entry.id);
  }

  private async cancel(): Promise<void> {
    await dropDraft(draftId);
    window.close();
  }
}

void open();
