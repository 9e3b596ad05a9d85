/**
 * Asking about answers that were drawn at random, at most once a day.
 *
 * Each finished answer of a day is drawn with the chance 1 / ASK_ONE_IN, until one has been drawn.
 * So the n-th answer of a day is asked about with the probability
 *
 *     (1 - 1 / ASK_ONE_IN) ** (n - 1) / ASK_ONE_IN
 *
 * whatever it says and whatever follows it: it must be drawn, and the n - 1 before it must not. This
 * probability is sent along, and the weight of a rating is one over it (Hajek). After ANSWERS_MAX
 * answers of a day none is drawn any more: a rating of such an answer would outweigh all others.
 * What the weights cannot repair is who answers: a question may be left unanswered.
 */
import { version as extensionVersion } from "../../package.json";
import type { Exchange, LabelSource } from "../adapters/types";
import { isKnownLabel } from "../catalogue";
import { domainOf } from "../domain";
import { tagFor } from "../receipts";
import { redact } from "../redact";
import { LABEL_CHARS_MAX, today } from "../report";
import { changeControls, loadOptions } from "../storage";
import { outgoing } from "./outgoing";
import { randomBelow, type Below } from "./random";

export const ASK_ONE_IN = 50;
export const ANSWERS_MAX = 100;
/** A rating waits for so long before it goes, so that it can be taken back. */
export const RATING_HOLD_MS = 10 * 60_000;

export type Verdict = "fine" | "not_fine" | "cannot_tell";

/** What is asked about; without any text, and all that is kept of the answer. */
export interface Question {
  id: string;
  site: string;
  adapter: string;
  modelLabel: string | null;
  modelLabelSource: LabelSource;
  domain: string | null;
  ratedOn: string;
  samplingProbability: number;
}

/** What is kept of a day: how many answers had finished, and whether one was drawn. */
export interface DrawDay {
  day: string;
  answers: number;
  isDrawn: boolean;
}

/** How likely it is that the n-th answer of a day is asked about; n begins at 1. */
export function samplingProbability(n: number): number {
  return (1 - 1 / ASK_ONE_IN) ** (n - 1) / ASK_ONE_IN;
}

/**
 * To be called once for every answer that finishes; the question if this one is to be asked about.
 * The chance does not look at the answer: leaving out some would make the probabilities wrong.
 */
export async function drawAnswer(
  exchange: Exchange,
  now = new Date(),
  below: Below = randomBelow,
): Promise<Question | null> {
  let question: Question | null = null;
  await changeControls((controls) => {
    const day = today(now);
    const before = controls.draw?.day === day ? controls.draw : { day, answers: 0, isDrawn: false };
    const answers = before.answers + 1;
    const isDrawn = !before.isDrawn && answers <= ANSWERS_MAX && below(ASK_ONE_IN) === 0;
    if (isDrawn) question = questionOf(exchange, day, samplingProbability(answers));
    return {
      ...controls,
      draw: { day, answers, isDrawn: before.isDrawn || isDrawn },
      question: question ?? controls.question,
    };
  });
  return question;
}

/** Drops the question; today asks no other. */
export async function dismissQuestion(): Promise<void> {
  await changeControls((controls) => ({ ...controls, question: null }));
}

/** Takes the person's word: the body that will be sent after the hold, or null if nothing was asked. */
export async function answerQuestion(id: string, verdict: Verdict, now = new Date()): Promise<string | null> {
  const { isLinked, server } = await loadOptions();
  let body: string | null = null;
  await changeControls(async (controls) => {
    const { question } = controls;
    if (question?.id !== id || question.ratedOn !== today(now)) return controls;
    const tag = await tagFor(question.site, now, isLinked);
    body = ratingBody(question, verdict, tag, isLinked);
    const sent = outgoing({ id, kind: "rating", server, body }, now.getTime(), RATING_HOLD_MS);
    return { ...controls, question: null, outgoing: [...controls.outgoing, sent] };
  });
  return body;
}

/** The body of the request: what can be shown is what is sent. */
export function ratingBody(question: Question, verdict: Verdict, tag: string, isLinked: boolean): string {
  return JSON.stringify(
    {
      schema_version: 1,
      id: question.id,
      contributor_tag: tag,
      is_linked: isLinked,
      site: question.site,
      model_label: question.modelLabel,
      model_label_source: question.modelLabelSource,
      domain: question.domain,
      domain_source: "device",
      rated_on: question.ratedOn,
      verdict,
      sampling_probability: question.samplingProbability,
      client: { extension_version: extensionVersion, adapter: question.adapter },
    },
    null,
    2,
  );
}

function questionOf(exchange: Exchange, ratedOn: string, probability: number): Question {
  const modelLabel = labelOf(exchange.modelLabel);
  return {
    id: crypto.randomUUID(),
    site: exchange.site,
    adapter: exchange.adapter,
    modelLabel,
    modelLabelSource: modelLabel === null ? "none" : exchange.modelLabelSource,
    domain: domainOf(exchange.prompt, exchange.response).slug,
    ratedOn,
    samplingProbability: probability,
  };
}

/** The label as it may leave: one that the catalogue does not know was typed by somebody. */
function labelOf(label: string | null): string | null {
  if (label === null || !label.trim()) return null;
  const clean = isKnownLabel(label) ? label : (redact([label]).texts[0] ?? "");
  return Array.from(clean).slice(0, LABEL_CHARS_MAX).join("") || null;
}
