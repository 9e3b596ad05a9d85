/**
 * Names of persons, by a small linear model over words and their neighbours.
 * `backend/reports/redaction/names.py` says the same, line by line. The weights are whole numbers in
 * `name_weights.json`; no arithmetic here can differ between languages.
 */
import model from "../../../backend/reports/redaction/name_weights.json";
import { COMMON, CONTEXT_FIRST, FIRST, LAST, PLACES, PUBLIC, WORDS } from "./lists";
import { MASK } from "./visible";

const WEIGHT_BITS = 17;
const WORDS_REMEMBERED = 20_000;
// A word, without a possessive ending; a number; what is masked; one other sign, or the line's end.
const TOKEN = new RegExp(
  `[\\p{L}\\p{M}]+(?:['\\-](?!s(?![\\p{L}\\p{M}]))[\\p{L}\\p{M}]+)*|[\\p{N}_]+|${MASK}+|\\n|[^ ]`,
  "gu",
);
const CANDIDATE =
  /^(?:\p{Lu}[\p{Lu}\p{Ll}\p{M}'-]{2,}|\p{Lu}\p{Ll}|[\p{Ll}\p{M}'-]{3,}|\p{Ll}{1,4}['-]\p{Lu}[\p{Ll}\p{M}'-]{1,})$/u;
const UPPER = /\p{Lu}/u;
const UPPER_FIRST = /^\p{Lu}/u;
const LOWER = /\p{Ll}/u;
const GERUND = /^\p{Lu}\p{Ll}{4,}ing$/u;
const VERB = /^\p{Ll}*(?:s|ed|ing|ly)$/u;
const NUMBER_FIRST = /^[\p{N}_]/u;
const LETTER_FIRST = /^[\p{L}\p{M}]/u;
const PARTICLES = new Set("van von der den de del della di da dos das du la le el al bin binti bint ibn ter ten af zu y".split(" "));
const SUFFIXES = new Set("Jr Sr II III IV MD PhD".split(" "));
const ENDS = new Set(["", "\n", ".", "!", "?", ":", ";", '"', "(", "*", "#", "-", "|", ">"]);
/** Who is called by a name right after: relatives and others, and titles without a point. */
const INTRODUCING = new Set(
  "wife husband partner son daughter brother sister mother father mom mum dad friend boss manager colleague coworker teacher doctor neighbour neighbor roommate flatmate housemate girlfriend boyfriend fiancé fiancée uncle aunt cousin nephew niece grandson granddaughter grandma grandpa stepson landlord landlady client patient student tenant therapist supervisor assistant nurse lawyer defendant plaintiff witness groom bride bridesmaid ex ex-wife ex-husband mr mrs ms dr kollege kollegin nachbar nachbarin chef chefin sohn tochter bruder schwester freundin mari femme collègue voisin voisine fils fille frère maître marido mujer hijo hija hermano hermana jefe jefa vecino vecina compañero compañera colega chefe vizinho filho filha irmão irmã collega marito moglie figlio figlia fratello sorella vicino zoon dochter buurman buurvrouw baas syn córka mąż żona szef szefowa kolega koleżanka chefen grannen sonen dottern don doña dona".split(" "),
);
/** What stands before a town, and never before somebody. */
const LOCATIVE = new Set("in near via nach aus en em w uit à till uppe around visit visiting leave leaving reach".split(" "));
/** What stands behind the name of a firm, a house or a feast. */
const FIRMS = new Set(
  "Bank Insurance Logistics Dental Foods Mutual Airlines Airways Textiles Partners Group Holdings Holding Labs Studios Motors Pharmacy Hotel University Hospital School Museum Library Clinic Institute College Foundation Capital Media Energy Systems Solutions Consulting Construction Bakery Brewery Books Records Hardware Electric Bros GmbH AG KG SE SA SARL SRL SpA BV NV AB AS Oy Ltd LLC LLP Inc Corp Plc PLC Co Day Festival Cup Award Prize".split(" "),
);
/** Names that tell what to do where a sentence begins, and what then stands behind them. */
const VERBS = new Set("Bill Chase Fry Grant Mark Pat Peel Pierce Strain Sue".split(" "));
const OBJECTS = new Set("the a an your each every all any it them these those this".split(" "));
const ANIMALS = new Set(
  "dog cat puppy kitten hamster parrot rabbit horse pony spaniel beagle terrier poodle retriever labrador budgie guinea-pig tortoise goldfish pet hund katze kater chien chat chatte perro perra gato gata cane gatto hond kat pies kot".split(" "),
);
/** What a word in small letters scores at least that is the surname of the first name before it. */
const LOWER_SURNAME = -170;
/** Stands before the first and after the last word of a text. */
const EDGE = "";

/** A word or sign of a text. */
interface Token {
  start: number;
  end: number;
  word: string;
}
type Around = readonly [string, string, string, string];

/** The words and signs of a text; spaces are left out. */
function tokensOf(text: string): Token[] {
  return Array.from(text.matchAll(TOKEN), ({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
    word: word.startsWith(MASK) ? MASK : word,
  }));
}

/** Remembers what a function of a word gave, for a bounded number of words. */
function remembering<Value>(compute: (word: string) => Value): (word: string) => Value {
  const known = new Map<string, Value>();
  return (word) => {
    let value = known.get(word);
    if (value === undefined) {
      if (known.size >= WORDS_REMEMBERED) known.clear();
      known.set(word, (value = compute(word)));
    }
    return value;
  };
}

/** How a word is written, in one letter. */
const shape = remembering((word) => {
  if (word === "") return "E";
  if (word === "\n") return "N";
  if (word === MASK) return "M";
  if (!LETTER_FIRST.test(word)) return NUMBER_FIRST.test(word) ? "0" : word;
  if (!UPPER_FIRST.test(word)) return "x";
  if ([...word].length === 1) return "I";
  return LOWER.test(word) ? "T" : "U";
});

/** Which lists have it, written as a name: first names, those that are things too, last names ... */
const lists = remembering((word) => {
  const kind = shape(word);
  const letters = [...word];
  const titled =
    kind === "x" || kind === "U" ? (letters[0] ?? "").toUpperCase() + letters.slice(1).join("").toLowerCase() : word;
  const low = word.toLowerCase();
  const isCommon = COMMON.has(low) || (low.includes("-") && low.split("-").every((part) => COMMON.has(part)));
  return `${FIRST.has(titled) ? "F" : ""}${CONTEXT_FIRST.has(titled) ? "X" : ""}${LAST.has(titled) ? "L" : ""}${WORDS.has(titled) ? "W" : ""}${isCommon ? "O" : ""}`;
});

/** What the word itself tells. */
function featuresOfWord(word: string): string[] {
  const low = [...word.toLowerCase()];
  const size = low.length;
  const all = low.join("");
  const head = (length: number): string => low.slice(0, length).join("");
  const tail = (length: number): string => low.slice(Math.max(size - length, 0)).join("");
  const kind = shape(word);
  const hump = kind === "T" && UPPER.test([...word].slice(1).join("")) ? "C" : kind;
  const found = [
    `k=${kind}`, `ks=${kind}${all}`, `kl=${kind}${lists(word)}`, `kx=${kind}${tail(3)}`,
    `s=${all}`, `p2=${head(2)}`, `p3=${head(3)}`, `p4=${head(4)}`, `x2=${tail(2)}`,
    `x3=${tail(3)}`, `x4=${tail(4)}`, `n=${Math.min(size, 12)}`, `h=${hump}`, `l=${lists(word)}`,
  ]; // prettier-ignore
  for (let at = 0; at < size - 2; at += 1) found.push(`g=${low.slice(at, at + 3).join("")}`);
  return found;
}

/** What a neighbour tells; `place` is a (before), b (before that), c (after), d (after that). */
function featuresBeside(place: string, word: string): string[] {
  const low = word.toLowerCase();
  const found = [`${place}=${low}`, `${place}s=${shape(word)}`];
  if (place === "a" || place === "c") found.push(`${place}l=${lists(word)}`, `${place}x=${[...low].slice(-3).join("")}`);
  return found;
}

/** What the word and its neighbours tell together. */
function featuresOfPlace(word: string, [b, a, c]: Around): string[] {
  const first = ENDS.has(a) ? "^" : "_";
  const own = lists(word);
  return [
    `ac=${shape(a)}${shape(word)}${shape(c)}`, `fl=${first}${own}`, `cl=${shape(c)}${own}`,
    `al=${shape(a)}${own}`, `cw=${first}${c.toLowerCase()}`, `ab=${b.toLowerCase()} ${a.toLowerCase()}`,
    `ln=${lists(a)}/${own}/${lists(c)}`,
  ]; // prettier-ignore
}

/** The weight's place of a feature: FNV-1a over its code points, folded to WEIGHT_BITS. */
function hashed(feature: string): number {
  let value = 0x811c9dc5;
  for (const character of feature) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return (value ^ (value >>> WEIGHT_BITS)) & ((1 << WEIGHT_BITS) - 1);
}

const WEIGHTS = Int8Array.from(atob(model.weights), (character) => character.charCodeAt(0));
/** Scores from which a word is a name; from which it joins one; from which a person should look. */
export const { replace: REPLACE, join: JOIN, mark: MARK } = model;

function sum(features: readonly string[]): number {
  return features.reduce((total, feature) => total + (WEIGHTS[hashed(feature)] ?? 0), 0);
}

/** How often a word must make up for not being written as a name, or for being an ordinary word. */
function doubts(word: string): number {
  const listed = lists(word);
  const isKnown = listed.includes("F") || (listed.includes("L") && shape(word) === "U");
  if (["x", "U"].includes(shape(word)) && !isKnown) return VERB.test(word) ? 3 : 2;
  const isUnknown = listed === "" && GERUND.test(word);
  return shape(word) === "T" && ["", "F", "L", "FL"].includes(listed) && !isUnknown ? 0 : 1;
}

const scoreOfWord = remembering((word) => sum(featuresOfWord(word)));
const scoreBeside = (place: string): ((word: string) => number) =>
  remembering((word) => sum(featuresBeside(place, word)));
const scoreB = scoreBeside("b");
const scoreA = scoreBeside("a");
const scoreC = scoreBeside("c");
const scoreD = scoreBeside("d");

/** The score of each token that may be part of a name, by its place. */
function scoresOf(found: readonly Token[]): Map<number, number> {
  const word = (place: number): string => found[place]?.word ?? EDGE;
  const result = new Map<number, number>();
  for (const [at, token] of found.entries()) {
    if (!CANDIDATE.test(token.word)) continue;
    const around: Around = [word(at - 2), word(at - 1), word(at + 1), word(at + 2)];
    const [b, a, c, d] = around;
    const place = sum(featuresOfPlace(token.word, around));
    const bias = model.bias - model.doubt * doubts(token.word);
    result.set(at, bias + scoreOfWord(token.word) + scoreB(b) + scoreA(a) + scoreC(c) + scoreD(d) + place);
  }
  return result;
}

/** Where names stand: words that score `least`, and their neighbours that score `join`. */
export function names(text: string, { least, join }: { least: number; join: number }): [number, number][] {
  const found = tokensOf(text);
  const score = scoresOf(found);
  const chosen = new Set<number>();
  for (const [at, value] of score) if (value >= least || isTold(found, at, value)) chosen.add(at);
  for (const step of [1, -1]) {
    const inOrder = [...chosen].sort((x, y) => (x - y) * step);
    for (const at of inOrder) {
      let beside = at + step;
      while (!chosen.has(beside) && touch(text, found, Math.min(beside, beside - step))) {
        const value = score.get(beside) ?? join - 1;
        if (value >= join || belongs(found, beside, step, value)) chosen.add(beside);
        else if (!PARTICLES.has(found[beside]?.word ?? EDGE)) break;
        beside += step;
      }
    }
  }
  const isAlone = (at: number): boolean => !chosen.has(at - 1) && !chosen.has(at + 1);
  const isNamed = (at: number): boolean => least < REPLACE || !isAlone(at) || !isThing(found, at);
  const named = new Set([...chosen].filter(isNamed));
  // A person looks at it all the same: a neighbour may be called so too.
  return runs(text, found, named).filter(([start, end]) => least < REPLACE || !isPublic(text.slice(start, end)));
}

/** Whether a word that might be a name is told to be one: by a relative, a title or an initial. */
function isTold(found: readonly Token[], at: number, value: number): boolean {
  if (value < MARK) return false;
  const word = (place: number): string => found[place]?.word ?? EDGE;
  // No degree Fahrenheit.
  const isAlone = at < 3 || (found[at - 3]?.end ?? 0) < (found[at - 2]?.start ?? 0);
  const isInitialled = word(at - 1) === "." && word(at + 1) !== "." && isInitial(word(at - 2)) && isAlone;
  if (!INTRODUCING.has(word(at - 1).toLowerCase()) && !(isInitialled && shape(word(at)) === "T")) return false;
  const listed = lists(word(at));
  return !/[OW]/u.test(listed) || /[FX]/u.test(listed);
}

/** Whether a doubtful word beside a name is part of it: a first name, a double one, a surname written small. */
function belongs(found: readonly Token[], at: number, step: number, value: number): boolean {
  const word = found[at]?.word ?? EDGE;
  const listed = lists(word);
  const kind = shape(word);
  if (kind === "x") {
    const first = found[at - step]?.word ?? EDGE;
    const isFirst = step > 0 && shape(first) === "x" && lists(first).includes("F");
    return isFirst && ["", "L"].includes(listed) && value >= LOWER_SURNAME;
  }
  const isDouble = word.includes("-") && listed === "" && UPPER_FIRST.test(word.split("-").pop() ?? "");
  return value >= MARK && (isDouble || (kind === "T" && /[FX]/u.test(listed)));
}

/** Whether a word alone is a town, or is told to be a firm or an animal. */
function isThing(found: readonly Token[], at: number): boolean {
  const word = (place: number): string => found[place]?.word ?? EDGE;
  const [own, a, c, d] = [word(at), word(at - 1).toLowerCase(), word(at + 1), word(at + 2).toLowerCase()];
  if (VERBS.has(own) && ENDS.has(a) && OBJECTS.has(c)) return true;
  if (PLACES.has(own)) {
    return !(FIRST.has(own) || CONTEXT_FIRST.has(own) || LAST.has(own)) || LOCATIVE.has(a);
  }
  if (FIRMS.has(c) && (found[at]?.end ?? 0) < (found[at + 1]?.start ?? 0)) return !FIRST.has(own);
  return ANIMALS.has(a) || (c === "the" && ANIMALS.has(d));
}

/** Whether a name stands for a thing that has it from somebody: a theorem, a unit, a disease. */
function isPublic(name: string): boolean {
  return PUBLIC.has(name) || name.split(" ").every((word) => PUBLIC.has(word));
}

/** Whether nothing but a space stands between a token and the next. */
function touch(text: string, found: readonly Token[], left: number): boolean {
  return left >= 0 && left < found.length - 1 && between(text, found, left) === " ";
}

/** What stands between a token and the next. */
function between(text: string, found: readonly Token[], left: number): string {
  return text.slice(found[left]?.end ?? 0, found[left + 1]?.start ?? 0);
}

/** Ranges of chosen words that belong together, with the initials and particles between. */
function runs(text: string, found: readonly Token[], chosen: ReadonlySet<number>): [number, number][] {
  const ranges: [number, number][] = [];
  let at = 0;
  for (;;) {
    while (at < found.length && !chosen.has(at)) at += 1;
    if (at >= found.length) return ranges;
    let last = at;
    for (let next = nextOfName(text, found, chosen, last); next !== null; next = nextOfName(text, found, chosen, last)) last = next;
    ranges.push([startOfName(text, found, at), endOfName(text, found, last)]);
    at = last + 1;
  }
}

/** Where a name starts, with the initials and their points that precede it. */
function startOfName(text: string, found: readonly Token[], at: number): number {
  let first = at;
  while (first >= 2 && found[first - 1]?.word === "." && isInitial(found[first - 2]?.word ?? EDGE)) {
    if (between(text, found, first - 2) !== "" || !["", " "].includes(between(text, found, first - 1))) break;
    first -= 2;
  }
  return found[first]?.start ?? 0;
}

/** Where a name ends, with an initial and its point, or a suffix, that follow it. */
function endOfName(text: string, found: readonly Token[], last: number): number {
  const following = found[last + 1];
  if (following && between(text, found, last) === " ") {
    const isPointed = found[last + 2]?.word === "." && between(text, found, last + 1) === "";
    if (SUFFIXES.has(following.word) || (isInitial(following.word) && isPointed)) return following.end;
  }
  return found[last]?.end ?? 0;
}

function isInitial(word: string): boolean {
  return [...word].length === 1 && UPPER_FIRST.test(word);
}

/** The place of the next chosen word of the same name, if there is one. */
function nextOfName(text: string, found: readonly Token[], chosen: ReadonlySet<number>, last: number): number | null {
  let at = last + 1;
  // At most three initials or particles between.
  for (let steps = 0; steps < 3; steps += 1) {
    const token = found[at];
    const gap = between(text, found, at - 1);
    if (!token || !["", " "].includes(gap)) return null;
    if (chosen.has(at)) return gap !== "" || found[at - 1]?.word === "." ? at : null;
    if (isInitial(token.word)) at += found[at + 1]?.word === "." ? 2 : 1;
    else if (PARTICLES.has(token.word)) at += 1;
    else return null;
  }
  return null;
}
