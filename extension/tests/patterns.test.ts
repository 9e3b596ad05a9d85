import { describe, expect, it } from "vitest";
import file from "../../backend/reports/redaction/rules.json";
import { isEuropean, patternOf } from "../src/redact/patterns";
import vectors from "../../tests/contract/redaction_vectors.json";

/** Every character of the blocks, with a letter and a digit on both sides, in every case. */
const ALPHABET = Array.from({ length: 0x530 }, (_, code) => String.fromCharCode(code));
const PROPERTIES = ["L", "Lu", "Ll", "M", "N"];

function found(regex: string, flags: string, text: string, textIsEuropean: boolean): (readonly [number, number])[] {
  return [...patternOf(regex, flags, 0)(text, textIsEuropean, null)];
}

describe("patterns for European texts", () => {
  for (const property of PROPERTIES)
    for (const flags of ["", "i"])
      it(`know every character of \\p{${property}} with flags "${flags}"`, () => {
        for (const regex of [`\\p{${property}}`, `[\\p{${property}}.-]`, `[^\\p{${property}}]`]) {
          const text = ALPHABET.join("");
          expect(found(regex, flags, text, true)).toEqual(found(regex, flags, text, false));
        }
      });

  it("leave brackets and escapes alone", () => {
    for (const [regex, text] of [["\\[\\p{L}\\]", "[ä] [1]"], ["[\\]\\p{N}]+", "1]2 x"], ["\\\\p", "\\p"]] as const)
      expect(found(regex, "", text, true)).toEqual(found(regex, "", text, false));
    expect(found("\\[\\p{L}\\]", "", "[ä] [1]", true)).toEqual([[0, 3]]);
  });

  it("find in every European vector what the whole patterns find", () => {
    const texts = vectors.flatMap(({ texts }) => texts).filter(isEuropean);
    expect(texts.length).toBeGreaterThan(200);
    for (const rule of file.rules) {
      if (!("regex" in rule)) continue;
      const find = patternOf(rule.regex, rule.flags, rule.group);
      for (const text of texts) expect([...find(text, true, null)], rule.id).toEqual([...find(text, false, null)]);
    }
  });

  it("end where an empty match would stay for good", () => {
    expect(found("x?", "", "ä😀", true)).toEqual([[0, 0], [1, 1], [3, 3]]); // prettier-ignore
  });
});

describe("a European text", () => {
  it("has no letter, mark or number beyond Cyrillic", () => {
    for (const text of ["", "plain", "Zürich, Łódź, Αθήνα, Москва", "→ “x” 😀 €5", "\u052F"]) expect(isEuropean(text), text).toBe(true);
    for (const text of ["\u0531", "我", "a\u20D7", "𝐀", "Ⅳ", "\u212A", "Việt"]) expect(isEuropean(text), text).toBe(false);
  });
});
