/**
 * Personal data out of texts, on this device, by the rules of rules.json.
 * `backend/reports/redaction/engine.py` is its twin: the same steps in the same order, so that the
 * server finds nothing new in what a person has already seen.
 */
import file from "../../backend/reports/redaction/rules.json";
import { isName, VALIDATORS } from "./redact/validators";

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
const MASK = "\uFFFC";
const INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad";
const PLACEHOLDER = /\[([A-Z][A-Z_]{0,30})_([0-9]{1,6})\]/gu;
const FENCE = /(?:^|\n)[ \t]{0,3}(```|~~~)/gu;
const INLINE = /`[^`\n]{1,400}`/gu;
const WORD = /[\p{L}\p{N}_]/u;

interface Rule {
  id: string;
  type: string;
  tier: number;
  pattern: RegExp;
  group: number;
  isValid: ((value: string) => boolean) | null;
  isProse: boolean;
  keywords: readonly string[];
  isWeak: boolean;
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
  pattern: new RegExp(row.regex, row.flags.includes("i") ? "gudi" : "gud"),
  group: row.group,
  isValid: row.validator ? validatorOf(row.validator) : null,
  isProse: row.zone === "prose",
  keywords: row.keywords,
  isWeak: row.weak,
}));

function validatorOf(name: string): (value: string) => boolean {
  const check = VALIDATORS[name];
  if (!check) throw new Error(`rules.json names an unknown validator: ${name}`);
  return check;
}

/** What the person hides by hand; not a rule of the file. */
const BY_HAND: Rule = {
  id: "by-hand", type: "HIDDEN", tier: 1, pattern: /(?!)/gu, group: 0, isValid: null, isProse: false, keywords: [], isWeak: true,
};

/** One text while it is worked on: without invisible characters, and masked where found. */
class Work {
  readonly places: number[] = [];
  readonly clean: string;
  readonly code: [number, number][];
  masked: string;
  found: Found[] = [];

  constructor(readonly original: string) {
    let clean = "";
    for (let place = 0; place < original.length; place += 1) {
      const unit = original.charAt(place);
      if (INVISIBLE.includes(unit)) continue;
      this.places.push(place);
      clean += unit;
    }
    this.clean = clean;
    this.masked = clean.replace(PLACEHOLDER, (text) => MASK.repeat(text.length));
    this.code = codeZones(clean);
  }

  take(start: number, end: number, value: string, rule: Rule): void {
    this.found.push({ start, end, value, rule });
    this.masked = this.masked.slice(0, start) + MASK.repeat(end - start) + this.masked.slice(end);
  }

  isInCode(start: number, end: number): boolean {
    return this.code.some(([zoneStart, zoneEnd]) => start < zoneEnd && zoneStart < end);
  }

  originalRange(start: number, end: number): { start: number; end: number } {
    return { start: this.places[start] ?? 0, end: (this.places[end - 1] ?? 0) + 1 };
  }
}

function codeZones(text: string): [number, number][] {
  const fenced: [number, number][] = [];
  let opening: { start: number; fence: string } | null = null;
  for (const match of text.matchAll(FENCE)) {
    const fence = match[1] ?? "";
    if (opening === null) opening = { start: match.index, fence };
    else if (fence === opening.fence) {
      fenced.push([opening.start, match.index + match[0].length]);
      opening = null;
    }
  }
  if (opening !== null) fenced.push([opening.start, text.length]);
  const zones = [...fenced];
  for (const match of text.matchAll(INLINE)) {
    const start = match.index;
    const end = start + match[0].length;
    if (!fenced.some(([fenceStart, fenceEnd]) => start < fenceEnd && fenceStart < end)) zones.push([start, end]);
  }
  return zones;
}

/** The texts with personal data replaced by numbered placeholders, and where and why. */
export function redact(texts: readonly string[], options: RedactionOptions = {}): RedactionResult {
  const works = texts.map((text) => new Work(text));
  const keep = new Set(options.keep ?? []);
  for (const work of works) hideByHand(work, options);
  for (let pass = 0; pass < PASSES_MAX; pass += 1) if (search(works, keep) + propagate(works, keep) === 0) break;
  const marked = works.map(markedOf);
  const placeholders = numbered(works);
  const spans = works.map((work) => spansOf(work, placeholders));
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
  for (const value of [...(options.hide ?? [])].sort((a, b) => b.length - a.length)) {
    if (value) for (let start = work.masked.indexOf(value); start >= 0; start = work.masked.indexOf(value, start + value.length)) work.take(start, start + value.length, value, BY_HAND);
  }
  for (const word of options.alwaysHide ?? []) {
    const literal = word.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`, "giu");
    for (const match of [...work.masked.matchAll(pattern)]) if (match[0]) work.take(match.index, match.index + match[0].length, word, BY_HAND);
  }
}

/** Where a rule applies to what is not masked yet. */
function matchesOf(rule: Rule, work: Work): [number, number][] {
  if (rule.keywords.length > 0) {
    const lower = work.masked.toLowerCase();
    if (!rule.keywords.some((keyword) => lower.includes(keyword))) return [];
  }
  const matches: [number, number][] = [];
  for (const match of work.masked.matchAll(rule.pattern)) {
    const range = match.indices?.[rule.group];
    if (!range) continue;
    const [start, end] = range;
    const value = work.masked.slice(start, end);
    if (start === end || value.includes(MASK)) continue;
    if (rule.isProse && work.isInCode(start, end)) continue;
    if (rule.isValid === null || rule.isValid(value)) matches.push([start, end]);
  }
  return matches;
}

function search(works: readonly Work[], keep: ReadonlySet<string>): number {
  let count = 0;
  for (const rule of RULES) {
    if (rule.tier !== 1) continue;
    for (const work of works)
      for (const [start, end] of matchesOf(rule, work)) {
        const value = work.clean.slice(start, end);
        if (keep.has(value)) continue;
        work.take(start, end, value, rule);
        count += 1;
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
  const values = [...known.keys()].sort((a, b) => lengthOf(b) - lengthOf(a) || (a < b ? -1 : 1));
  let count = 0;
  for (const value of values) for (const work of works) count += hideLiteral(work, value, known.get(value) as Found);
  return count;
}

function lengthOf(text: string): number {
  return [...text].length;
}

function nameParts(value: string): string[] {
  return value.split(" ").filter((part) => lengthOf(part) > 2 && !part.endsWith(".") && isName(part));
}

function hideLiteral(work: Work, value: string, source: Found): number {
  let count = 0;
  for (let start = work.masked.indexOf(value); start >= 0; start = work.masked.indexOf(value, start + value.length)) {
    const end = start + value.length;
    if (!standsAlone(work.masked, start, end) || (source.rule.isProse && work.isInCode(start, end))) continue;
    work.take(start, end, source.value, source.rule);
    count += 1;
  }
  return count;
}

function standsAlone(text: string, start: number, end: number): boolean {
  const before = start > 0 ? ([...text.slice(Math.max(0, start - 2), start)].pop() ?? " ") : " ";
  const after = end < text.length ? ([...text.slice(end, end + 2)][0] ?? " ") : " ";
  return !WORD.test(before) && !WORD.test(after);
}

function markedOf(work: Work): Span[] {
  const spans: Span[] = [];
  const taken: [number, number][] = [];
  for (const rule of RULES) {
    if (rule.tier !== 2) continue;
    for (const [start, end] of matchesOf(rule, work)) {
      if (taken.some(([otherStart, otherEnd]) => start < otherEnd && otherStart < end)) continue;
      taken.push([start, end]);
      spans.push({ ...work.originalRange(start, end), type: rule.type, placeholder: "", ruleId: rule.id, tier: 2 });
    }
  }
  return spans.sort((a, b) => a.start - b.start);
}

const keyOf = (found: Found): string => `${found.rule.type}\n${found.value}`;

/** The placeholder of each type and value, in order of first appearance. */
function numbered(works: readonly Work[]): Map<string, { type: string; placeholder: string }> {
  const highest = new Map<string, number>();
  for (const work of works)
    for (const [, type = "", number = "0"] of work.clean.matchAll(PLACEHOLDER)) highest.set(type, Math.max(highest.get(type) ?? 0, Number(number)));
  const placeholders = new Map<string, { type: string; placeholder: string }>();
  for (const work of works) {
    work.found.sort((a, b) => a.start - b.start);
    for (const found of work.found) {
      const { type } = found.rule;
      if (placeholders.has(keyOf(found))) continue;
      const number = (highest.get(type) ?? 0) + 1;
      highest.set(type, number);
      placeholders.set(keyOf(found), { type, placeholder: `[${type}_${number}]` });
    }
  }
  return placeholders;
}

function spansOf(work: Work, placeholders: Map<string, { type: string; placeholder: string }>): Span[] {
  return work.found.map((found) => ({
    ...work.originalRange(found.start, found.end),
    type: found.rule.type,
    placeholder: placeholders.get(keyOf(found))?.placeholder ?? "",
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
