/** Whole random numbers from a seed: xorshift32, after Marsaglia (2003). For tests only. */
import type { Below } from "../src/controls/random";

export function seeded(seed: number): Below {
  let state = seed >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
  return (bound) => Math.floor((next() / 2 ** 32) * bound);
}
