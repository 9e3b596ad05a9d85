/** What the review page knows: the original texts, the person's decisions, and what follows from them. */
import type { Circumstances, Exchange, LabelSource } from "../../adapters/types";
import { redact, type RedactionResult } from "../../redact";
import {
  bodyOf,
  COMMENT_CHARS_MAX,
  EXPECTED_CHARS_MAX,
  LABEL_CHARS_MAX,
  lengthProblems,
  problemsOf,
  TEXT_CHARS_MAX,
  today,
  type Draft,
  type Setting,
} from "../../report";
import { isKnownLabel } from "../../catalogue";
import { domainOf } from "../../domain";
import { makeReceiptKey, receiptKeyHash, tagFor } from "../../receipts";
import type { Options } from "../../storage";

export const FIELDS = ["prompt", "response", "comment", "expected"] as const;
export type Field = (typeof FIELDS)[number];
const CHARS_MAX: Record<Field, number> = {
  prompt: TEXT_CHARS_MAX,
  response: TEXT_CHARS_MAX,
  comment: COMMENT_CHARS_MAX,
  expected: EXPECTED_CHARS_MAX,
};

/** Everything that a person can change on the review page. */
export interface Choices extends Setting {
  prompt: string;
  response: string;
  comment: string;
  expected: string;
  site: string;
  modelLabel: string | null;
  modelLabelSource: LabelSource;
  symptoms: string[];
  domain: string | null;
  /** Until the person has chosen a domain, the texts say which it may be. */
  isDomainGuessed: boolean;
  /** Literal texts that the person hides. */
  hide: string[];
  /** Removed values that the person decided to keep. */
  keep: string[];
}

/** What never changes while a report is reviewed. */
export interface Identity {
  id: string;
  receiptKey: string;
  receiptKeyHash: string;
  adapter: string;
  circumstances: Circumstances;
}

export interface View {
  /** What it follows from. */
  choices: Choices;
  redaction: RedactionResult;
  draft: Draft;
  /** The exact request body. */
  body: string;
  problems: string[];
}

export function choicesFor(exchange: Exchange): Choices {
  const { prompt, response, site, modelLabel, modelLabelSource } = exchange;
  return {
    prompt,
    response,
    site,
    modelLabel,
    modelLabelSource,
    comment: "",
    expected: "",
    severity: null,
    tier: null,
    effort: null,
    symptoms: [],
    domain: null,
    isDomainGuessed: true,
    hide: [],
    keep: [],
  };
}

export async function makeIdentity(exchange: Exchange): Promise<Identity> {
  const receiptKey = makeReceiptKey();
  return {
    id: crypto.randomUUID(),
    receiptKey,
    receiptKeyHash: await receiptKeyHash(receiptKey),
    adapter: exchange.adapter,
    circumstances: exchange.circumstances,
  };
}

/** All that follows from the choices; the same choices give the same body, character by character. */
export async function viewOf(choices: Choices, identity: Identity, options: Options): Promise<View> {
  const redaction = redact(originals(choices), {
    alwaysHide: options.alwaysHide,
    hide: choices.hide,
    keep: choices.keep,
  });
  const [prompt = "", response = "", comment = "", expected = "", typedLabel = ""] = redaction.texts;
  const draft: Draft = {
    id: identity.id,
    receiptKeyHash: identity.receiptKeyHash,
    contributorTag: await stableTag(identity.id, choices.site, options.isLinked),
    isLinked: options.isLinked,
    site: choices.site,
    adapter: identity.adapter,
    modelLabel: firstChars(typedLabel, LABEL_CHARS_MAX) || choices.modelLabel,
    modelLabelSource: choices.modelLabelSource,
    observedOn: today(),
    prompt,
    response,
    comment,
    expected,
    severity: choices.severity,
    tier: choices.tier,
    effort: choices.effort,
    circumstances: identity.circumstances,
    symptoms: choices.symptoms,
    domain: choices.isDomainGuessed ? domainOf(choices.prompt, choices.response).slug : choices.domain,
    redactionVersion: redaction.version,
    removed: redaction.removed,
  };
  // A text that was cut before it was searched is shown as too long, never sent as if it were whole.
  const problems = [...new Set([...lengthProblems(choices), ...problemsOf(draft)])];
  return { choices, redaction, draft, body: bodyOf(draft), problems };
}

/** What is searched: prompt, answer, comment, what was expected, and a label that names no model of the catalogue. */
export function originals(choices: Choices): string[] {
  const label = choices.modelLabel ?? "";
  return [
    ...FIELDS.map((field) => firstChars(storable(choices[field]), CHARS_MAX[field])),
    isKnownLabel(label) ? "" : storable(label),
  ];
}

/** The first characters (code points) of a text. */
function firstChars(text: string, count: number): string {
  if (text.length <= count) return text;
  return Array.from(text.slice(0, 2 * count)).slice(0, count).join("");
}

/** The text without what no database can hold: zero bytes and halves of characters. Keeps every place. */
function storable(text: string): string {
  return text.replaceAll("\0", "\uFFFD").toWellFormed();
}

const tags = new Map<string, string>();

/** One tag per report and site, so that an unlinked report's random tag does not change while it is reviewed. */
async function stableTag(id: string, site: string, isLinked: boolean): Promise<string> {
  const key = `${id}|${site}|${isLinked}`;
  const known = tags.get(key);
  if (known) return known;
  const tag = await tagFor(site, new Date(), isLinked);
  tags.set(key, tag);
  return tag;
}
