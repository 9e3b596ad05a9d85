import { circumstancesOf } from "./circumstances";
import { labelOf, onlyOne, textOf } from "./dom";
import type { ChatAdapter, Exchange } from "./types";

const TURN = ".conversation-container";
const PICKER = '[data-test-id="bard-mode-menu-button"] .picker-primary-text';

function bodyOf(answer: Element): Element | null {
  return onlyOne(answer, "message-content .markdown");
}

/** A line of the prompt with its indentation; the site sets one space before every line. */
function lineOf(line: Element): string {
  return line.textContent.replace(/^(?:\s*\n\s*| )/, "").trimEnd();
}

function isFinished(answer: Element): boolean {
  const body = bodyOf(answer);
  if (!body || body.getAttribute("aria-busy") === "true") return false;
  return answer.querySelector("pending-response, .response-loading, .blinking-cursor") === null;
}

/** Gemini: a container holds one query and one response; the picker names a mode, not a model. */
export const gemini: ChatAdapter = {
  id: "gemini",
  label: "Gemini",
  matches: ["https://gemini.google.com/*"],

  findAnswers(page) {
    return [...page.querySelectorAll(`${TURN} model-response`)].filter(isFinished);
  },

  readExchange(answer): Exchange | null {
    const turn = answer.closest(TURN);
    const body = bodyOf(answer);
    if (!turn || !body || !isFinished(answer) || onlyOne(turn, "model-response") !== answer) return null;
    const query = onlyOne(turn, "user-query");
    if (!query) return null;
    const words = query.querySelectorAll(".query-text-line");
    const content = onlyOne(query, ".query-text") ?? onlyOne(query, "user-query-content");
    const prompt =
      words.length > 0 ? [...words].map(lineOf).join("\n").trim() : content ? textOf(content) : "";
    const response = textOf(body);
    if (!prompt || !response) return null;
    const label = labelOf(onlyOne(answer.ownerDocument, PICKER));
    return {
      site: "gemini",
      adapter: "gemini",
      prompt,
      response,
      modelLabel: label,
      modelLabelSource: label ? "picker" : "none",
      circumstances: circumstancesOf({
        prompts: [...answer.ownerDocument.querySelectorAll("user-query")],
        asked: query,
        answer,
        bodies: [body],
        response,
      }),
    };
  },
};
