import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import schema from "../../tests/contract/exposure_v1.schema.json";
import { genericExchange } from "../src/adapters/generic";
import type { Exchange } from "../src/adapters/types";
import { families } from "../src/catalogue";
import {
  CLIP_MAX,
  closeWeeks,
  countAnswer,
  EPSILON,
  exposureBody,
  forgetWeeks,
  isoWeekOf,
  mondayOf,
  NOISE_SCALE,
} from "../src/controls/exposures";
import { loadOutgoing } from "../src/controls/outgoing";
import { loadControls } from "../src/storage";
import { seeded } from "./seeded";

const isValid = new Ajv2020({ allErrors: true, strictTypes: false }).compile(schema);
const WEDNESDAY = new Date(2026, 10, 18, 12); // of W47
const NEXT_MONDAY = new Date(2026, 10, 23, 9);
const DOMAINS = [...families.flatMap(({ domains }) => domains.map(({ slug }) => slug)), null];

const exchange = (prompt: string, site = "chatgpt"): Exchange => ({
  ...genericExchange(""),
  site,
  adapter: site,
  prompt,
  response: "So.",
  modelLabel: "gpt-4o",
  modelLabelSource: "message_attribute",
});
const SHARDED = "How do I resume a sharded FSDP checkpoint after one of 64 NCCL ranks hangs?";

interface Body {
  site: string;
  iso_week: string;
  contributor_tag: string;
  counts: { domain: string | null; count: number }[];
}
const bodies = async (): Promise<Body[]> => (await loadOutgoing()).map(({ body }) => JSON.parse(body) as Body);
const batch = { id: "0b9f6a42-7c1d-4e55-8a3b-6d2f1c9e8047", site: "chatgpt", monday: "2026-11-16", tag: "0123456789abcdef", isLinked: true };

describe("a week", () => {
  it.each([
    [new Date(2026, 10, 16, 0, 0), "2026-11-16", "2026-W47"],
    [new Date(2026, 10, 22, 23, 59), "2026-11-16", "2026-W47"],
    [new Date(2026, 11, 31), "2026-12-28", "2026-W53"],
    [new Date(2027, 0, 3), "2026-12-28", "2026-W53"],
    [new Date(2027, 0, 4), "2027-01-04", "2027-W01"],
    [new Date(2024, 11, 30), "2024-12-30", "2025-W01"],
  ])("of %s begins on %s and is %s", (day, monday, week) => {
    expect(mondayOf(day)).toBe(monday);
    expect(isoWeekOf(monday)).toBe(week);
  });

  it("keeps at most 20 answers, as site and domain, whatever their number", async () => {
    for (let n = 0; n < 30; n += 1) await countAnswer(exchange(SHARDED), WEDNESDAY, seeded(n + 1));
    const [week] = (await loadControls()).weeks;
    expect(week?.seen).toBe(30);
    expect(week?.answers.length).toBe(CLIP_MAX);
    expect(week?.answers[0]).toEqual({ site: "chatgpt", domain: "distributed-training" });
    expect(JSON.stringify(await loadControls())).not.toContain("FSDP");
  });

  it("keeps each of its answers with the same chance", async () => {
    // 25 answers, each known by its site, 400 weeks: each is kept with the chance .8. A count beyond
    // 6 standard deviations, sqrt(400 * .8 * .2) = 8, has a chance below 1e-7 for all 25.
    const below = seeded(4);
    const kept = new Map<string, number>();
    for (let round = 0; round < 400; round += 1) {
      await forgetWeeks();
      for (let n = 0; n < 25; n += 1) await countAnswer(exchange("", `s${n}`), WEDNESDAY, below);
      const [week] = (await loadControls()).weeks;
      for (const { site } of week?.answers ?? []) kept.set(site, (kept.get(site) ?? 0) + 1);
    }
    expect(kept.size).toBe(25);
    for (const count of kept.values()) expect(Math.abs(count - 320)).toBeLessThan(48);
  });
});

describe("the bodies of a week", () => {
  it("hold every domain and null for every allowed site, used or not, and keep the contract", async () => {
    await countAnswer(exchange(SHARDED), WEDNESDAY);
    expect(await closeWeeks(["chatgpt", "claude"], WEDNESDAY)).toBe(0);
    expect(await closeWeeks(["chatgpt", "claude"], NEXT_MONDAY)).toBe(2);
    const sent = await bodies();
    expect(sent.map(({ site, iso_week }) => [site, iso_week])).toEqual([
      ["chatgpt", "2026-W47"],
      ["claude", "2026-W47"],
    ]);
    for (const body of sent) {
      expect(isValid(body)).toBe(true);
      expect(body.counts.map(({ domain }) => domain)).toEqual(DOMAINS);
    }
    expect(sent[0]?.contributor_tag).not.toBe(sent[1]?.contributor_tag);
  });

  it("are built once: the same noise however often they are looked at or sent", async () => {
    await countAnswer(exchange(SHARDED), WEDNESDAY);
    await closeWeeks(["chatgpt"], NEXT_MONDAY);
    const first = await loadOutgoing();
    expect(await closeWeeks(["chatgpt"], NEXT_MONDAY)).toBe(0);
    expect(await loadOutgoing()).toEqual(first);
    expect((await loadControls()).weeks).toEqual([{ monday: "2026-11-23", seen: 0, answers: [] }]);
  });

  it("go at random times within a day", async () => {
    await closeWeeks([], WEDNESDAY);
    await closeWeeks(["chatgpt", "claude"], NEXT_MONDAY, seeded(5));
    const delays = (await loadOutgoing()).map(({ notBefore }) => notBefore - NEXT_MONDAY.getTime());
    expect(new Set(delays).size).toBe(2);
    for (const delay of delays) expect(delay).toBeLessThan(24 * 3_600_000);
  });

  it("come for weeks without an answer too, but for no more than three", async () => {
    await closeWeeks(["chatgpt"], WEDNESDAY);
    await closeWeeks(["chatgpt"], new Date(2026, 11, 16));
    expect((await bodies()).map(({ iso_week }) => iso_week)).toEqual(["2026-W48", "2026-W49", "2026-W50"]);
  });

  it("count an answer of a new week there, though the old one is not closed yet", async () => {
    await countAnswer(exchange(SHARDED), WEDNESDAY);
    await countAnswer(exchange(SHARDED), NEXT_MONDAY);
    await closeWeeks(["chatgpt"], NEXT_MONDAY);
    expect((await loadControls()).weeks).toMatchObject([{ monday: "2026-11-23", seen: 1 }]);
    expect((await bodies()).map(({ iso_week }) => iso_week)).toEqual(["2026-W47"]);
  });

  it("have the noise of scale 20 around what was seen, in used and unused cells alike", () => {
    // 4,000 bodies; the mean of a cell has the standard deviation sqrt(799.83 / 4000) = 0.447.
    // Beyond 6 of them: 2e-9 for each of the 27 cells.
    expect([EPSILON, CLIP_MAX, NOISE_SCALE]).toEqual([2, 20, 20]);
    const below = seeded(11);
    const answers = [
      ...Array.from({ length: 12 }, () => ({ site: "chatgpt", domain: "law" })),
      { site: "chatgpt", domain: null },
      { site: "claude", domain: "law" },
    ];
    const sums = new Map<string | null, number>();
    for (let n = 0; n < 4000; n += 1)
      for (const { domain, count } of (JSON.parse(exposureBody(batch, answers, below)) as Body).counts)
        sums.set(domain, (sums.get(domain) ?? 0) + count);
    for (const [domain, sum] of sums) {
      const seen = domain === "law" ? 12 : domain === null ? 1 : 0;
      expect(Math.abs(sum / 4000 - seen), String(domain)).toBeLessThan(2.68);
    }
  });

  it("are forgotten as long as the week is not over, where the person no longer wants them", async () => {
    await countAnswer(exchange(SHARDED), WEDNESDAY);
    await forgetWeeks();
    expect(await closeWeeks(["chatgpt"], NEXT_MONDAY)).toBe(0);
  });
});
