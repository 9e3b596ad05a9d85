/**
 * Two-sided geometric noise, P(k) proportional to exp(-|k| / scale): exactly, in whole numbers.
 *
 * Canonne, Kamath, Steinke (2020), The discrete Gaussian for differential privacy, algorithms 1 and 2.
 * No logarithm and no floating point, because their rounding can betray what the noise hides.
 */
import { randomBelow, type Below } from "./random";

/** One noise value; the scale is a whole number above 0. */
export function geometricNoise(scale: number, below: Below = randomBelow): number {
  for (;;) {
    const rest = below(scale);
    if (!happens(rest, scale, below)) continue;
    let rounds = 0;
    while (happens(1, 1, below)) rounds += 1;
    const size = rest + scale * rounds;
    const isNegative = below(2) === 1;
    if (isNegative && size === 0) continue; // or 0 would be drawn twice as often
    return isNegative ? -size : size;
  }
}

/** True with the probability exp(-share / whole), for 0 <= share <= whole. */
function happens(share: number, whole: number, below: Below): boolean {
  let turn = 1;
  while (below(whole * turn) < share) turn += 1;
  return turn % 2 === 1;
}
