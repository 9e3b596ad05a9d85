/** The question after a randomly chosen answer. It lies over a corner of the page and moves nothing. */
import type { Verdict } from "../controls/ratings";
import { say } from "../strings";

export const RATE_TAG = "plumbline-rate";

const STYLE = `
  :host { all: initial; position: fixed; right: 16px; bottom: 16px; z-index: 2147483000; }
  section {
    box-sizing: border-box; width: min(20rem, calc(100vw - 32px)); padding: 12px 14px; border: 1px solid #8a8f98; border-radius: 10px;
    background: #fff; color: #1b1f24; font: 14px/1.45 system-ui, sans-serif; box-shadow: 0 4px 18px #0003;
  }
  p { margin: 0 0 8px; }
  .question { font-weight: 600; }
  .row { display: flex; flex-wrap: wrap; gap: 8px; }
  button {
    padding: 5px 10px; border: 1px solid #8a8f98; border-radius: 6px; background: transparent; color: inherit;
    cursor: pointer; font: inherit;
  }
  button:focus-visible { outline: 3px solid #4c8dd6; outline-offset: 2px; }
  @media (prefers-color-scheme: dark) { section { background: #1d2127; color: #e8e6e1; } }
`;

/** Asks, and calls back with the verdict; null if the person would rather not. Only a person's click counts. */
export function askRating(page: Document, onVerdict: (verdict: Verdict | null) => void): HTMLElement {
  const host = page.createElement(RATE_TAG);
  const root = host.attachShadow({ mode: "open" });
  const make = <K extends keyof HTMLElementTagNameMap>(tag: K, words: string): HTMLElementTagNameMap[K] =>
    Object.assign(page.createElement(tag), { textContent: words });
  const box = page.createElement("section");
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", say("rate_question"));
  const question = make("p", say("rate_question"));
  question.className = "question";
  const row = page.createElement("div");
  row.className = "row";
  const choice = (words: string, verdict: Verdict | null): HTMLButtonElement => {
    const button = make("button", words);
    button.type = "button";
    button.dataset["testid"] = `rate-${verdict ?? "close"}`;
    button.addEventListener("click", (event) => {
      if (!event.isTrusted) return;
      host.remove();
      onVerdict(verdict);
    });
    return button;
  };
  row.append(
    choice(say("rate_yes"), "fine"),
    choice(say("rate_no"), "not_fine"),
    choice(say("rate_cannot_tell"), "cannot_tell"),
    choice(say("rate_close"), null),
  );
  box.append(question, make("p", say("rate_why")), row);
  root.append(make("style", STYLE), box);
  page.body.append(host);
  return host;
}
