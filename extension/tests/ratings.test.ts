import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import schema from "../../tests/contract/rating_v1.schema.json";
import { genericExchange } from "../src/adapters/generic";
import type { Exchange } from "../src/adapters/types";
import { loadOutgoing, takeBack } from "../src/controls/outgoing";
import {
  ANSWERS_MAX,
  answerQuestion,
  ASK_ONE_IN,
  dismissQuestion,
  drawAnswer,
  RATING_HOLD_MS,
  ratingBody,
  samplingProbability,
} from "../src/controls/ratings";
import { isNewAnswer } from "../src/controls/seen";
import { DEFAULT_OPTIONS, forgetEverything, loadControls, saveOptions } from "../src/storage";
import { seeded } from "./seeded";

const isValid = new Ajv2020({ allErrors: true, strictTypes: false }).compile(schema);
const NOON = new Date(2026, 10, 20, 12);
const TOMORROW = new Date(2026, 10, 21, 0, 1);
const always = (): number => 0;
const never = (): number => 1;

const EXCHANGE: Exchange = {
  ...genericExchange(""),
  site: "chatgpt",
  adapter: "chatgpt",
  prompt: "How do I resume a sharded FSDP checkpoint after one of 64 NCCL ranks hangs?",
  response: "Start again.",
  modelLabel: "gpt-4o",
  modelLabelSource: "message_attribute",
};

async function times(n: number, below: () => number, now = NOON): Promise<void> {
  for (let answer = 0; answer < n; answer += 1) await drawAnswer(EXCHANGE, now, below);
}

describe("the draw", () => {
  it("tells the probability of the n-th answer: drawn, and none before it", () => {
    expect(ASK_ONE_IN).toBe(50);
    expect(samplingProbability(1)).toBeCloseTo(0.02, 15);
    expect(samplingProbability(2)).toBeCloseTo(0.98 * 0.02, 15);
    expect(samplingProbability(ANSWERS_MAX)).toBeGreaterThan(0.001); // the contract's lowest
  });

  it("asks about one answer a day and says how likely that was", async () => {
    await times(2, never);
    const question = await drawAnswer(EXCHANGE, NOON, always);
    expect(question).toMatchObject({
      site: "chatgpt",
      modelLabel: "gpt-4o",
      ratedOn: "2026-11-20",
      domain: "distributed-training",
      samplingProbability: samplingProbability(3),
    });
    expect(await drawAnswer(EXCHANGE, NOON, always)).toBeNull();
    expect((await loadControls()).question).toEqual(question);
    expect((await drawAnswer(EXCHANGE, TOMORROW, always))?.samplingProbability).toBe(samplingProbability(1));
  });

  it("asks about none that comes after the last of a day", async () => {
    await times(ANSWERS_MAX - 1, never);
    expect(await drawAnswer(EXCHANGE, NOON, always)).not.toBeNull();
    await forgetEverything();
    await times(ANSWERS_MAX, never);
    expect(await drawAnswer(EXCHANGE, NOON, always)).toBeNull();
  });

  it("keeps no text of what it asks about", async () => {
    await drawAnswer(EXCHANGE, NOON, always);
    expect(JSON.stringify(await loadControls())).not.toContain("sharded");
  });

  it("counts every one of many that finish at once", async () => {
    await Promise.all(Array.from({ length: 20 }, () => drawAnswer(EXCHANGE, NOON, never)));
    expect((await loadControls()).draw).toEqual({ day: "2026-11-20", answers: 20, isDrawn: false });
  });

  it("has weights that add up: over many days, each answer of a day stands for itself", () => {
    // 200,000 days of 5 answers. The weighted count of questions about the n-th answer estimates the
    // days; its standard deviation is below sqrt(days / p). Beyond 6 of them: 1e-8 for 5 answers.
    const DAYS = 200_000;
    const below = seeded(99);
    const weights = [0, 0, 0, 0, 0];
    for (let day = 0; day < DAYS; day += 1) {
      for (let n = 1; n <= 5; n += 1) {
        if (below(ASK_ONE_IN) !== 0) continue;
        weights[n - 1] = (weights[n - 1] ?? 0) + 1 / samplingProbability(n);
        break;
      }
    }
    weights.forEach((weight, index) => {
      expect(Math.abs(weight - DAYS)).toBeLessThan(6 * Math.sqrt(DAYS / samplingProbability(index + 1)));
    });
  });

  it("redacts a label that the catalogue does not know", async () => {
    const odd = { ...EXCHANGE, modelLabel: "model of ann@example.org" };
    expect((await drawAnswer(odd, NOON, always))?.modelLabel).toBe("model of [EMAIL_1]");
    await forgetEverything();
    const none = await drawAnswer({ ...EXCHANGE, modelLabel: " " }, NOON, always);
    expect([none?.modelLabel, none?.modelLabelSource]).toEqual([null, "none"]);
    await forgetEverything();
    const long = await drawAnswer({ ...EXCHANGE, modelLabel: "m".repeat(121) }, NOON, always);
    expect(long?.modelLabel).toBe("m".repeat(120));
  });
});

describe("the answer to a question", () => {
  it("waits to be sent, and can be taken back until then", async () => {
    const { id = "" } = (await drawAnswer(EXCHANGE, NOON, always)) ?? {};
    const body = (await answerQuestion(id, "not_fine", NOON)) ?? "";
    expect(isValid(JSON.parse(body))).toBe(true);
    expect(JSON.parse(body)).toMatchObject({ id, verdict: "not_fine", is_linked: true });
    expect(await loadOutgoing()).toMatchObject([
      { id, kind: "rating", body, server: DEFAULT_OPTIONS.server, notBefore: NOON.getTime() + RATING_HOLD_MS },
    ]);
    expect((await loadControls()).question).toBeNull();
    expect(await answerQuestion(id, "fine", NOON)).toBeNull();
    expect([await takeBack(id), await takeBack(id)]).toEqual([true, false]);
    expect(await loadOutgoing()).toEqual([]);
  });

  it("has the tag of its site, or a random one where the person is not linked", async () => {
    const tags: string[] = [];
    for (const [isLinked, now] of [
      [true, new Date(2026, 10, 17, 12)],
      [true, new Date(2026, 10, 18, 12)],
      [false, new Date(2026, 10, 19, 12)],
    ] as const) {
      await saveOptions({ ...DEFAULT_OPTIONS, isLinked });
      const { id = "" } = (await drawAnswer(EXCHANGE, now, always)) ?? {};
      const body = JSON.parse((await answerQuestion(id, "fine", now)) ?? "") as Record<string, unknown>;
      expect(body["is_linked"]).toBe(isLinked);
      tags.push(String(body["contributor_tag"]));
    }
    expect(tags[0]).toBe(tags[1]);
    expect(tags[2]).not.toBe(tags[0]);
  });

  it("is none for a question of another day, of another id, or one that was dismissed", async () => {
    const { id = "" } = (await drawAnswer(EXCHANGE, NOON, always)) ?? {};
    expect(await answerQuestion(id, "fine", TOMORROW)).toBeNull();
    expect(await answerQuestion("other", "fine", NOON)).toBeNull();
    await dismissQuestion();
    expect(await answerQuestion(id, "fine", NOON)).toBeNull();
    expect(await loadOutgoing()).toEqual([]);
    expect(await drawAnswer(EXCHANGE, NOON, always)).toBeNull();
  });

  it("is an accepted example to the letter", () => {
    const accepted = join(import.meta.dirname, "../../tests/contract/ratings/accepted/not-fine.json");
    const question = {
      id: "7d0f2c1a-3b64-4c8e-9a51-2f6e8b7c9d10",
      site: "chatgpt",
      adapter: "chatgpt",
      modelLabel: "gpt-4o",
      modelLabelSource: "message_attribute" as const,
      domain: "distributed-training",
      ratedOn: "2026-11-20",
      samplingProbability: 0.0196,
    };
    const body = ratingBody(question, "not_fine", "0123456789abcdef", true);
    expect(`${body}\n`).toBe(readFileSync(accepted, "utf8"));
  });
});

it("knows an answer that a page shows again", async () => {
  expect(await isNewAnswer(EXCHANGE)).toBe(true);
  expect(await isNewAnswer(EXCHANGE)).toBe(false);
  expect(await isNewAnswer({ ...EXCHANGE, response: "Start." })).toBe(true);
});
