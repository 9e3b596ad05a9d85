/**
 * A text as the rules see it. `backend/reports/redaction/visible.py` says the same, line by line;
 * what is invisible, and what becomes what, is in characters.json.
 */
import file from "../../../backend/reports/redaction/characters.json";

/** Stands for every character of a placeholder, and of what is hidden already. */
export const MASK = "\uFFFC";

function codes(ranges: string): number[] {
  return ranges.split(" ").flatMap((one) => {
    const [first = 0, last = first] = one.split("-").map((hex) => parseInt(hex, 16));
    return Array.from({ length: last - first + 1 }, (_, step) => first + step);
  });
}

/** What becomes another character, and what becomes none. */
const FOLD = new Map<number, string>();
for (const code of codes(file.invisible)) FOLD.set(code, "");
for (const [to, ranges] of Object.entries(file.folds)) for (const code of codes(ranges)) FOLD.set(code, to);
for (const code of codes(file.full_width)) FOLD.set(code, String.fromCharCode(code - 0xfee0));
for (const zero of codes(file.zeros))
  for (let digit = 0; digit < 10; digit += 1) FOLD.set(zero + digit, String(digit));

/** Characters that may be folded: quick to look for, and rare in most texts. */
const FOLDED = /[\t\v\f\r\u0080-\u{10ffff}]/gu;

/** The text as rules see it. */
export function visible(text: string): string {
  return text.replace(FOLDED, (character) => FOLD.get(character.codePointAt(0) ?? 0) ?? character);
}

/** For each unit of `visible(text)`, the range of the text that it stands for. */
export function visiblePlaces(text: string): { starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  let place = 0;
  for (const character of text) {
    const folded = FOLD.get(character.codePointAt(0) ?? 0);
    if (folded === undefined)
      for (let unit = 0; unit < character.length; unit += 1) {
        starts.push(place + unit);
        ends.push(place + unit + 1);
      }
    else if (folded !== "") {
      starts.push(place);
      ends.push(place + character.length);
    }
    place += character.length;
  }
  return { starts, ends };
}
