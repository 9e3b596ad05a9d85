/**
 * Personal data out of texts, on this device, by the rules of rules.json.
 * `backend/reports/redaction/engine.py` is its twin: the same steps in the same order, so that the
 * server finds nothing new in what a person has already seen.
 */
import file from "../../backend/reports/redaction/rules.json";
import { cells } from "./redact/columns";
import { JOIN, MARK, names, REPLACE } from "./redact/names";
import { isEuropean, patternOf } from "./redact/patterns";
import { isName, VALIDATORS } from "./redact/validators";
import { MASK, visible, visiblePlaces } from "./redact/visible";
import { CodeZones } from "./redact/zones";

/** A passage of the original text, in UTF-16 units, and what stands for it. */
export interface Span {
  start: number;
  end: number;
  type: string;
  placeholder: string;
  ruleId: string;
  tier: number;
}

export interface RedactionResult {
  /** The texts as they may leave. */
  texts: string[];
  /** What was replaced, per text, in order. */
  spans: Span[][];
  /** What a person should look at, per text: not replaced. */
  marked: Span[][];
  /** Number of different values removed, per type. */
  removed: Record<string, number>;
  version: string;
}

export interface RedactionOptions {
  /** Words hidden wherever they stand alone, whatever their case. */
  alwaysHide?: readonly string[];
  /** Passages that the person hid, everywhere. */
  hide?: readonly string[];
  /** Values that the person decided to keep. */
  keep?: readonly string[];
}

export const REDACTION_VERSION = file.version;
const PASSES_MAX = 4;
const PLACEHOLDER = /\[([A-Z][A-Z_]{0,30})_([0-9]{1,6})\]/gu;
const TOKEN = /[\p{L}\p{N}_]+/gu;
const WORD = /[\p{L}\p{N}_]/u;
const WORD_ALONE = /^[^ 0-9]+$/u;
const NUMBERS = new Set(["ACCOUNT", "CARD", "IBAN", "NATIONAL_ID", "PHONE", "PLATE", "SSN"]);

type Find = (work: Work, edges: ReadonlySet<number> | null) => Iterable<readonly [number, number]>;

interface Rule {
  id: string;
  type: string;
  tier: number;
  /** Where its pattern, or its tagger, applies; `edges` is where it has to begin or end. */
  find: Find;
  isTagger: boolean;
  isValid: ((value: string) => boolean) | null;
  isProse: boolean;
  keywords: readonly string[];
  isWeak: boolean;
  /** Begin of the ids of rules: what it finds must touch what one of them has found. */
  beside: string;
}

interface Found {
  start: number;
  end: number;
  value: string;
  rule: Rule;
}

const RULES: readonly Rule[] = file.rules.map((row) => ({
  id: row.id,
  type: row.type,
  tier: row.tier,
  find: "tagger" in row ? taggerOf(row.tagger, row.regex) : finderOf(row.regex, row.flags, row.group),
  isTagger: "tagger" in row,
  isValid: row.validator ? validatorOf(row.validator) : null,
  isProse: row.zone === "prose",
  keywords: row.keywords,
  isWeak: row.weak,
  beside: "beside" in row ? row.beside : "",
}));

function finderOf(regex: string, flags: string, group: number): Find {
  const find = patternOf(regex, flags, group);
  return (work, edges) => find(work.masked, work.isEuropean, edges);
}

function taggerOf(name: string, regex: string): Find {
  if (name === "column") {
    const header = new RegExp(`^(?:${regex})$`, "iu");
    return (work) => cells(work.withTabs(), header);
  }
  const thresholds = name === "replace" ? { least: REPLACE, join: JOIN } : { least: MARK, join: MARK };
  return (work) => names(work.masked, thresholds);
}

function validatorOf(name: string): (value: string) => boolean {
  const check = VALIDATORS[name];
  if (!check) throw new Error(`rules.json names an unknown validator: ${name}`);
  return check;
}

/** What the person hides by hand; not a rule of the file. */
const BY_HAND: Rule = {
  id: "by-hand", type: "HIDDEN", tier: 1, find: () => [], isTagger: false, isValid: null, isProse: false, keywords: [], isWeak: true, beside: "",
};

/** One text while it is worked on: without invisible characters, and masked where found. */
class Work {
  readonly places: { starts: readonly number[]; ends: readonly number[] };
  readonly clean: string;
  readonly isEuropean: boolean;
  readonly tabs: readonly number[];
  code: CodeZones;
  masked: string;
  found: Found[] = [];
  #lower: string | null = null;

  constructor(readonly original: string) {
    this.places = visiblePlaces(original);
    this.clean = visible(original);
    this.isEuropean = isEuropean(this.clean);
    this.tabs = original.includes("\t") ? this.places.starts.flatMap((place, at) => (original[place] === "\t" ? [at] : [])) : [];
    this.masked = this.clean.replace(PLACEHOLDER, (text) => MASK.repeat(text.length));
    this.code = new CodeZones(this.masked);
  }

  /** Hides ranges, which must be in order, from all that follows. */
  mask(ranges: readonly [number, number][]): void {
    if (ranges.length === 0) return;
    let masked = "";
    let at = 0;
    for (const [start, end] of ranges) {
      masked += this.masked.slice(at, start) + MASK.repeat(end - start);
      at = end;
    }
    this.masked = masked + this.masked.slice(at);
    this.#lower = null;
  }

  /** The masked text in small letters. */
  get lower(): string {
    return (this.#lower ??= this.masked.toLowerCase());
  }

  /** What is masked so far, with the tabs that part a table's cells; rules see them as spaces. */
  withTabs(): string {
    let shown = "";
    let at = 0;
    for (const tab of this.tabs) {
      shown += `${this.masked.slice(at, tab)}\t`;
      at = tab + 1;
    }
    return shown + this.masked.slice(at);
  }

  /** Finds the code anew: what is hidden now must not decide what is code. */
  lookAgain(): void {
    this.code = new CodeZones(this.masked);
  }

  /** Where that begins and ends which rules with such ids have found; null if none are named. */
  edges(ruleIds: string): ReadonlySet<number> | null {
    if (!ruleIds) return null;
    const found = this.found.filter(({ rule }) => rule.id.startsWith(ruleIds));
    return new Set(found.flatMap(({ start, end }) => [start, end]));
  }

  originalRange(start: number, end: number): { start: number; end: number } {
    return { start: this.places.starts[start] ?? 0, end: this.places.ends[end - 1] ?? 0 };
  }
}

/** The texts with personal data replaced by numbered placeholders, and where and why. */
export function redact(texts: readonly string[], options: RedactionOptions = {}): RedactionResult {
  const works = texts.map((text) => new Work(text));
  const keep = new Set((options.keep ?? []).map(visible));
  for (const work of works) hideByHand(work, options);
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    if (search(works, keep) + propagate(works, keep) === 0) break;
    for (const work of works) work.lookAgain();
  }
  const marked = works.map(markedOf);
  for (const work of works) work.found.sort((a, b) => a.start - b.start);
  const names = fullNames(works);
  const placeholders = numbered(works, names);
  const spans = works.map((work) => spansOf(work, placeholders, names));
  const removed: Record<string, number> = {};
  for (const { type } of placeholders.values()) removed[type] = (removed[type] ?? 0) + 1;
  return {
    texts: works.map((work, index) => replaced(work.original, spans[index] ?? [])),
    spans,
    marked,
    removed,
    version: REDACTION_VERSION,
  };
}

function hideByHand(work: Work, options: RedactionOptions): void {
  const exact = [...(options.hide ?? [])].sort((a, b) => b.length - a.length);
  for (const value of exact) hideLiteral(work, new RegExp(literal(value), "gu"));
  for (const word of options.alwaysHide ?? [])
    hideLiteral(work, new RegExp(`(?<![\\p{L}\\p{N}_])${literal(word.trim())}(?![\\p{L}\\p{N}_])`, "giu"));
}

function literal(value: string): string {
  return visible(value).replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
}

function hideLiteral(work: Work, pattern: RegExp): void {
  const ranges: [number, number][] = [];
  for (const match of work.masked.matchAll(pattern)) {
    const [value] = match;
    if (value === "" || value.includes(MASK)) continue;
    ranges.push([match.index, match.index + value.length]);
    work.found.push({ start: match.index, end: match.index + value.length, value: value.toLowerCase(), rule: BY_HAND });
  }
  work.mask(ranges);
}

/** Where a rule applies to what is not masked yet. */
function matchesOf(rule: Rule, work: Work): [number, number][] {
  if (rule.keywords.length > 0 && !rule.keywords.some((keyword) => work.lower.includes(keyword))) return [];
  const edges = work.edges(rule.beside);
  if (edges?.size === 0) return [];
  const matches: [number, number][] = [];
  for (const [start, end] of rule.find(work, edges)) {
    const value = work.masked.slice(start, end);
    if (start === end || value.includes(MASK)) continue;
    // A single word that no pattern calls a person is a thing's name in comments too.
    const isGuess = rule.tier === 2 || (rule.isTagger && !value.includes(" "));
    if (rule.isProse && work.code.touch(start, end, isGuess)) continue;
    if (rule.isValid === null || rule.isValid(value)) matches.push([start, end]);
  }
  return matches;
}

function search(works: readonly Work[], keep: ReadonlySet<string>): number {
  let count = 0;
  for (const rule of RULES) {
    if (rule.tier !== 1) continue;
    for (const work of works) {
      const ranges = matchesOf(rule, work);
      for (const [start, end] of ranges) {
        const value = work.clean.slice(start, end);
        if (keep.has(value)) continue;
        work.found.push({ start, end, value, rule });
        count += 1;
      }
      // What is kept is masked too: no later rule takes a part of it.
      work.mask(ranges);
    }
  }
  return count;
}

/** Hide every other appearance of a hidden value, and of the parts of a person's name. */
function propagate(works: readonly Work[], keep: ReadonlySet<string>): number {
  const known = new Map<string, Found>();
  const learn = (value: string, found: Found): void => {
    if (!known.has(value) && !keep.has(value)) known.set(value, found);
  };
  for (const work of works)
    for (const found of work.found) {
      if (found.rule.isWeak) continue;
      learn(found.value, found);
      if (found.rule.type === "PERSON") for (const part of nameParts(found.value)) learn(part, found);
    }
  const shapes = new Map<string, Map<string, [number, number]>>();
  for (const value of known.keys()) {
    const first = value.matchAll(TOKEN).next().value;
    if (!first) continue;
    const sizes = shapes.get(first[0]) ?? new Map<string, [number, number]>();
    shapes.set(first[0], sizes.set(`${first.index} ${value.length}`, [first.index, value.length]));
  }
  const longestFirst = new Map(Array.from(shapes, ([word, sizes]) => [word, [...sizes.values()].sort((a, b) => b[0] - a[0] || b[1] - a[1])]));
  return works.reduce((count, work) => count + hideKnown(work, known, longestFirst), 0);
}

/**
 * Hide what is known wherever it stands as whole words.
 * `shapes` maps the first word of a known value to (units before it, length).
 */
function hideKnown(work: Work, known: ReadonlyMap<string, Found>, shapes: ReadonlyMap<string, [number, number][]>): number {
  const ranges: [number, number][] = [];
  let at = 0;
  for (const token of work.masked.matchAll(TOKEN)) {
    for (const [before, length] of shapes.get(token[0]) ?? []) {
      const start = token.index - before;
      const end = start + length;
      if (start < at || end > work.masked.length) continue;
      const value = work.masked.slice(start, end);
      const source = known.get(value);
      if (!source || !standsAlone(work.masked, start, end)) continue;
      if (source.rule.isProse && WORD_ALONE.test(value) && work.code.touch(start, end, true)) continue;
      work.found.push({ start, end, value: source.value, rule: source.rule });
      ranges.push([start, end]);
      at = end;
      break;
    }
  }
  work.mask(ranges);
  return ranges.length;
}

function lengthOf(text: string): number {
  return [...text].length;
}

function nameParts(value: string): string[] {
  return value.split(" ").filter((part) => lengthOf(part) > 2 && !part.endsWith(".") && isName(part));
}

function standsAlone(text: string, start: number, end: number): boolean {
  const before = start > 0 ? ([...text.slice(Math.max(0, start - 2), start)].pop() ?? " ") : " ";
  const after = end < text.length ? ([...text.slice(end, end + 2)][0] ?? " ") : " ";
  return !WORD.test(before) && !WORD.test(after);
}

function markedOf(work: Work): Span[] {
  const spans: Span[] = [];
  for (const rule of RULES) {
    if (rule.tier !== 2) continue;
    const ranges = matchesOf(rule, work);
    for (const [start, end] of ranges) {
      spans.push({ ...work.originalRange(start, end), type: rule.type, placeholder: "", ruleId: rule.id, tier: 2 });
    }
    work.mask(ranges);
  }
  return spans.sort((a, b) => a.start - b.start);
}

/** For each part of a person's name that was found, the whole name. */
function fullNames(works: readonly Work[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const work of works)
    for (const { rule, value } of work.found) {
      if (rule.type !== "PERSON" || !value.includes(" ")) continue;
      for (const part of nameParts(value)) if (!names.has(part)) names.set(part, value);
    }
  return names;
}

/** Type and value, without differences in spelling that do not matter. */
function keyOf({ rule: { type }, value }: Found, names: ReadonlyMap<string, string>): string {
  if (NUMBERS.has(type)) return `${type}\n${value.replace(/[^0-9A-Za-z]/gu, "").toUpperCase()}`;
  if (type === "PERSON") return `${type}\n${names.get(value) ?? value}`;
  return `${type}\n${type === "EMAIL" ? value.toLowerCase() : value}`;
}

/** The placeholder of each type and value, in order of first appearance. */
function numbered(works: readonly Work[], names: ReadonlyMap<string, string>): Map<string, { type: string; placeholder: string }> {
  const highest = new Map<string, number>();
  for (const work of works)
    for (const [, type = "", number = "0"] of work.clean.matchAll(PLACEHOLDER)) highest.set(type, Math.max(highest.get(type) ?? 0, Number(number)));
  const placeholders = new Map<string, { type: string; placeholder: string }>();
  for (const work of works) {
    for (const found of work.found) {
      const { type } = found.rule;
      const key = keyOf(found, names);
      if (placeholders.has(key)) continue;
      const number = (highest.get(type) ?? 0) + 1;
      highest.set(type, number);
      placeholders.set(key, { type, placeholder: `[${type}_${number}]` });
    }
  }
  return placeholders;
}

function spansOf(work: Work, placeholders: ReadonlyMap<string, { type: string; placeholder: string }>, names: ReadonlyMap<string, string>): Span[] {
  return work.found.map((found) => ({
    ...work.originalRange(found.start, found.end),
    type: found.rule.type,
    placeholder: placeholders.get(keyOf(found, names))?.placeholder ?? "",
    ruleId: found.rule.id,
    tier: 1,
  }));
}

function replaced(text: string, spans: readonly Span[]): string {
  let result = "";
  let at = 0;
  for (const span of spans) {
    result += text.slice(at, span.start) + span.placeholder;
    at = span.end;
  }
  return result + text.slice(at);
}
