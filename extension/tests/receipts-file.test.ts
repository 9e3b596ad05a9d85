import { describe, expect, it } from "vitest";
import type { Entry } from "../src/outbox";
import { entriesOf, receiptsFile, RECEIPTS_FILE_CHARS_MAX, RECEIPTS_MAX, withReceipts } from "../src/receipts-file";

const entry = (number: number, how: Partial<Entry> = {}): Entry => ({
  id: `7d0f2c1a-3b64-4c8e-9a51-${String(number).padStart(12, "0")}`,
  receiptKey: "0123456789abcdef0123456789abcdef",
  server: "https://plumbline.example",
  site: "claude",
  domain: null,
  createdOn: "2026-11-20",
  status: "sent",
  notBefore: 0,
  attempts: 0,
  body: "",
  serverState: "released",
  withdrawnAt: null,
  checkedOn: "2026-11-21",
  message: "",
  ...how,
});

describe("a file of receipts", () => {
  it("brings every receipt to another machine, with its state to be asked for", () => {
    const text = receiptsFile([entry(1), entry(2, { status: "withdrawing", domain: "law" })]);
    expect(entriesOf(text)).toEqual([
      entry(1, { serverState: "pending", checkedOn: "" }),
      entry(2, { serverState: "pending", checkedOn: "", domain: "law" }),
    ]);
  });

  it("holds no text, and nothing that no server has", () => {
    const text = receiptsFile([entry(1, { status: "held", body: "secret words" }), entry(2, { status: "refused" })]);
    expect(JSON.parse(text)).toEqual({ plumbline_receipts: 1, receipts: [] });
    expect(receiptsFile([entry(1, { status: "queued", body: "secret words" })])).not.toContain("secret words");
  });

  it("adds what is new and leaves what is there", () => {
    const mine = entry(1);
    const added = entriesOf(receiptsFile([entry(1), entry(2), entry(2)]));
    expect(withReceipts([mine], added).map(({ id, serverState }) => [id.at(-1), serverState])).toEqual([
      ["2", "pending"],
      ["1", "released"],
    ]);
  });

  it.each([
    ["no JSON", "{"],
    ["another JSON", "[]"],
    ["null", "null"],
    ["another version", '{"plumbline_receipts": 2, "receipts": []}'],
    ["no list", '{"plumbline_receipts": 1, "receipts": {}}'],
    ["too many", JSON.stringify({ plumbline_receipts: 1, receipts: Array(RECEIPTS_MAX + 1).fill(0) })],
    ["too long", " ".repeat(RECEIPTS_FILE_CHARS_MAX + 1)],
  ])("is refused: %s", (_, text) => {
    expect(() => entriesOf(text)).toThrow("This is not a file of receipts.");
  });

  it.each([
    ["id", { id: "1" }],
    ["receiptKey", { receiptKey: "short" }],
    ["server", { server: "javascript:alert(1)" }],
    ["server", { server: "http://plumbline.example" }],
    ["server", { server: "https://plumbline.example/path" }],
    ["site", { site: "<b>" }],
    ["domain", { domain: 7 as never }],
    ["createdOn", { createdOn: "today" }],
  ])("is refused as a whole if one %s is damaged", (_, flaw) => {
    const text = JSON.stringify({ plumbline_receipts: 1, receipts: [entry(1), { ...entry(2), ...flaw }] });
    expect(() => entriesOf(text)).toThrow("Receipt number 2 in this file is damaged. Nothing was taken over.");
  });

  it("takes as many receipts as its limit says", () => {
    const many = Array.from({ length: RECEIPTS_MAX }, (_, number) => entry(number));
    expect(entriesOf(receiptsFile(many))).toHaveLength(RECEIPTS_MAX);
  });
});
