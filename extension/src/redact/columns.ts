/**
 * Cells of tables below a header that says what they hold. `backend/reports/redaction/columns.py` is its twin.
 * A date or a number alone in a cell says nothing; the header of its column does, however many rows
 * above it stands. Tables are rows of CSV, TSV and Markdown, and rows of HTML, on one line each or a cell a line.
 */
const SEPARATORS = ["\t", "|", ";", ","];
const QUOTED = /"[^"\n]*"/gu;
const TAG = /<\/?[A-Za-z][^<>\n]{0,200}>/gu;
const END_OF_CELL = /^<\/t[dh]>$/iu;
/** Where a line ends within a row of HTML: behind a cell, or before the first. */
const WITHIN_ROW =
  /(?:<\/t[dh]>|<tr(?:[ ][^<>\n]{0,200})?>|<\/?t(?:head|body)>)[ \t]{0,20}\n[ \t]{0,40}(?=<\/?t)/giu;
/** What stands around the words of a cell: spaces, quotes, Markdown's emphasis. */
const AROUND = " \"'`*_#";

interface Table {
  separator: string;
  columns: ReadonlySet<number>;
  size: number;
}
const NONE: Table = { separator: "", columns: new Set(), size: 0 };

/** Where the cells stand whose column's header fits `header` whole. */
export function cells(text: string, header: RegExp): [number, number][] {
  const ranges: [number, number][] = [];
  let table: Table = NONE;
  let begin = 0;
  for (const line of withWholeRows(text).split("\n")) {
    const row = plain(line);
    let parts = table.separator ? row.split(table.separator) : [];
    if (parts.length !== table.size || !table.separator) {
      const found = headerOf(row, header);
      if (found.separator || parts.length < 2) table = found;
      parts = [];
    }
    let start = begin;
    for (const [column, part] of parts.entries()) {
      const [from, to] = bare(part);
      if (from < to && table.columns.has(column)) ranges.push([start + from, start + to]);
      start += part.length + 1;
    }
    begin += line.length + 1;
  }
  return ranges;
}

/** The text as long as it is, where a row of HTML whose cells stand on a line each is one line. */
function withWholeRows(text: string): string {
  return text.includes("</t") ? text.replace(WITHIN_ROW, (end) => end.replace(/[\n\t]/gu, " ")) : text;
}

/** Where the words of a cell begin and end. */
function bare(cell: string): [number, number] {
  let from = 0;
  let to = cell.length;
  while (from < to && AROUND.includes(cell.charAt(from))) from += 1;
  while (from < to && AROUND.includes(cell.charAt(to - 1))) to -= 1;
  return [from, to];
}

/** What parts the cells of a row of headers, which of them fit, and how many there are. */
function headerOf(row: string, header: RegExp): Table {
  for (const separator of SEPARATORS) {
    const parts = row.split(separator);
    const fits = parts.flatMap((part, at) => (header.test(part.slice(...bare(part))) ? [at] : []));
    if (fits.length > 0 && parts.length > 1) return { separator, columns: new Set(fits), size: parts.length };
  }
  return NONE;
}

/** The row as long as it is, with separators in quotes as spaces and ends of HTML's cells as tabs. */
function plain(row: string): string {
  const quoted = row.includes('"') ? row.replace(QUOTED, (text) => text.replace(/[\t|;,]/gu, " ")) : row;
  if (!quoted.toLowerCase().includes("</t")) return quoted;
  return quoted.replace(TAG, (tag) => (END_OF_CELL.test(tag) ? "\t" : " ") + " ".repeat(tag.length - 1));
}
