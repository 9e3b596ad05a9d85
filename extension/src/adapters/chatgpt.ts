import { follows, lastBefore, onlyOne, textOf } from "./dom";
import type { ChatAdapter, Exchange } from "./types";

const TURN = '[data-testid^="conversation-turn-"]';
const ANSWER = '[data-message-author-role="assistant"][data-message-id]';
const PROMPT = '[data-message-author-role="user"][data-message-id]';
const BODY = ".markdown.prose, .markdown";

function isFinished(answer: Element): boolean {
  if (answer.querySelector(".result-streaming, .streaming-animation")) return false;
  const page = answer.ownerDocument;
  const isWriting = page.querySelector('[data-testid="stop-button"]') !== null;
  const answers = page.querySelectorAll(ANSWER);
  return !(isWriting && answers[answers.length - 1] === answer);
}

function bodyOf(answer: Element): Element | null {
  return onlyOne(answer, ".markdown.prose") ?? onlyOne(answer, BODY);
}

/** ChatGPT: each message names its role, its id and, for answers, the model that wrote it. */
export const chatgpt: ChatAdapter = {
  id: "chatgpt",
  site: "chatgpt",
  hosts: ["chatgpt.com", "chat.openai.com"],

  findAnswers(page) {
    return [...page.querySelectorAll(ANSWER)].filter(
      (answer) => answer.closest(TURN) !== null && bodyOf(answer) !== null && isFinished(answer),
    );
  },

  readExchange(answer): Exchange | null {
    const body = bodyOf(answer);
    const turn = answer.closest(TURN);
    if (!body || !turn || !isFinished(answer)) return null;
    const asked = lastBefore(answer.ownerDocument.querySelectorAll(PROMPT), answer);
    const spoken = lastBefore(answer.ownerDocument.querySelectorAll(ANSWER), answer);
    if (!asked || asked.closest(TURN) === null) return null;
    // Another answer between the prompt and this one: parts of one answer, of which we hold half.
    if (spoken && follows(spoken, asked)) return null;
    const words = onlyOne(asked, ".whitespace-pre-wrap");
    if (!words) return null;
    const prompt = words.textContent.trim();
    const response = textOf(body);
    if (!prompt || !response) return null;
    const label = answer.getAttribute("data-message-model-slug");
    return {
      site: "chatgpt",
      adapter: "chatgpt",
      prompt,
      response,
      modelLabel: label ? label.slice(0, 120) : null,
      modelLabelSource: label ? "message_attribute" : "none",
    };
  },
};
