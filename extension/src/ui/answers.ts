/** Keeps one flag at each finished answer that the person can see, while the page changes under it. */
import type { ChatAdapter, Exchange } from "../adapters/types";
import { say } from "../strings";
import { FLAG_TAG, makeFlag, placeFlags } from "./flag";

const PAUSE_MS = 400;
/** After a look at the page comes a pause this many times as long: looking takes at most one part in two hundred. */
const PAUSE_FACTOR = 200;
/** Flags are made for answers up to this many windows above and below. */
const NEAR_WINDOWS = 0.5;
const SCROLL_PAUSE_MS = 150;

export interface Callbacks {
  /** A person clicked the flag of an answer; the exchange is null where the adapter is unsure. */
  onFlag(exchange: Exchange | null, answer: Element): void;
  /** The finished answers of the page, in its order, after each look at it. */
  onLook?(answers: readonly Element[]): void;
}

/** Watches a page and offers its finished answers. Returns a function that stops and takes every flag away. */
export function offerAnswers(page: Document, adapter: ChatAdapter, callbacks: Callbacks): () => void {
  const offers = new Offers(page, adapter, callbacks);
  offers.look();
  return () => offers.stop();
}

class Offers {
  /** Each finished answer, with its flag once it came near. */
  private readonly flags = new Map<Element, HTMLElement | null>();
  /** Flags that were placed once, just after their answer was finished. */
  private readonly unsettled: HTMLElement[] = [];
  private isStopped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private pauseMs = PAUSE_MS;
  private scrollTimer: ReturnType<typeof setTimeout> | undefined;
  /** Only flags that have no place yet are watched: the browser works for each that is, in every frame. */
  private readonly inSight = new IntersectionObserver((changes) => {
    const seen = changes.filter(({ isIntersecting }) => isIntersecting).map(({ target }) => target as HTMLElement);
    placeFlags(seen);
    for (const flag of seen) this.inSight.unobserve(flag);
  });
  private readonly changes = new MutationObserver((changes) => {
    if (!changes.every(isOurs)) this.timer ??= setTimeout(() => this.look(), this.pauseMs);
  });

  constructor(
    private readonly page: Document,
    private readonly adapter: ChatAdapter,
    private readonly callbacks: Callbacks,
  ) {
    this.changes.observe(page.documentElement, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: ["data-is-streaming", "data-streaming-complete", "aria-busy", "data-testid"],
    });
    // Chats scroll in boxes of their own, whose events do not bubble.
    page.addEventListener("scroll", this.onScroll, { capture: true, passive: true });
    page.defaultView?.addEventListener("resize", this.onScroll);
  }

  private readonly onScroll = (): void => {
    this.scrollTimer ??= setTimeout(() => {
      this.scrollTimer = undefined;
      this.showNear();
    }, SCROLL_PAUSE_MS);
  };

  look(): void {
    this.timer = undefined;
    const began = performance.now();
    try {
      const answers = this.adapter.findAnswers(this.page);
      this.follow(new Set(answers));
      this.callbacks.onLook?.(answers);
    } catch {
      // A page we don't understand is left alone: breaking it would be worse than missing it.
    }
    this.pauseMs = Math.max(PAUSE_MS, (performance.now() - began) * PAUSE_FACTOR);
  }

  stop(): void {
    this.isStopped = true;
    this.changes.disconnect();
    this.inSight.disconnect();
    this.page.removeEventListener("scroll", this.onScroll, { capture: true });
    this.page.defaultView?.removeEventListener("resize", this.onScroll);
    clearTimeout(this.timer);
    clearTimeout(this.scrollTimer);
    for (const flag of this.flags.values()) flag?.remove();
    this.flags.clear();
  }

  private follow(answers: ReadonlySet<Element>): void {
    for (const [answer, flag] of this.flags)
      if (!answers.has(answer) || flag?.isConnected === false) {
        flag?.remove();
        this.flags.delete(answer);
      }
    const fresh = [...answers].filter((answer) => !this.flags.has(answer));
    for (const answer of fresh) this.flags.set(answer, null);
    if (fresh.length > 0) this.afterFrame(() => this.showNear());
    // The page draws its own controls after an answer is finished: the flag looks for a place once more.
    for (const flag of this.unsettled.splice(0)) {
      this.inSight.unobserve(flag);
      this.inSight.observe(flag);
    }
  }

  /** Once the page has laid itself out, where asking for places costs nothing. */
  private afterFrame(work: () => void): void {
    requestAnimationFrame(() => setTimeout(() => !this.isStopped && work(), 0));
  }

  /** Makes the flags of answers in the window and around it. */
  private showNear(): void {
    const height = this.page.defaultView?.innerHeight ?? 0;
    const margin = height * NEAR_WINDOWS;
    const waiting = [...this.flags].filter(([, flag]) => flag === null).map(([answer]) => answer);
    this.show(
      waiting.filter((answer) => {
        const { top, bottom, width } = answer.getBoundingClientRect();
        // What has no box of its own can't be found by its place.
        return (top <= height + margin && bottom >= -margin) || (width === 0 && top === bottom);
      }),
    );
  }

  private show(answers: Element[]): void {
    const made = answers.map((answer) => {
      const flag = makeFlag(this.page, say("flag_label"), () => {
        this.callbacks.onFlag(readSafely(this.adapter, answer), answer);
      });
      this.flags.set(answer, flag);
      return { answer, flag, room: roomIn(answer.parentElement) };
    });
    for (const { answer, flag, room } of made) {
      Object.assign(flag.style, room);
      answer.after(flag);
      this.inSight.observe(flag);
      this.unsettled.push(flag);
    }
  }
}

/** A parent that spaces its children would give the flag a gap: the flag gives it back, or steps out of the flow. */
function roomIn(parent: Element | null): Partial<CSSStyleDeclaration> {
  if (!parent) return {};
  const { display, flexDirection, rowGap, columnGap } = getComputedStyle(parent);
  if (display.endsWith("grid")) return { position: "absolute", alignSelf: "end" };
  if (!display.endsWith("flex")) return {};
  const isColumn = flexDirection.startsWith("column");
  const gap = isColumn ? rowGap : columnGap;
  if (!gap.endsWith("px")) return {};
  return isColumn ? { marginBlockStart: `-${gap}` } : { marginInlineStart: `-${gap}` };
}

/** Whether a change is a flag of ours that came. One that the page took away is to come back. */
function isOurs({ addedNodes, removedNodes }: MutationRecord): boolean {
  if (addedNodes.length === 0 || removedNodes.length > 0) return false;
  return [...addedNodes].every((node) => node.nodeName.toLowerCase() === FLAG_TAG);
}

function readSafely(adapter: ChatAdapter, answer: Element): Exchange | null {
  try {
    return adapter.readExchange(answer);
  } catch {
    return null;
  }
}
