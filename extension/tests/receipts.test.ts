import { expect, it } from "vitest";
import { contributorTag, epochOf, makeReceiptKey, receiptKeyHash, tagFor } from "../src/receipts";

const SECRET = "0f".repeat(32);
const day = (text: string): Date => new Date(`${text}T12:00:00Z`);

it("makes receipt keys of 128 bits that differ", () => {
  const keys = new Set(Array.from({ length: 100 }, makeReceiptKey));
  expect(keys.size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/);
});

// Expected values: Python's hashlib.sha256 and hmac.new over the same characters.
it("hashes the characters of a key as the server does", async () => {
  expect(await receiptKeyHash("00112233445566778899aabbccddeeff")).toBe(
    "5947d7c33d783f94b3b4c1a96ebc8991ed28f1b069b71e03376cba8caa98a720",
  );
});

it("makes tags by HMAC-SHA256 over version, site and epoch", async () => {
  expect(await contributorTag(SECRET, "chatgpt", day("2026-11-20"))).toBe("a4b7d5c1a0f6893c");
  expect(await contributorTag(SECRET, "claude", day("2026-11-20"))).toBe("d2ddad2e42ea24ab");
  expect(await contributorTag(SECRET, "chatgpt", day("2027-01-20"))).toBe("879a2c2d1656d0b9");
});

it("begins an epoch every eighth Monday", () => {
  expect(epochOf(new Date("2026-11-22T23:59:59Z"))).toBe(370);
  expect(epochOf(new Date("2026-11-23T00:00:00Z"))).toBe(371);
  expect(epochOf(new Date("2027-01-17T23:59:59Z"))).toBe(371);
  expect(epochOf(new Date("2027-01-18T00:00:00Z"))).toBe(372);
});

it("gives one person one tag in a site and an epoch, and none to recognise elsewhere", async () => {
  const tag = await tagFor("chatgpt", day("2026-11-24"), true);
  expect(await tagFor("chatgpt", day("2027-01-17"), true)).toBe(tag);
  expect(await tagFor("chatgpt", day("2027-01-18"), true)).not.toBe(tag);
  expect(await tagFor("gemini", day("2026-11-24"), true)).not.toBe(tag);
});

it("gives an unlinked report a tag of its own", async () => {
  const tags = new Set(
    await Promise.all(Array.from({ length: 20 }, () => tagFor("chatgpt", day("2026-11-24"), false))),
  );
  expect(tags.size).toBe(20);
  for (const tag of tags) expect(tag).toMatch(/^[0-9a-f]{16}$/);
});
