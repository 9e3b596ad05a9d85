/** How an answer came about, as far as its page shows it: counts and words of ours, never text. */
import { follows } from "./dom";
import type { Circumstances } from "./types";

/** What stands beside a prompt with something attached, on one site or another. */
const ATTACHMENT = [
  '[data-testid*="attachment" i]',
  ...["png", "jpg", "jpeg", "webp", "gif", "pdf", "txt", "csv", "docx", "xlsx"].map(
    (ending) => `[data-testid$=".${ending}" i]`,
  ),
  'img[src^="blob:"]',
  'img[src*="/files/"]',
  "user-query-file-preview",
  "user-query-file-carousel",
  '[class*="file-tile"]',
].join(", ");

/** What an answer shows of a search, of code that was run, or of a document that was made. */
const TOOL = [
  '[data-testid="webpage-citation-pill"]',
  '[data-testid*="tool-use" i]',
  ".artifact-block-cell",
  "browse-web-item",
  "immersive-entry-chip",
  '[data-test-id="used-sources-button"]',
].join(", ");

const FALLBACK =
  /\b(?:switched|switching|fell back|falling back|changed) to (?:\S+ ){0,4}?(?:model|mode|version|\S*(?:mini|lite|flash|haiku|instant)\b)|\bcontinu(?:e|ing) with (?:another|a (?:different|lighter|smaller)) (?:model|mode|version)|\b(?:reached|hit) (?:your|the|our) (?:\S+ ){0,4}limit\b/i;
const REFUSAL =
  /^(?:i(?:['’]m| am) (?:really |very )?sorry,? (?:but )?)?i(?:['’]m| am)? (?:can(?:no|['’])t|cannot|won['’]t|(?:un|not )able to) (?:help|assist|provide|comply|do that|discuss|share|answer|fulfil)|^(?:sorry|apologies)[,.]? (?:but )?i can(?:no|['’])t|^(?:es tut mir leid|tut mir leid|leider)\b.{0,40}\b(?:kann|darf) ich|^(?:lo siento|disculpa)\b.{0,40}\bno puedo|^(?:(?:je suis )?désolée?)(?!\p{L}).{0,40}\bje ne peux pas|^(?:很?抱歉|对不起).{0,20}(?:无法|不能)/iu;
/** A refusal is short; an answer that begins so and goes on is no refusal. */
const REFUSAL_CHARS_MAX = 600;
const NOTICE_CHARS_MAX = 2_000;

export interface Place {
  /** Every prompt of the page, in its order. */
  prompts: readonly Element[];
  asked: Element;
  answer: Element;
  /** The elements that hold the text of the answer. */
  bodies: readonly Element[];
  response: string;
  turnIndex?: number | null;
}

/** The circumstances of an exchange. What is not seen may still be there: then it is null, not false. */
export function circumstancesOf({ prompts, asked, answer, bodies, response, turnIndex }: Place): Circumstances {
  const others = prompts.filter((prompt) => prompt !== asked);
  const around = regionOf(answer, prompts);
  return {
    turnIndex: turnIndex ?? null,
    earlierTurns: others.filter((prompt) => follows(asked, prompt)).length,
    hasAttachments: regionOf(asked, [...others, answer]).querySelector(ATTACHMENT) ? true : null,
    hasTools: around.querySelector(TOOL) ? true : null,
    notice: noticeOf(response, wordsOutside(around, bodies)),
  };
}

/** The largest element around one message that holds none of the others. */
function regionOf(message: Element, others: readonly Element[]): Element {
  let region = message;
  for (;;) {
    const parent: Element | null = region.parentElement;
    if (!parent || parent === message.ownerDocument.body || others.some((other) => parent.contains(other)))
      return region;
    region = parent;
  }
}

function noticeOf(response: string, beside: string): Circumstances["notice"] {
  if (response.length <= REFUSAL_CHARS_MAX && REFUSAL.test(response)) return "refusal";
  return FALLBACK.test(beside) ? "fallback" : "none";
}

/** The words of a region that are not the answer's own, on one line. */
function wordsOutside(region: Element, bodies: readonly Element[]): string {
  const parts: string[] = [];
  const collect = (node: Node): void => {
    if (node.nodeType === Node.TEXT_NODE) parts.push(node.textContent ?? "");
    else if (node instanceof Element && !bodies.includes(node)) node.childNodes.forEach(collect);
  };
  collect(region);
  return parts.join(" ").replace(/\s+/g, " ").slice(0, NOTICE_CHARS_MAX);
}
