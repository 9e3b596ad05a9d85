/** Adapters of sites that show prompts and answers one after the other, each in an element of its own. */
import { circumstancesOf } from "./circumstances";
import { follows, outermost, textOf } from "./dom";
import type { ChatAdapter, Exchange, LabelSource } from "./types";

/** Where a site keeps what: selectors, the stable ones first. */
export interface Layout {
  prompt: string;
  /** Inside the prompt; the prompt itself where there is none. */
  promptText?: string;
  answer: string;
  /** Inside the answer: the elements that are its text. */
  answerText: string;
  /** True where only the last of them is what the site says: its thinking stands before. */
  isLastOnly?: boolean;
  /** Inside an answer, or the answer itself, while it is being written. */
  writing?: string;
}

export interface Site {
  id: string;
  label: string;
  matches: readonly string[];
  /** The first whose answers are on the page is used. */
  layouts: readonly Layout[];
  /** What the page calls the model of an answer. */
  modelOf?(answer: Element): { label: string | null; source: LabelSource };
}

/** The button that stops an answer, in the languages of this extension. */
const STOP = [
  'button[data-testid*="stop"]',
  ...["Stop", "Anhalten", "Detener", "Parar", "Arrêter", "Interrompre", "停止", "中止"].flatMap((word) => [
    `button[aria-label^="${word}" i]`,
    `button[title^="${word}" i]`,
  ]),
].join(", ");

/** The adapter of a site: an answer counts if the message just before it is a prompt. */
export function messagesAdapter(site: Site): ChatAdapter {
  const layoutOf = (page: Document): Layout | undefined =>
    site.layouts.find(({ answer }) => page.querySelector(answer) !== null);
  return {
    id: site.id,
    label: site.label,
    matches: site.matches,

    findAnswers(page) {
      const layout = layoutOf(page);
      if (!layout) return [];
      const open = openPrompt(page, layout);
      return answersOf(page, layout).filter(
        (answer) => isFinished(answer, layout, open) && answer.querySelector(layout.answerText) !== null,
      );
    },

    readExchange(answer): Exchange | null {
      const page = answer.ownerDocument;
      const layout = layoutOf(page);
      if (!layout || !answersOf(page, layout).includes(answer)) return null;
      if (!isFinished(answer, layout, openPrompt(page, layout))) return null;
      const prompts = promptsOf(page, layout);
      const messages = [...prompts, ...answersOf(page, layout)].sort((a, b) => (follows(b, a) ? -1 : 1));
      const asked = messages[messages.indexOf(answer) - 1];
      if (!asked || !prompts.includes(asked)) return null;
      const prompt = promptOf(asked, layout);
      const bodies = bodiesOf(answer, layout);
      const response = bodies.map(textOf).filter(Boolean).join("\n\n");
      if (!prompt || !response) return null;
      const model = site.modelOf?.(answer) ?? { label: null, source: "none" };
      return {
        site: site.id,
        adapter: site.id,
        prompt,
        response,
        modelLabel: model.label,
        modelLabelSource: model.label === null ? "none" : model.source,
        circumstances: circumstancesOf({ prompts, asked, answer, bodies, response }),
      };
    },
  };
}

function promptsOf(page: Document, layout: Layout): Element[] {
  return outermost(page.querySelectorAll(layout.prompt));
}

function answersOf(page: Document, layout: Layout): Element[] {
  return outermost(page.querySelectorAll(layout.answer));
}

/** The last prompt, while an answer to it is being written; null if none is. */
function openPrompt(page: Document, { prompt }: Layout): Element | null {
  if (page.querySelector(STOP) === null) return null;
  return [...page.querySelectorAll(prompt)].at(-1) ?? page.documentElement;
}

/** Finished is what nothing says is being written, or what the open prompt follows. */
function isFinished(answer: Element, { writing }: Layout, open: Element | null): boolean {
  if (writing && (answer.matches(writing) || answer.querySelector(writing) !== null)) return false;
  if (answer.querySelector('[aria-busy="true"]') !== null) return false;
  return open === null || follows(open, answer);
}

function promptOf(asked: Element, { promptText }: Layout): string {
  if (!promptText) return textOf(asked);
  const parts = outermost(asked.querySelectorAll(promptText));
  return parts.map(textOf).filter(Boolean).join("\n\n");
}

function bodiesOf(answer: Element, { answerText, isLastOnly }: Layout): Element[] {
  const parts = outermost(answer.querySelectorAll(answerText));
  return isLastOnly ? parts.slice(-1) : parts;
}
