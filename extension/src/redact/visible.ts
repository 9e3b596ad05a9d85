/** A text as the rules see it. `backend/reports/redaction/visible.py` says the same, line by line. */

/** Stands for every character of a placeholder, and of what is hidden already. */
export const MASK = "\uFFFC";
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffc]/gu;
const FOLDS: Record<string, string> = {
  " ": "\t\v\f\r\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
  "\n": "\u0085\u2028\u2029",
  "-": "\u2010\u2011\u2012\u2013\u2212",
  "'": "\u2018\u2019\u02bc",
  '"': "\u201c\u201d",
  // Python and JavaScript disagree on the other case of these.
  i: "\u0131",
  I: "\u0130",
  s: "\u017f",
  K: "\u212a",
};
const FOLD = new Map<string, string>();
for (const [to, characters] of Object.entries(FOLDS)) for (const character of characters) FOLD.set(character, to);
for (let code = 0xff01; code < 0xff5f; code += 1) FOLD.set(String.fromCharCode(code), String.fromCharCode(code - 0xfee0));
const FOLDED = new RegExp(`[${[...FOLD.keys()].join("")}]`, "gu");

/** The text as rules see it. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, "").replace(FOLDED, (character) => FOLD.get(character) ?? character);
}

/** For each unit of `visible(text)`, its place in the text. */
export function visiblePlaces(text: string): number[] {
  const hidden = new Set(Array.from(text.matchAll(INVISIBLE), (match) => match.index));
  const places: number[] = [];
  for (let place = 0; place < text.length; place += 1) if (!hidden.has(place)) places.push(place);
  return places;
}
