/** Where a text is code. `backend/reports/redaction/zones.py` says the same, line by line. */

type Ranges = [number, number][];
const LINE_MAX_CHARS = 2000;
const SIGNS_MIN = 2;
const WORDS_MIN = 3;
const FENCE = /(?<![^\n]) {0,3}(```|~~~)/gu;
const INLINE = /`[^`\n]{1,400}`/gu;
const LINE = /[^\n]+/gu;
const KEYWORD = new RegExp(
  "^ {0,80}(?:import|from|def|class|function|const|let|var|return|public|private|protected|static|void" +
    "|int|float|double|char|bool|using|namespace|package|async|await|export|fn|pub|impl|struct|enum|func" +
    "|if|for|while|switch|elif|except|catch)(?![\\p{L}\\p{N}_])",
  "u",
);
// An assignment or comparison; but "= Jane Miller" is no value of any language.
const OPERATOR =
  /[\p{L}\p{N}_\])][ ]?(?:[=!<>:+*/-]?=|=>|->|&&|[|]{2}|::)(?![ ]?\p{Lu}\p{Ll}{1,30}[ ]\p{Lu}\p{Ll}{1,30})/u;
const CALL = /[A-Za-z0-9_][(](?!e?s[)])/u;
const END = /(?:[;{}]|[)]:)[ ]{0,4}(?![^\n])/u;
const COMMENT = new RegExp(
  "(?<![^\\n ;{}()])//[^\\n]*" +
    "|(?<![^\\n ;])#(?!include|define|if|el|end|pragma|undef|import|region|[!\\[])[^\\n]*" +
    "|(?<![^\\n ;])--(?=[ ])[^\\n]*" +
    "|(?<![^\\n])#include[ ](?![<\\x22])[^\\n]*",
  "gu",
);
const BLOCK = /(?<![^\n ;{}(])[/][*]|[*][/]|<!--|-->|\x22{3}|'{3}/gu;
const CLOSING = new Map([["/*", "*/"], ["<!--", "-->"], ['"""', '"""'], ["'''", "'''"]]);
const WORD = /[\p{L}\p{N}_][\p{L}\p{M}\p{N}_'-]*/gu;
const PLAIN_WORD = /^(?:\p{Lu}|\p{Ll})[\p{Ll}\p{M}]*(?:['-]\p{L}[\p{Ll}\p{M}]*)*$/u;
const NUMBER = /^[0-9][0-9-]*(?:st|nd|rd|th)?[A-Za-z]?$/u;
const GAPS = new Set([" ", ", ", ". "]);
const CODE_WORDS = new Set(
  (
    "abstract and as assert async await bool boolean break by byte case catch char class const" +
    " constexpr continue data def default defer del delete do double elif else end enum except" +
    " explicit export extends extern false final finally float fn for friend from func function" +
    " global go if impl implements import in inline instanceof int interface internal is lambda let" +
    " long match mod module mut namespace new nil none not null operator or override package pass" +
    " print private protected pub public raise readonly return sealed short signed sizeof static" +
    " string struct super switch template then this throw throws trait true try type typedef" +
    " typename typeof union unsigned use using val var virtual void volatile when where while with" +
    " yield select insert into update values set create table join left right inner outer on order" +
    " group having limit distinct primary foreign key references"
  ).split(" "),
);

/** The ranges of a text that are code: names, addresses and most phone numbers are not looked for there. */
export class CodeZones {
  readonly #whole: Ranges;
  readonly #code: Ranges;

  constructor(text: string) {
    this.#whole = merged([...fenced(text), ...rangesOf(text, INLINE), ...lines(text)]);
    const language = this.#whole.length > 0 ? merged([...comments(text), ...languageOf(text, this.#whole)]) : [];
    this.#code = without(this.#whole, language);
  }

  /**
   * Whether any character of the range is code.
   * To a single word, comments count as code: they are full of the names of things.
   */
  touch(start: number, end: number, isWord = false): boolean {
    const zones = isWord ? this.#whole : this.#code;
    let low = 0;
    let high = zones.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((zones[middle]?.[0] ?? end) < end) low = middle + 1;
      else high = middle;
    }
    return (zones[low - 1]?.[1] ?? 0) > start;
  }
}

function rangesOf(text: string, pattern: RegExp): Ranges {
  return Array.from(text.matchAll(pattern), (match) => [match.index, match.index + match[0].length]);
}

/** The same characters as ranges in order, none of which meet. */
function merged(ranges: Ranges): Ranges {
  const result: Ranges = [];
  for (const [start, end] of ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = result[result.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}

/** The ranges without the characters of the others; both in order. */
function without(ranges: Ranges, others: Ranges): Ranges {
  const rest: Ranges = [];
  let at = 0;
  for (const [start, end] of ranges) {
    while ((others[at]?.[1] ?? Infinity) <= start) at += 1;
    let place = start;
    let next = at;
    for (let other = others[next]; other && other[0] < end; other = others[next]) {
      if (other[0] > place) rest.push([place, other[0]]);
      place = Math.max(place, other[1]);
      next += 1;
    }
    if (place < end) rest.push([place, end]);
    at = Math.max(at, next - 1);
  }
  return rest;
}

function fenced(text: string): Ranges {
  const zones: Ranges = [];
  let opening: { start: number; fence: string } | null = null;
  for (const match of text.matchAll(FENCE)) {
    const fence = match[1] ?? "";
    if (opening === null) opening = { start: match.index, fence };
    else if (fence === opening.fence) {
      zones.push([opening.start, match.index + match[0].length]);
      opening = null;
    }
  }
  if (opening !== null) zones.push([opening.start, text.length]);
  return zones;
}

/** Lines with two signs of code: a keyword first, an operator, a call, a sign at the end. */
function lines(text: string): Ranges {
  return Array.from(text.matchAll(LINE))
    .filter(({ 0: line }) => isCode(line))
    .map(({ 0: line, index }) => [index, index + line.length]);
}

function isCode(line: string): boolean {
  // Counted as Python counts: in characters.
  if (line.length > LINE_MAX_CHARS && [...line].length > LINE_MAX_CHARS) return false;
  return [KEYWORD, OPERATOR, CALL, END].filter((sign) => sign.test(line)).length >= SIGNS_MIN;
}

function comments(text: string): Ranges {
  const zones = rangesOf(text, COMMENT);
  let opening: { start: number; closing: string } | null = null;
  for (const { 0: sign, index } of text.matchAll(BLOCK)) {
    const closing = CLOSING.get(sign);
    if (opening === null) opening = closing === undefined ? null : { start: index, closing };
    else if (sign === opening.closing) {
      zones.push([opening.start, index + sign.length]);
      opening = null;
    }
  }
  return zones;
}

/** Where words stand side by side within code, as in a sentence; keywords do not count. */
function languageOf(text: string, code: Ranges): Ranges {
  const zones: Ranges = [];
  for (const [start, end] of code) {
    let [begun, last, beside, most] = [start, start, 0, 0];
    for (const { 0: word, index } of text.slice(start, end).matchAll(WORD)) {
      const at = start + index;
      const isPlain = PLAIN_WORD.test(word);
      const gap = text.slice(last, at);
      if (!GAPS.has(gap) || !(isPlain || NUMBER.test(word))) {
        if (most >= WORDS_MIN) zones.push([begun, last]);
        [begun, beside, most] = [at, 0, 0];
      } else if (gap !== " ") beside = 0;
      if (isPlain && !CODE_WORDS.has(word.toLowerCase())) beside += 1;
      most = Math.max(most, beside);
      last = at + word.length;
    }
    if (most >= WORDS_MIN) zones.push([begun, last]);
  }
  return zones;
}
