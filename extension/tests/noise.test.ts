import { describe, expect, it, vi } from "vitest";
import { geometricNoise } from "../src/controls/noise";
import { randomBelow } from "../src/controls/random";
import { seeded } from "./seeded";

const DRAWS = 200_000;

describe("two-sided geometric noise", () => {
  // P(k) = (1-a)/(1+a) a**|k| with a = exp(-1/scale). A count of DRAWS draws lies within 6 of its
  // standard deviations but for 2e-9 of seeds; 41 cells and 3 scales stay under 1e-6.
  it.each([1, 3, 20])("of scale %i has the shape of its formula", (scale) => {
    const below = seeded(20261124 + scale);
    const counts = new Map<number, number>();
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const k = geometricNoise(scale, below);
      counts.set(k, (counts.get(k) ?? 0) + 1);
    }
    const a = Math.exp(-1 / scale);
    for (let k = -20; k <= 20; k += 1) {
      const share = ((1 - a) / (1 + a)) * a ** Math.abs(k);
      const reach = 6 * Math.sqrt(DRAWS * share * (1 - share)) + 1;
      expect(Math.abs((counts.get(k) ?? 0) - DRAWS * share), `${k}`).toBeLessThan(reach);
    }
  });

  it("of the scale in use has mean 0 and the variance that the server states", () => {
    const below = seeded(7);
    let sum = 0;
    let squares = 0;
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const k = geometricNoise(20, below);
      sum += k;
      squares += k * k;
    }
    const variance = 1 / (2 * Math.sinh(1 / 40) ** 2); // 799.83
    expect(Math.abs(sum / DRAWS)).toBeLessThan(6 * Math.sqrt(variance / DRAWS));
    // Kurtosis of a discrete Laplace is about 6: the variance's own deviation is sqrt(5/n) of it.
    expect(Math.abs(squares / DRAWS / variance - 1)).toBeLessThan(6 * Math.sqrt(5 / DRAWS));
  });
});

describe("the browser's random numbers", () => {
  it("stay below the bound, and leave out what would make small ones likelier", () => {
    const draws = [2 ** 32 - 1, 7, 2 ** 32 - 2];
    vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => {
      (array as Uint32Array)[0] = draws.shift() ?? 0;
      return array;
    });
    // 2 ** 32 = 3 * 1431655765 + 1: only the last value is beyond the last whole multiple of 3.
    expect(randomBelow(3)).toBe(1);
    expect(randomBelow(3)).toBe(2);
  });

  it("of a bound of 1 are 0", () => expect(randomBelow(1)).toBe(0));
});
