/** Keeps one flag at each finished answer of a page, while the page changes under it. */
import type { ChatAdapter, Exchange } from "../adapters/types";
import { say } from "../strings";
import { FLAG_TAG, makeFlag, placeFlag } from "./flag";

const PAUSE_MS = 400;

/**
 * Watches a page and offers its finished answers. `onFlag` gets the exchange, or null where the
 * adapter is unsure. Returns a function that stops watching and takes every flag away.
 */
export function offerAnswers(
  page: Document,
  adapter: ChatAdapter,
  onFlag: (exchange: Exchange | null, answer: Element) => void,
): () => void {
  const flags = new Map<Element, HTMLElement>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const sweep = (): void => {
    timer = undefined;
    try {
      const answers = new Set(adapter.findAnswers(page));
      for (const [answer, flag] of flags)
        if (!answers.has(answer) || !flag.isConnected) {
          flag.remove();
          flags.delete(answer);
        }
      for (const answer of answers) {
        if (flags.has(answer)) continue;
        const flag = makeFlag(page, say("flag_label"), () => onFlag(readSafely(adapter, answer), answer));
        answer.after(flag);
        takeNoRoom(flag);
        placeFlag(flag);
        flags.set(answer, flag);
      }
      // The page draws its own controls after an answer is finished: only the last one is that new.
      const newest = [...flags.values()].at(-1);
      if (newest) placeFlag(newest);
    } catch {
      // A page we don't understand is left alone: breaking it would be worse than missing it.
    }
  };
  const observer = new MutationObserver((changes) => {
    if (changes.every(isOurs)) return;
    timer ??= setTimeout(sweep, PAUSE_MS);
  });
  sweep();
  observer.observe(page.documentElement, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-is-streaming", "data-streaming-complete", "aria-busy", "data-testid"],
  });
  return () => {
    observer.disconnect();
    clearTimeout(timer);
    for (const flag of flags.values()) flag.remove();
    flags.clear();
  };
}

/** A parent that spaces its children would give the flag a gap: the flag gives it back, or steps out of the flow. */
function takeNoRoom(flag: HTMLElement): void {
  const parent = flag.parentElement;
  if (!parent) return;
  const { display, flexDirection, rowGap, columnGap } = getComputedStyle(parent);
  if (display.endsWith("grid")) {
    flag.style.position = "absolute";
    flag.style.alignSelf = "end";
  } else if (display.endsWith("flex")) {
    const isColumn = flexDirection.startsWith("column");
    const gap = isColumn ? rowGap : columnGap;
    if (gap.endsWith("px"))
      flag.style.setProperty(isColumn ? "margin-block-start" : "margin-inline-start", `-${gap}`);
  }
}

function isOurs(change: MutationRecord): boolean {
  const nodes = [...change.addedNodes, ...change.removedNodes];
  return nodes.length > 0 && nodes.every((node) => node.nodeName.toLowerCase() === FLAG_TAG);
}

function readSafely(adapter: ChatAdapter, answer: Element): Exchange | null {
  try {
    return adapter.readExchange(answer);
  } catch {
    return null;
  }
}
