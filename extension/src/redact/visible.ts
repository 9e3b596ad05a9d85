/** A text as the rules see it. `backend/reports/redaction/visible.py` says the same, line by line. */
import file from "../../../backend/reports/redaction/characters.json";

/** Stands for every character of a placeholder, and of what is hidden already. */
export const MASK = "\uFFFC";
const INVISIBLE = new RegExp(`[${file.invisible}]`, "gu");
const FOLD = new Map<string, string>();
for (const [to, characters] of Object.entries(file.folds)) for (const character of characters) FOLD.set(character, to);
for (let code = 0xff01; code < 0xff5f; code += 1) FOLD.set(String.fromCharCode(code), String.fromCharCode(code - 0xfee0));
for (const zero of file.zeros)
  for (let n = 0; n < 10; n += 1) FOLD.set(String.fromCodePoint((zero.codePointAt(0) ?? 0) + n), String(n));
const FOLDED = new RegExp(`[${[...FOLD.keys()].join("")}]`, "gu");
// A long dash joins numbers and parts words; an ideographic full stop stands in a host's name or
// ends a sentence.
const LONG_DASH = new RegExp(`(?<=[0-9])[${file.long_dashes}]|[${file.long_dashes}](?=[0-9])`, "gu");
const FULL_STOP = new RegExp(`[${file.full_stops}](?=[A-Za-z0-9])`, "gu");

/** The text as rules see it. */
export function visible(text: string): string {
  const shown = text.replace(INVISIBLE, "").replace(FOLDED, (character) => FOLD.get(character) ?? character);
  return shown.replace(LONG_DASH, "-").replace(FULL_STOP, ".");
}

/** For each unit of `visible(text)`, where in the text what it stands for begins and ends. */
export function visiblePlaces(text: string): { starts: number[]; ends: number[] } {
  const hidden = new Set<number>();
  for (const { 0: characters, index } of text.matchAll(INVISIBLE))
    for (let unit = 0; unit < characters.length; unit += 1) hidden.add(index + unit);
  const starts: number[] = [];
  const ends: number[] = [];
  for (let place = 0; place < text.length; place += 1) {
    if (hidden.has(place)) continue;
    starts.push(place);
    // A pair of units that became one.
    if ((text.codePointAt(place) ?? 0) > 0xffff && FOLD.has(text.slice(place, place + 2))) place += 1;
    ends.push(place + 1);
  }
  return { starts, ends };
}
