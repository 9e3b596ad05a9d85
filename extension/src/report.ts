/** From an exchange and a person's choices to the exact string that is shown and sent. */
import { version as extensionVersion } from "../package.json";
import type { Circumstances, LabelSource } from "./adapters/types";
import { say } from "./strings";

export const CONSENT_VERSION = "2026-11";
export const TEXT_CHARS_MAX = 60_000;
export const COMMENT_CHARS_MAX = 2_000;
export const EXPECTED_CHARS_MAX = 2_000;
export const LABEL_CHARS_MAX = 120;
export const SYMPTOMS_MAX = 6;

export const SEVERITIES = [1, 2, 3] as const;
export const TIERS = ["free", "paid", "organisation"] as const;
export const EFFORTS = ["low", "medium", "high"] as const;

/** What the person knows of how the answer came about; null where they did not say. */
export interface Setting {
  severity: (typeof SEVERITIES)[number] | null;
  tier: (typeof TIERS)[number] | null;
  effort: (typeof EFFORTS)[number] | null;
}

/** What a person decided about an exchange; texts are redacted already. */
export interface Draft extends Setting {
  id: string;
  receiptKeyHash: string;
  contributorTag: string;
  isLinked: boolean;
  site: string;
  adapter: string;
  modelLabel: string | null;
  modelLabelSource: LabelSource;
  observedOn: string;
  prompt: string;
  response: string;
  comment: string;
  expected: string;
  circumstances: Circumstances;
  symptoms: string[];
  domain: string | null;
  redactionVersion: string;
  removed: Record<string, number>;
}

/** The body of the request: the same string goes to the screen and to the server. */
export function bodyOf(draft: Draft): string {
  return JSON.stringify(
    {
      schema_version: 1,
      id: draft.id,
      receipt_key_sha256: draft.receiptKeyHash,
      contributor_tag: draft.contributorTag,
      is_linked: draft.isLinked,
      consent_version: CONSENT_VERSION,
      site: draft.site,
      model_label: draft.modelLabel,
      model_label_source: draft.modelLabelSource,
      observed_on: draft.observedOn,
      prompt: draft.prompt,
      response: draft.response,
      symptoms: draft.symptoms,
      domain: draft.domain,
      comment: draft.comment,
      expected: draft.expected,
      severity: draft.severity,
      circumstances: circumstancesOf(draft),
      client: { extension_version: extensionVersion, adapter: draft.adapter },
      redaction: { version: draft.redactionVersion, removed: draft.removed },
    },
    null,
    2,
  );
}

function circumstancesOf({ circumstances, tier, effort }: Draft): Record<string, unknown> {
  return {
    turn_index: circumstances.turnIndex,
    earlier_turns: circumstances.earlierTurns,
    has_attachments: circumstances.hasAttachments,
    has_tools: circumstances.hasTools,
    notice: circumstances.notice,
    tier,
    effort,
  };
}

const many = (number: number): string => number.toLocaleString(say("language"));

/** Why a draft can't be sent yet, for people; empty when it can. The server checks again. */
export function problemsOf(draft: Draft): string[] {
  const problems: string[] = [];
  if (!draft.prompt.trim()) problems.push(say("problem_prompt_empty"));
  if (!draft.response.trim()) problems.push(say("problem_response_empty"));
  problems.push(...lengthProblems(draft));
  if (draft.symptoms.length === 0) problems.push(say("problem_symptoms_none"));
  if (draft.symptoms.length > SYMPTOMS_MAX) problems.push(say("problem_symptoms_many", SYMPTOMS_MAX));
  return problems;
}

/** Which texts are too long, for people; the limits hold before redaction and after it. */
export function lengthProblems(texts: Pick<Draft, "prompt" | "response" | "comment" | "expected">): string[] {
  const problems: string[] = [];
  if (charsOf(texts.prompt) > TEXT_CHARS_MAX) problems.push(say("problem_prompt_long", many(TEXT_CHARS_MAX)));
  if (charsOf(texts.response) > TEXT_CHARS_MAX)
    problems.push(say("problem_response_long", many(TEXT_CHARS_MAX)));
  if (charsOf(texts.comment) > COMMENT_CHARS_MAX)
    problems.push(say("problem_comment_long", many(COMMENT_CHARS_MAX)));
  if (charsOf(texts.expected) > EXPECTED_CHARS_MAX)
    problems.push(say("problem_expected_long", many(EXPECTED_CHARS_MAX)));
  return problems;
}

/** Characters as the server counts them: code points. */
function charsOf(text: string): number {
  return Array.from(text).length;
}

/** Today as YYYY-MM-DD in this person's own zone; a day is all the time that leaves. */
export function today(now = new Date()): string {
  const pad = (number: number): string => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
}
