import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import schema from "../../tests/contract/report_v1.schema.json";
import { bodyOf, problemsOf, today, type Draft } from "../src/report";

const CONTRACT = join(import.meta.dirname, "../../tests/contract");
const isValid = new Ajv2020({ allErrors: true, strictTypes: false }).compile(schema);

const DRAFT: Draft = {
  id: "7d0f2c1a-3b64-4c8e-9a51-2f6e8b7c9d10",
  receiptKeyHash: "5947d7c33d783f94b3b4c1a96ebc8991ed28f1b069b71e03376cba8caa98a720",
  contributorTag: "0123456789abcdef",
  isLinked: true,
  site: "chatgpt",
  adapter: "chatgpt",
  modelLabel: "gpt-4o",
  modelLabelSource: "message_attribute",
  observedOn: "2026-11-20",
  prompt: "How do I resume a job that lost one shard?",
  response: "Start again from the beginning and hope.",
  comment: "",
  expected: "",
  severity: null,
  tier: null,
  effort: null,
  circumstances: { turnIndex: 4, earlierTurns: 1, hasAttachments: false, hasTools: null, notice: "none" },
  symptoms: ["shallow_answer"],
  domain: "distributed-training",
  redactionVersion: "1",
  removed: {},
};

function examples(folder: string): [string, unknown][] {
  return readdirSync(join(CONTRACT, folder)).map((name) => [
    name,
    JSON.parse(readFileSync(join(CONTRACT, folder, name), "utf8")),
  ]);
}

describe("the contract with the server", () => {
  it("has examples of both kinds", () => {
    expect(examples("accepted").length).toBeGreaterThanOrEqual(4);
    expect(examples("rejected").length).toBeGreaterThanOrEqual(15);
  });

  it.each(examples("accepted"))("accepts %s", (_, payload) => {
    isValid(payload);
    expect(isValid.errors).toBeNull();
  });

  it.each(examples("rejected"))("rejects %s", (_, example) => {
    expect(Object.keys(example as object).sort()).toEqual(["payload", "why"]);
    expect(isValid((example as { payload: unknown }).payload)).toBe(false);
  });

  it("is kept by the body of a report, which is an accepted example to the letter", () => {
    const body = bodyOf(DRAFT);
    expect(isValid(JSON.parse(body))).toBe(true);
    expect(`${body}\n`).toBe(readFileSync(join(CONTRACT, "accepted/chat-page.json"), "utf8"));
  });
});

describe("what stands in the way of sending", () => {
  it("is nothing, for a complete draft", () => {
    expect(problemsOf(DRAFT)).toEqual([]);
  });

  it.each([
    [{ prompt: " \n" }, "The prompt is empty."],
    [{ response: "" }, "The answer is empty."],
    [{ prompt: "p".repeat(60_001) }, "The prompt is longer than 60,000 characters. Cut a passage."],
    [{ response: "r".repeat(60_001) }, "The answer is longer than 60,000 characters. Cut a passage."],
    [{ comment: "c".repeat(2_001) }, "The comment is longer than 2,000 characters."],
    [{ expected: "e".repeat(2_001) }, "What you expected is longer than 2,000 characters."],
    [{ symptoms: [] }, "Choose what is wrong with the answer."],
    [{ symptoms: ["a", "b", "c", "d", "e", "f", "g"] }, "Choose at most 6 of what is wrong."],
  ] satisfies [Partial<Draft>, string][])("is said for %#", (flaw, words) => {
    expect(problemsOf({ ...DRAFT, ...flaw })).toEqual([words]);
  });

  it("counts characters as the server does, not halves of them", () => {
    expect(problemsOf({ ...DRAFT, prompt: "🙂".repeat(60_000) })).toEqual([]);
  });
});

it("tells the day and no time", () => {
  expect(today(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
});
