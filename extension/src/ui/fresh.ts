/** Which answer has been finished while the person was looking, as against those that a page opens with. */

/** A chat that is opened shows its answers some time after its page does. */
const OPENING_MS = 3_000;

/**
 * Compares each look at a page with the last. An answer is fresh if it is the only one that is new,
 * the last of the page, and all answers seen before are still there: else another chat was opened,
 * or part of one was loaded. Unsure is not fresh.
 */
export class FreshAnswers {
  private before: ReadonlySet<Element> | null = null;
  private emptySince: number | null = null;

  /** The answer that is fresh at this look, or null. `now` is in milliseconds. */
  next(answers: readonly Element[], now: number): Element | null {
    const before = this.before;
    const emptySince = this.emptySince;
    this.before = new Set(answers);
    this.emptySince = answers.length > 0 ? null : (emptySince ?? now);
    if (before === null) return null;
    const added = answers.filter((answer) => !before.has(answer));
    const isWhole = [...before].every((answer) => answer.isConnected);
    const last = answers.at(-1);
    if (added.length !== 1 || added[0] !== last || !isWhole || !last) return null;
    if (before.size === 0 && (emptySince === null || now - emptySince < OPENING_MS)) return null;
    return last;
  }
}
