/** The review page: exactly what will leave, and the person's decisions about it. */
import { genericExchange } from "../../adapters/generic";
import type { Skeleton } from "../../adapters/types";
import { send } from "../../messages";
import { hold } from "../../outbox";
import { dropDraft, loadDraft, loadOptions, type Options } from "../../storage";
import { say } from "../../strings";
import { beginPage, byId, el, fill } from "../../ui/build";
import { drawChoices, showDomain } from "./choices";
import { drawDrift } from "./drift";
import { drawHeld } from "./held";
import { drawRemovals } from "./removals";
import { choicesFor, makeIdentity, viewOf, type Choices, type Identity, type View } from "./state";
import { drawTexts } from "./texts";

/** What the parts of the page may see and do. */
export interface Page {
  readonly choices: Choices;
  /** Changes the choices and draws again what follows from them. */
  change(how: Partial<Choices>): void;
}

const SENT = "sent-";
/** A pause in typing, after which the texts are searched again. */
const PAUSE_MS = 120;

class Review implements Page {
  private view: View | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly main = byId("main");
  private readonly texts = el("section", { "aria-label": say("texts") });
  private readonly removals = el("section", { "aria-label": say("hidden_title") });
  private asked: HTMLElement = el("section");
  private readonly preview = el("pre", {
    class: "preview",
    "data-testid": "preview",
    tabindex: "0",
    role: "region",
    "aria-label": say("preview_title"),
  });
  private readonly problems = el("div", { "data-testid": "problems", class: "bad", role: "status" });
  private readonly consent = el("input", { type: "checkbox", id: "consent", "data-testid": "consent" });
  private readonly again = el("p", { class: "bad", role: "status" });
  private readonly sendButton = el(
    "button",
    { type: "button", class: "primary", "data-testid": "send" },
    say("send"),
  );

  constructor(
    public choices: Choices,
    private readonly draftId: string,
    private readonly identity: Identity,
    private readonly options: Options,
    private readonly skeleton: Skeleton | null,
  ) {}

  async start(): Promise<void> {
    this.consent.addEventListener("change", () => {
      this.again.textContent = "";
      this.drawButton();
    });
    this.sendButton.addEventListener("click", () => void this.send());
    this.asked = drawChoices(this);
    fill(
      this.main,
      el("h1", {}, say("review_title")),
      el("p", { class: "soft" }, say("review_intro")),
      this.identity.adapter === "generic" ? el("p", { class: "notice" }, say("review_unsure")) : null,
      this.skeleton ? drawDrift(this.choices.site, this.skeleton) : null,
      this.texts,
      this.removals,
      this.asked,
      el("h2", {}, say("preview_title")),
      el(
        "details",
        { "data-testid": "preview-details" },
        el("summary", {}, say("preview_show")),
        this.preview,
      ),
      el("h2", {}, say("consent_title")),
      el("label", { class: "consent", for: "consent" }, this.consent, el("span", {}, say("consent"))),
      this.again,
      this.problems,
      el(
        "p",
        { class: "row" },
        this.sendButton,
        el(
          "button",
          { type: "button", onclick: () => void this.cancel(), "data-testid": "cancel" },
          say("cancel"),
        ),
      ),
      el("p", { class: "soft", "data-testid": "next" }, this.nextWords()),
    );
    await this.draw();
  }

  change(how: Partial<Choices>): void {
    this.choices = { ...this.choices, ...how };
    // Consent is given to the text that was shown, and to no other.
    if (this.consent.checked) this.again.textContent = say("consent_again");
    this.consent.checked = false;
    this.sendButton.disabled = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.draw(), PAUSE_MS);
  }

  private nextWords(): string {
    const { holdMinutes, server } = this.options;
    return holdMinutes === 0 ? say("next_at_once", server) : say("next_held", holdMinutes, server);
  }

  private async draw(): Promise<void> {
    const drawn = this.choices;
    let view: View;
    try {
      view = await viewOf(drawn, this.identity, this.options);
    } catch {
      // What can't be searched can't be sent: the button stays off.
      this.drawProblems([say("problem_unsearched")]);
      return;
    }
    if (drawn !== this.choices) return;
    this.view = view;
    drawTexts(this.texts, this, view.redaction);
    drawRemovals(this.removals, this, view.redaction);
    showDomain(this.asked, view.draft.domain, this.choices.isDomainGuessed);
    this.preview.textContent = view.body;
    this.drawProblems(view.problems);
    this.drawButton();
  }

  private drawProblems(problems: string[]): void {
    fill(this.problems, el("ul", {}, ...problems.map((problem) => el("li", {}, problem))));
  }

  private drawButton(): void {
    const isShown = this.view?.choices === this.choices;
    this.sendButton.disabled = !(this.consent.checked && isShown && this.view?.problems.length === 0);
  }

  private async send(): Promise<void> {
    if (!this.view || this.sendButton.disabled) return;
    this.sendButton.disabled = true;
    const { draft } = this.view;
    const { id, receiptKey } = this.identity;
    // What is on the screen is what goes: the string is taken from there.
    const body = this.preview.textContent;
    await hold({ id, receiptKey, site: draft.site, domain: draft.domain, createdOn: draft.observedOn, body });
    await dropDraft(this.draftId);
    history.replaceState(null, "", `#${SENT}${id}`);
    void send("outboxChanged", {});
    drawHeld(this.main, id);
  }

  private async cancel(): Promise<void> {
    await dropDraft(this.draftId);
    fill(this.main, el("p", { role: "status", "data-testid": "cancelled" }, say("cancelled")));
    window.close();
  }
}

async function open(): Promise<void> {
  beginPage("review_title");
  const hash = location.hash.slice(1);
  if (hash.startsWith(SENT)) {
    drawHeld(byId("main"), hash.slice(SENT.length));
    return;
  }
  const flagged = hash ? await loadDraft(hash) : null;
  const exchange = flagged?.exchange ?? genericExchange("");
  const identity = await makeIdentity(exchange);
  const skeleton = flagged?.skeleton ?? null;
  await new Review(choicesFor(exchange), hash, identity, await loadOptions(), skeleton).start();
}

void open();
