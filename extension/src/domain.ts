/**
 * Which subject an exchange is about, named on the device; the twin of analysis/device_domains.py.
 *
 * Words, their first letters and pairs of words are hashed; each hash that the model knows adds its
 * weights. Sums are of whole numbers, so both languages get the same ones.
 */
import model from "./domains/model.json";

export interface NamedDomain {
  /** null where no domain is likely enough: no name is better than a wrong one. */
  slug: string | null;
  /** Of the likeliest class. */
  probability: number;
}

const NONE = "none";
const TEXT_CHARS = 4000;
const RESPONSE_CHARS = 1000;
const STEM_CHARS = 5;
const WORDS = /[\p{L}\p{N}]+(?:[+#]+|(?:[.'-][\p{L}\p{N}]+)*)/gu;

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const rarities = bytesOf(model.rarity);
const weights = new Int8Array(bytesOf(model.weights).buffer);
const rows = rowsOf(bytesOf(model.features));
const encoder = new TextEncoder();

function rowsOf(bytes: Uint8Array<ArrayBuffer>): Map<number, number> {
  const view = new DataView(bytes.buffer);
  const found = new Map<number, number>();
  for (let row = 0; row * 4 < bytes.length; row += 1) found.set(view.getUint32(row * 4, true), row);
  return found;
}

/**
 * The domain of an exchange. The prompt decides; where it names none, prompt and the beginning of the
 * response together may.
 */
export function domainOf(prompt: string, response = ""): NamedDomain {
  const named = nameOf(prompt);
  return named.slug === null && response ? nameOf(`${prompt}\n${firstOf(response, RESPONSE_CHARS)}`) : named;
}

function nameOf(text: string): NamedDomain {
  const scores = scoresOf(text);
  const best = scores.reduce((found, score, index) => (score > (scores[found] ?? 0) ? index : found), 0);
  const highest = scores[best] ?? 0;
  const probability = 1 / scores.reduce((sum, score) => sum + Math.exp(score - highest), 0);
  const slug = model.domains[best] ?? NONE;
  return { slug: slug === NONE || probability < model.threshold ? null : slug, probability };
}

function scoresOf(text: string): number[] {
  const sums = new Array<number>(model.domains.length).fill(0);
  let square = 0;
  for (const feature of featuresOf(text)) {
    const row = rows.get(feature);
    const rarity = row === undefined ? model.unknown_rarity : (rarities[row] ?? 0);
    square += rarity * rarity;
    if (row === undefined) continue;
    for (let index = 0; index < sums.length; index += 1)
      sums[index] = (sums[index] ?? 0) + rarity * (weights[row * sums.length + index] ?? 0);
  }
  const norm = Math.sqrt(Math.max(square, 1));
  return sums.map((sum, index) => (model.bias[index] ?? 0) + (model.scale * sum) / norm);
}

function featuresOf(text: string): Set<number> {
  const words = firstOf(text, TEXT_CHARS).normalize("NFKC").toLowerCase().match(WORDS) ?? [];
  const features = new Set<number>();
  words.forEach((word, index) => {
    features.add(fnv1a(`w:${word}`));
    const letters = Array.from(word);
    if (letters.length > STEM_CHARS) features.add(fnv1a(`s:${letters.slice(0, STEM_CHARS).join("")}`));
    const next = words[index + 1];
    if (next !== undefined) features.add(fnv1a(`p:${word} ${next}`));
  });
  return features;
}

/** 32-bit FNV-1a of the UTF-8 form. */
export function fnv1a(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of encoder.encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

function firstOf(text: string, characters: number): string {
  return text.length <= characters ? text : Array.from(text).slice(0, characters).join("");
}
