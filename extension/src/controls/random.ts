/** Whole random numbers from the browser's own source. */

/** A whole number, 0 <= n < bound, each as likely as any other; bound is at most 2 ** 32. */
export type Below = (bound: number) => number;

const RANGE = 2 ** 32;

export const randomBelow: Below = (bound) => {
  // What lies beyond the last whole multiple would make the small numbers likelier.
  const limit = RANGE - (RANGE % bound);
  for (;;) {
    const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
    if (drawn < limit) return drawn % bound;
  }
};
