/** What the device removes, leaves and lets a person decide. The vectors are the server's too. */
import { describe, expect, it } from "vitest";
import vectors from "../../tests/contract/redaction_vectors.json";
import { redact, REDACTION_VERSION } from "../src/redact";

const FIELD_MAX_CHARS = 60_000;

describe("the shared vectors", () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))("%s", (_, vector) => {
    const result = redact(vector.texts);
    expect(result.texts).toEqual(vector.expected);
    expect(result.removed).toEqual(vector.removed);
    if ("marked" in vector) {
      const cut = result.marked.flatMap((spans, index) =>
        spans.map(({ start, end }) => vector.texts[index]?.slice(start, end)),
      );
      expect(cut).toEqual(vector.marked);
    }
  });

  it("are at least a hundred", () => expect(vectors.length).toBeGreaterThanOrEqual(100));
});

describe("spans", () => {
  it("count UTF-16 units of the original, invisible characters included", () => {
    const text = "🙂 mail ann\u200b@example.org";
    const [span] = redact([text]).spans[0] ?? [];
    expect(span).toEqual({ start: 8, end: 24, type: "EMAIL", placeholder: "[EMAIL_1]", ruleId: "email", tier: 1 });
    expect(text.slice(8, 24)).toBe("ann\u200b@example.org");
  });

  it("hold both units of a digit that has two", () => {
    const text = "\u{1d7ce}7700 90012\u{1d7d1}";
    expect(redact([text]).spans[0]).toEqual([{ start: 0, end: 14, type: "PHONE", placeholder: "[PHONE_1]", ruleId: "phone-national", tier: 1 }]);
  });

  it("end where the text ends", () => {
    const text = "07700 90012\uff13";
    expect(redact([text]).spans[0]?.[0]?.end).toBe(text.length);
  });

  it("mark what may identify, and leave it", () => {
    const text = "We met at Rotterdam with Acme Robotics Ltd on 3 May 2024";
    const { texts, marked } = redact([text]);
    expect(texts).toEqual([text]);
    expect(marked[0]?.map((span) => [text.slice(span.start, span.end), span.type, span.placeholder, span.tier])).toEqual([
      ["Rotterdam", "PLACE", "", 2],
      ["Acme Robotics Ltd", "ORGANISATION", "", 2],
      ["3 May 2024", "DATE", "", 2],
    ]);
  });

  it("carry the version of the rules", () => {
    expect(redact([]).version).toBe("11");
    expect(REDACTION_VERSION).toBe("11");
  });
});

describe("a person's decisions", () => {
  it("hide a passage everywhere, in all texts", () => {
    const result = redact(["Project Zebra, zebra", "see Project Zebra"], { hide: ["Project Zebra"] });
    expect(result.texts).toEqual(["[HIDDEN_1], zebra", "see [HIDDEN_1]"]);
    expect(result.removed).toEqual({ HIDDEN: 1 });
  });

  it("always hide words, whatever their case, but no parts of words", () => {
    const result = redact(["the zorblax, ZORBLAX and zorblaxes"], { alwaysHide: ["Zorblax"] });
    expect(result.texts).toEqual(["the [HIDDEN_1], [HIDDEN_1] and zorblaxes"]);
  });

  it("hide what holds signs that mean something in patterns", () => {
    expect(redact(["a (b) [c] $d^"], { hide: ["(b) [c]"], alwaysHide: ["$d^"] }).texts).toEqual(["a [HIDDEN_1] [HIDDEN_2]"]);
  });

  it("ignore empty words", () => {
    expect(redact(["abc"], { hide: [""], alwaysHide: ["", " "] }).texts).toEqual(["abc"]);
  });

  it("keep a value and every part of it", () => {
    const text = "ask Anna Bell, ann@example.org";
    expect(redact([text], { keep: ["Anna Bell"] }).texts).toEqual(["ask Anna Bell, [EMAIL_1]"]);
    expect(redact([text], { keep: ["Anna Bell", "ann@example.org"] }).texts).toEqual([text]);
  });

  it("keep a value that holds an invisible character", () => {
    expect(redact(["ann\u200b@example.org"], { keep: ["ann\u200b@example.org"] }).texts).toEqual(["ann\u200b@example.org"]);
  });
});

describe("a full field", () => {
  const pieces = ["a", "A", "1", "@", "a@", "a.", "1 ", ":", "`a`", "```\n", "Ann Bell ", "+1 ", "[A_1]", "password: ", "Mr. A", "in A", "10 A", "10 Ab ", "\u200b", "Ab Cd ", "4111 1111 1111 1111 ", "card 1", "a b c ", "f(", "/*", "// ", "a%40", "phone0", "::", "\u2014", "\u{1d7ce}"];
  it.each(pieces)("of %j comes back, and again the same", (piece) => {
    const { texts } = redact([piece.repeat(Math.ceil(FIELD_MAX_CHARS / piece.length)).slice(0, FIELD_MAX_CHARS)]);
    expect(redact(texts).texts).toEqual(texts);
  });

  it("of addresses has a placeholder for each", () => {
    const text = Array.from({ length: 3000 }, (_, number) => `a${number}@b.co`).join(" ");
    expect(redact([text]).removed).toEqual({ EMAIL: 3000 });
  });
});
