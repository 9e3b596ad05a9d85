/**
 * Where a text is code: most rules do not look there, and some look into its comments only.
 * `backend/reports/redaction/zones.py` says the same, line by line.
 */

const FENCE = /(?<![^\n]) {0,3}(```|~~~)/gu;
const INLINE = /`[^`\n]{1,400}`/gu;
const LINE = new RegExp(
  "(?<![^\\n]) {0,80}(?:" +
    "(?:import|from|def|class|function|const|let|var|return|public|private|protected|static|void|int" +
    "|float|double|char|bool|using|namespace|package|async|await|export|fn|pub|impl|struct|enum|func)" +
    "(?: {1,4}[A-Za-z0-9_.*<>,:$&]{1,60}){1,6}(?: ?=|\\(|(?: ?[;{:]|\\)) {0,4}(?![^\\n]))[^\\n]{0,2000}" +
    "|#include [^\\n]{0,200}" +
    // A line that ends like code is code if it also holds something that only code does.
    "|(?:[.#@}\\])*&]|(?=[^\\n]{0,2000}?(?:[A-Za-z0-9_]\\((?!s\\))|[=!<>]=|=>|->|::|[\\x22'] ?:" +
    "|[A-Za-z0-9_\\])] ?= ?[^ \\n=]|(?:if|for|while|switch|catch|with|match|do|else|try|loop) ?[({])))" +
    "[^\\n]{0,2000}(?:\\);|\\};|\\{) {0,4}(?![^\\n]))",
  "gu",
);
const COMMENT = /(?<![^ \n])(?:\/\/|#|--|\/[*]|<!--|[*])[ ][^\n]{0,2000}/gu;

/** Where a rule looks: not in code, not in code but its comments, or everywhere. */
export type Zone = "prose" | "comment" | "all";

/** The ranges of a text that are code, and the comments in them. */
export class CodeZones {
  readonly #code: Ranges;
  readonly #comments: Ranges;

  constructor(text: string) {
    this.#code = new Ranges([...fenced(text), ...rangesOf(text, INLINE), ...rangesOf(text, LINE)]);
    this.#comments = new Ranges(rangesOf(text, COMMENT));
  }

  /** Whether a rule of this zone leaves the range alone. */
  spare(zone: Zone, start: number, end: number): boolean {
    if (zone === "all" || !this.#code.touch(start, end)) return false;
    return zone === "prose" || !this.#comments.touch(start, end);
  }
}

/** Ranges, merged where they overlap or touch. */
class Ranges {
  readonly #ranges: [number, number][] = [];

  constructor(ranges: [number, number][]) {
    ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [start, end] of ranges) {
      const last = this.#ranges[this.#ranges.length - 1];
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else this.#ranges.push([start, end]);
    }
  }

  /** Whether any character of the range lies in one of them. */
  touch(start: number, end: number): boolean {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[middle]?.[0] ?? end) < end) low = middle + 1;
      else high = middle;
    }
    return (this.#ranges[low - 1]?.[1] ?? 0) > start;
  }
}

function rangesOf(text: string, pattern: RegExp): [number, number][] {
  return Array.from(text.matchAll(pattern), (match) => [match.index, match.index + match[0].length]);
}

function fenced(text: string): [number, number][] {
  const zones: [number, number][] = [];
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
