import { circumstancesOf } from "./circumstances";
import { follows, lastBefore, onlyOne, outermost, textOf } from "./dom";
import type { ChatAdapter, Exchange } from "./types";

const TURN = '[data-testid^="conversation-turn-"]';
const ANSWER = '[data-message-author-role="assistant"][data-message-id]';
const PROMPT = '[data-message-author-role="user"][data-message-id]';

/** What a message says: its prose, and the code blocks that stand between the prose. */
function bodiesOf(message: Element): Element[] {
  if (message.querySelector(".markdown") === null) return [];
  return outermost(message.querySelectorAll(".markdown, pre"));
}

/** The messages that make up one answer: the assistant may speak several times in a turn. */
function messagesOf(answer: Element): Element[] {
  const turn = answer.closest(TURN);
  return turn ? [...turn.querySelectorAll(ANSWER)].filter((message) => bodiesOf(message).length > 0) : [];
}

/** The last prompt, while an answer to it is being written; null if none is. */
function openPrompt(page: Document): Element | null {
  if (page.querySelector('[data-testid="stop-button"]') === null) return null;
  return [...page.querySelectorAll(PROMPT)].at(-1) ?? page.documentElement;
}

/** Finished is what nothing says is being written, or what the open prompt follows. */
function isFinished(answer: Element, open: Element | null): boolean {
  if (answer.querySelector(".result-streaming, .streaming-animation")) return false;
  return open === null || follows(open, answer);
}

/** The number that the site gives a turn. */
function numberOf(turn: Element | null): number | null {
  const number = /-(\d{1,5})$/.exec(turn?.getAttribute("data-testid") ?? "")?.[1];
  return number === undefined ? null : Number(number);
}

/** ChatGPT: each message names its role, its id and, for answers, the model that wrote it. */
export const chatgpt: ChatAdapter = {
  id: "chatgpt",
  label: "ChatGPT",
  matches: ["https://chatgpt.com/*", "https://chat.openai.com/*"],

  findAnswers(page) {
    const open = openPrompt(page);
    return [...page.querySelectorAll(ANSWER)].filter(
      (answer) => messagesOf(answer).at(-1) === answer && isFinished(answer, open),
    );
  },

  readExchange(answer): Exchange | null {
    const messages = messagesOf(answer);
    const page = answer.ownerDocument;
    if (messages.at(-1) !== answer || !isFinished(answer, openPrompt(page))) return null;
    const prompts = [...page.querySelectorAll(PROMPT)];
    const asked = lastBefore(prompts, answer);
    // A turn that we can't read between the prompt and this one: we would hold half an answer.
    const turns = [...page.querySelectorAll(TURN)];
    const turnAt = (element: Element | null): number => turns.findIndex((turn) => turn.contains(element));
    if (!asked || turnAt(asked) < 0 || turnAt(asked) + 1 !== turnAt(answer)) return null;
    const words = onlyOne(asked, ".whitespace-pre-wrap");
    if (!words) return null;
    const prompt = words.textContent.trim();
    const bodies = messages.flatMap(bodiesOf);
    const response = bodies.map(textOf).filter(Boolean).join("\n\n");
    if (!prompt || !response) return null;
    const label = answer.getAttribute("data-message-model-slug");
    return {
      site: "chatgpt",
      adapter: "chatgpt",
      prompt,
      response,
      modelLabel: label ? label.slice(0, 120) : null,
      modelLabelSource: label ? "message_attribute" : "none",
      circumstances: circumstancesOf({
        prompts,
        asked,
        answer,
        bodies,
        response,
        turnIndex: numberOf(answer.closest(TURN)),
      }),
    };
  },
};
