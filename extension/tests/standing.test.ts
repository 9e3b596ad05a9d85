import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Credentials } from "../src/credentials/credentials";
import { standingOf } from "../src/credentials/standing";
import {
  changeCredentials,
  DEFAULT_OPTIONS,
  NO_CREDENTIALS,
  saveOptions,
  type Options,
} from "../src/storage";
import { standingParagraph } from "../src/ui/standing";

const DAY = 24 * 3_600_000;
const NOW = Date.UTC(2026, 10, 25, 12); // in epoch 371, 23 November to 17 January
const SERVER = "https://plumbline.example";
const OFF: Options = { ...DEFAULT_OPTIONS, server: SERVER };
const WANTED: Options = { ...OFF, sendsRatings: true };
const credential = { key_id: "a".repeat(64), nonce: "b".repeat(64), signature: "c" };
const start = { credential, since: "2026-11-25", endsOn: "2026-11-29" };
const KEPT: Credentials = { ...NO_CREDENTIALS, server: WANTED.server };
const signed = (...epochs: number[]): Credentials => ({
  ...KEPT,
  renewal: { credential, epoch: Math.max(...epochs) },
  signatures: epochs.map((epoch) => ({ tag: "t", epoch, signature: "s" })),
});
const rated = (count: number): Credentials["rated"] => Array<typeof credential>(count).fill(credential);

describe("whether reports count", () => {
  it("they do not while ratings are off, or reports unlinked, whatever is kept", () => {
    expect(standingOf(KEPT, OFF, NOW)).toEqual({ is: "off" });
    expect(standingOf(signed(371), { ...WANTED, isLinked: false }, NOW)).toEqual({ is: "unlinked" });
  });

  it("they do with a server on one's own machine, unless they are unlinked", () => {
    expect(standingOf(NO_CREDENTIALS, DEFAULT_OPTIONS, NOW)).toEqual({ is: "own" });
    expect(standingOf(NO_CREDENTIALS, { ...DEFAULT_OPTIONS, isLinked: false }, NOW)).toEqual({ is: "unlinked" });
  });

  it("they will: after a start, after two weeks from its week's end, and not before all ratings", () => {
    expect(standingOf(KEPT, WANTED, NOW)).toEqual({ is: "beginning", rated: 0, needed: 5 });
    const known = { is: "known", needed: 5, since: Date.UTC(2026, 10, 25) };
    const from = Date.UTC(2026, 11, 14);
    expect(standingOf({ ...KEPT, start, rated: rated(2) }, WANTED, NOW)).toEqual({
      ...known,
      rated: 2,
      from,
    });
    // Three ratings are missing, and one a day is asked for.
    const late = from + 7 * DAY;
    expect(standingOf({ ...KEPT, start, rated: rated(2) }, WANTED, late)).toEqual({
      ...known,
      rated: 2,
      from: late + 3 * DAY,
    });
    expect(standingOf({ ...KEPT, start, rated: rated(5) }, WANTED, late)).toEqual({
      ...known,
      rated: 5,
      from: late,
    });
  });

  it("they do to the end of the last epoch that is signed, and no longer with ratings off", () => {
    expect(standingOf(signed(371), WANTED, NOW)).toEqual({ is: "counting", until: Date.UTC(2027, 0, 17) });
    expect(standingOf(signed(371, 372), WANTED, NOW)).toEqual({
      is: "counting",
      until: Date.UTC(2027, 2, 14),
    });
    expect(standingOf(signed(371), OFF, NOW)).toEqual({
      is: "ending",
      until: Date.UTC(2027, 0, 17),
    });
  });

  it("they will again where an epoch has gone by; and nothing of another server helps", () => {
    expect(standingOf(signed(370), WANTED, NOW)).toEqual({ is: "renewing" });
    expect(standingOf(signed(370), OFF, NOW)).toEqual({ is: "off" });
    const other = { ...WANTED, server: "https://other.example" };
    expect(standingOf(signed(371), other, NOW)).toEqual({ is: "beginning", rated: 0, needed: 5 });
  });
});

describe("the paragraph", () => {
  beforeEach(() => vi.useFakeTimers({ now: NOW, toFake: ["Date"] }));

  it("says so, and follows what happens", async () => {
    await saveOptions(OFF);
    const paragraph = standingParagraph();
    const says = async (is: string, words: string): Promise<void> => {
      await vi.waitFor(() => expect(paragraph.textContent).toBe(words));
      expect(paragraph.dataset["standing"]).toBe(is);
    };
    await says(
      "off",
      "Your reports are published, but they don't count as a contributor's: ratings are off.",
    );
    await saveOptions({ ...WANTED, isLinked: false });
    await says(
      "unlinked",
      "Your reports are published, but they don't count as a contributor's: they are unlinked.",
    );
    await saveOptions(WANTED);
    await says(
      "beginning",
      "Ratings answered: 0 of 5. Within a day the server gets to know this browser; " +
        "two to three weeks later your reports can count.",
    );
    await changeCredentials(() => ({ ...KEPT, start, rated: rated(3) }));
    await says(
      "known",
      "Ratings answered: 3 of 5. Known since November 25, 2026. " +
        "Your reports will count from about December 14, 2026 on.",
    );
    await changeCredentials(() => signed(371));
    await says(
      "counting",
      "Your reports count. This holds until January 17, 2027, and is renewed by itself before.",
    );
    await saveOptions(OFF);
    await says(
      "ending",
      "Your reports count until January 17, 2027, and not after: ratings are off, so nothing is renewed.",
    );
    await saveOptions(WANTED);
    await changeCredentials(() => signed(370));
    await says(
      "renewing",
      "Your reports will count again within a day or so: the signature for these eight weeks is on its way.",
    );
  });
});
