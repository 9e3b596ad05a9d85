/**
 * The patterns of rules.json, made so that most texts cost little.
 * `\p{L}` stands for some 650 ranges, many of them pairs of units: a pattern with it takes milliseconds to
 * compile. In a text whose letters are Latin, Greek or Cyrillic it means the same as a tenth of them.
 */

/** Where a pattern's group stands in a text; `edges`, if any, is where the whole match must begin or end. */
type Finder = (text: string, isEuropean: boolean, edges: ReadonlySet<number> | null) => Iterable<readonly [number, number]>;

const EUROPEAN_LAST = 0x52f;
const LETTER_BEYOND = /(?![\u0000-\u052F])[\p{L}\p{M}\p{N}]/u; // eslint-disable-line no-control-regex -- a range from zero on
const CLASS = /\\(p\{\w+\})|\\.|[[\]]/gsu;
const RANGES = new Map<string, string>();

/** Whether each letter, mark and number of a text is in the blocks of Latin, Greek and Cyrillic. */
export function isEuropean(text: string): boolean {
  return !LETTER_BEYOND.test(text);
}

/** The finder of a pattern: it is compiled when it is first needed, for the kind of text that needs it. */
export function patternOf(regex: string, flags: string, group: number): Finder {
  const all = flags.includes("i") ? "gudi" : "gud";
  let european: RegExp | null = null;
  let whole: RegExp | null = null;
  return function* (text, textIsEuropean, edges) {
    const pattern = textIsEuropean ? (european ??= new RegExp(inEuropean(regex, all), all)) : (whole ??= new RegExp(regex, all));
    for (const match of matchesIn(text, pattern)) {
      if (edges && !edges.has(match.index) && !edges.has(match.index + match[0].length)) continue;
      const range = match.indices?.[group];
      if (range) yield range;
    }
  };
}

/** As `matchAll`, which would compile a copy of the pattern for every text. */
function matchesIn(text: string, pattern: RegExp): RegExpExecArray[] {
  const matches: RegExpExecArray[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    if (match[0] === "") pattern.lastIndex = next(text, match.index);
    matches.push(match);
  }
  return matches;
}

/** The place behind the character at a place. */
function next(text: string, place: number): number {
  return place + ((text.codePointAt(place) ?? 0) > 0xffff ? 2 : 1);
}

/** A pattern with what its classes mean within those blocks. */
function inEuropean(regex: string, flags: string): string {
  let isInside = false;
  return regex.replace(CLASS, (token, property?: string) => {
    if (token === "[" || token === "]") isInside = token === "[";
    if (property === undefined) return token;
    const ranges = rangesOf(property, flags);
    return isInside ? ranges : `[${ranges}]`;
  });
}

/** The characters of those blocks that have a property, as ranges of a class; with the case ignored if the flags say so. */
function rangesOf(property: string, flags: string): string {
  const key = `${property} ${flags}`;
  const known = RANGES.get(key);
  if (known !== undefined) return known;
  const one = new RegExp(`^\\${property}$`, flags.replace(/[gd]/gu, ""));
  let ranges = "";
  for (let first = 0; first <= EUROPEAN_LAST; first += 1) {
    if (!one.test(String.fromCharCode(first))) continue;
    let last = first;
    while (last < EUROPEAN_LAST && one.test(String.fromCharCode(last + 1))) last += 1;
    ranges += `\\u${hex(first)}-\\u${hex(last)}`;
    first = last;
  }
  RANGES.set(key, ranges);
  return ranges;
}

function hex(code: number): string {
  return code.toString(16).padStart(4, "0");
}
