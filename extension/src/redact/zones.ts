/** Where a text is code. `backend/reports/redaction/zones.py` says the same, line by line. */

const FENCE = /(?<![^\n]) {0,3}(```|~~~)/gu;
const INLINE = /`[^`\n]{1,400}`/gu;
const LINE = new RegExp(
  "(?<![^\\n]) {0,80}(?:" +
    "(?:import|from|def|class|function|const|let|var|return|public|private|protected|static|void|int" +
    "|float|double|char|bool|using|namespace|package|async|await|export|fn|pub|impl|struct|enum|func)" +
    "(?: {1,4}[A-Za-z0-9_.*<>,:$&]{1,60}){1,6}(?: ?=|\\(|(?: ?[;{:]|\\)) {0,4}(?![^\\n]))[^\\n]{0,2000}" +
    "|#include [^\\n]{0,200}|// [^\\n]{0,2000}" +
    "|[^\\n]{0,2000}(?:\\);|\\};|\\{) {0,4}(?![^\\n]))",
  "gu",
);

/** The ranges of a text that are code: names, addresses and phone numbers are not looked for there. */
export class CodeZones {
  readonly #zones: [number, number][] = [];

  constructor(text: string) {
    const ranges = [...fenced(text), ...rangesOf(text, INLINE), ...rangesOf(text, LINE)];
    ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    for (const [start, end] of ranges) {
      const last = this.#zones[this.#zones.length - 1];
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else this.#zones.push([start, end]);
    }
  }

  /** Whether any character of the range is code. */
  touch(start: number, end: number): boolean {
    let low = 0;
    let high = this.#zones.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#zones[middle]?.[0] ?? end) < end) low = middle + 1;
      else high = middle;
    }
    return (this.#zones[low - 1]?.[1] ?? 0) > start;
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
