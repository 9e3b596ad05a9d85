/** LMArena: one prompt, and one or two answers beside each other. Seen last in December 2025, through others' scripts. */
import { circumstancesOf } from "./circumstances";
import { labelBefore, outermost, textOf } from "./dom";
import type { ChatAdapter, Exchange } from "./types";

const PROMPT = '[class*="bg-surface-secondary"][class*="max-w-prose"]';
const ANSWER = ".prose";
const WRITING = '[class*="spinner"], [class*="generating"], [aria-busy="true"]';
const REVERSED = "flex-col-reverse";

function promptsOf(page: Document): Element[] {
  return outermost(page.querySelectorAll(PROMPT));
}

/** The text of each answer; thinking is folded into `details`. */
function answersOf(page: Document): Element[] {
  return outermost(page.querySelectorAll(ANSWER)).filter(
    (text) => text.closest(PROMPT) === null && text.closest("details") === null,
  );
}

function commonParent(a: Element, b: Element): Element | null {
  let parent = a.parentElement;
  while (parent && !parent.contains(b)) parent = parent.parentElement;
  return parent;
}

/** Whether a person sees `a` before `b`: the list of turns stands upside down in the page. */
function isSeenBefore(a: Element, b: Element): boolean {
  const isBefore = (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  return commonParent(a, b)?.classList.contains(REVERSED) ? !isBefore : isBefore;
}

/** Whether two answers stand beside each other: nothing that holds both holds a prompt. */
function isSameTurn(a: Element, b: Element): boolean {
  return commonParent(a, b)?.querySelector(PROMPT) === null;
}

/** The element that holds one answer and no other. */
function columnOf(answer: Element, answers: readonly Element[]): Element {
  let column = answer;
  for (let parent = column.parentElement; parent; parent = parent.parentElement) {
    if (parent.querySelector(PROMPT) || answers.some((other) => other !== answer && parent.contains(other))) break;
    column = parent;
  }
  return column;
}

export const lmarena: ChatAdapter = {
  id: "lmarena",
  label: "LMArena",
  matches: ["https://lmarena.ai/*"],

  findAnswers(page) {
    const answers = answersOf(page);
    if (promptsOf(page).length === 0) return [];
    return answers.filter((answer) => columnOf(answer, answers).querySelector(WRITING) === null);
  },

  readExchange(answer): Exchange | null {
    const page = answer.ownerDocument;
    const answers = answersOf(page);
    if (!answers.includes(answer)) return null;
    const prompts = promptsOf(page);
    const earlier = [...prompts, ...answers]
      .filter((other) => other !== answer && isSeenBefore(other, answer))
      .filter((other) => prompts.includes(other) || !isSameTurn(other, answer))
      .sort((a, b) => (isSeenBefore(a, b) ? -1 : 1));
    const asked = earlier.at(-1);
    const column = columnOf(answer, answers);
    // Two texts in one column: one of them may be something else than the answer.
    const isAlone = !answers.some((other) => other !== answer && other.parentElement === answer.parentElement);
    if (!asked || !prompts.includes(asked) || !isAlone || column.querySelector(WRITING)) return null;
    const prompt = textOf(asked);
    const response = textOf(answer);
    if (!prompt || !response) return null;
    const label = labelBefore(column, answer);
    // In a battle the models are called Assistant A and B until the vote.
    const isNamed = label !== null && /^[\w.:/-]{3,}$/.test(label);
    return {
      site: "lmarena",
      adapter: "lmarena",
      prompt,
      response,
      modelLabel: isNamed ? label : null,
      modelLabelSource: isNamed ? "text" : "none",
      circumstances: {
        ...circumstancesOf({ prompts, asked, answer, bodies: [answer], response }),
        earlierTurns: prompts.filter((other) => other !== asked && isSeenBefore(other, asked)).length,
      },
    };
  },
};
