/**
 * Asks for credentials, one step at a time, each at a random time, so that steps can't be matched with
 * reports or with each other. Nothing is asked for unless ratings are on and reports are linked.
 *
 * A request is written down before it is sent, and sent again, byte for byte, until it is answered:
 * the server answers the same request the same way, so nothing is lost with an answer.
 */
import { fetchChallenge, redeem, RefusedError, sendStart, UnreachableError, type ListedKey } from "../api";
import { nextDue, retryDelay } from "../outbox";
import { contributorTag, epochBegin, epochOf } from "../receipts";
import { today } from "../report";
import { changeCredentials, exclusively, installSecret, lastSentAt, loadOptions } from "../storage";
import { blind, makeNonce, unblind, type Blind, type Signed } from "./blind";
import { solve } from "./challenge";
import {
  areCredentialsWanted,
  change,
  credentialOf,
  freshKeys,
  keptFor,
  maturesAt,
  type Credential,
  type Credentials,
  type Pending,
  type Step,
} from "./credentials";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Over so long the starts of those who turn ratings on at one time are spread. */
const START_WITHIN_MS = DAY_MS;
const STEP_AFTER_MS = { least: HOUR_MS, most: 12 * HOUR_MS };
/** So long before and after anything else that goes, no step is taken. */
const QUIET_MS = 10 * 60_000;
/** The next epoch's keys are listed from so long before it begins. */
const NEXT_EPOCH_MS = 14 * DAY_MS;

/**
 * Does the step that is due, or plans the one that has become possible. It makes at most one request,
 * beside the list of keys that it needs, and the challenge that a start answers; and none while something
 * else goes: whoever saw both would know that they belong together.
 */
export async function advanceCredentials(now = Date.now(), random = Math.random): Promise<void> {
  await exclusively("credential-step", async () => {
    const options = await loadOptions();
    if (!areCredentialsWanted(options)) return;
    const { server } = options;
    const { plan } = await changeCredentials((kept) => planned(keptFor(server, kept), now, random));
    if (!plan || plan.at > now || !(await isQuiet(now))) return;
    try {
      await attempt(server, now);
    } catch (error) {
      // The next attempt is planned already.
      if (error instanceof UnreachableError) return;
      if (!(error instanceof RefusedError)) throw error;
      const { code } = error;
      await change(server, (kept) => refused(kept, code, now));
    }
  });
}

/** Whether nothing of the person's went a moment ago, and no report is late or to go in a moment. */
async function isQuiet(now: number): Promise<boolean> {
  const [last, next] = [await lastSentAt(), await nextDue()];
  return (last === null || Math.abs(now - last) >= QUIET_MS) && (next === null || next >= now + QUIET_MS);
}

function planned(kept: Credentials, now: number, random: () => number): Credentials {
  const step = kept.pending?.step ?? possibleStep(kept, now);
  if (step === (kept.plan?.step ?? null)) return kept;
  if (step === null) return { ...kept, plan: null };
  const { least, most } = STEP_AFTER_MS;
  const delay = step === "start" ? random() * START_WITHIN_MS : least + random() * (most - least);
  return { ...kept, plan: { step, at: now + Math.floor(delay), attempts: 0 } };
}

function possibleStep(kept: Credentials, now: number): Step | null {
  if (kept.renewal) return nextEpoch(kept.renewal.epoch, now) === null ? null : "renew";
  if (!kept.start) return "start";
  return now >= maturesAt(kept) && kept.rated.length >= kept.ratingsNeeded ? "establish" : null;
}

/** The epoch for which a renewal of this one is to be redeemed: the current one, or soon the next. */
function nextEpoch(renewed: number, now: number): number | null {
  const current = epochOf(new Date(now));
  if (renewed < current) return current;
  return renewed === current && now >= epochBegin(current + 1) - NEXT_EPOCH_MS ? current + 1 : null;
}

/** One attempt; the next is planned before it is made, because it may never be answered. */
async function attempt(server: string, now: number): Promise<void> {
  const begun = await change(server, (kept) => {
    if (!kept.plan) return kept;
    const attempts = kept.plan.attempts + 1;
    return { ...kept, plan: { ...kept.plan, attempts, at: now + retryDelay(attempts) } };
  });
  if (!begun?.plan) return;
  const request = begun.pending ?? (await writtenDown(server, await prepare(begun, begun.plan.step, now)));
  if (!request) return;
  const answer = await (request.step === "start" ? sendStart : redeem)(server, request.body);
  const results = await Promise.all(request.blinds.map((one, place) => unblind(one, answer[place] ?? "")));
  const signed = results.filter((one) => one !== null);
  await change(server, (kept) =>
    kept.pending?.body === request.body ? received(kept, request, signed, now) : kept,
  );
}

/** The request once it is kept; null if there is none, or if the person has changed their mind meanwhile. */
async function writtenDown(server: string, request: Pending | null): Promise<Pending | null> {
  if (!request) return null;
  const kept = await change(server, (before) => (before.plan ? { ...before, pending: request } : before));
  return kept?.pending ?? null;
}

/** The request of a step; null if what it needs is not to be had now. */
async function prepare(kept: Credentials, step: Step, now: number): Promise<Pending | null> {
  const keys = await freshKeys(kept.server, now);
  if (step === "start") return prepareStart(kept.server, keys);
  const { start, rated, renewal, ratingsNeeded } = kept;
  if (step === "renew" && renewal)
    return prepareRedemption(step, keys, nextEpoch(renewal.epoch, now), [renewal.credential]);
  if (!start) return null;
  const spent = [start.credential, ...rated.slice(0, ratingsNeeded)];
  return prepareRedemption(step, keys, epochOf(new Date(now)), spent);
}

async function prepareRedemption(
  step: Step,
  keys: readonly ListedKey[],
  epoch: number | null,
  spent: readonly Credential[],
): Promise<Pending | null> {
  const blinds = epoch === null ? [] : await blindAll(keys, epoch);
  if (blinds.filter(({ key }) => key.purpose === "renewal").length !== 1) return null;
  const blinded = blinds.map((one) => ({ key_id: one.key.id, blinded: one.blinded }));
  return { step, epoch, body: JSON.stringify({ spent, blinded }), blinds };
}

async function prepareStart(server: string, keys: readonly ListedKey[]): Promise<Pending | null> {
  const key = keys.find(({ purpose }) => purpose === "start");
  const start = key ? await blind(key, makeNonce()) : null;
  if (!start) return null;
  const challenge = await fetchChallenge(server);
  const solution = await solve(challenge);
  if (!solution) return null;
  const body = JSON.stringify({ challenge, solution, key_id: start.key.id, blinded: start.blinded });
  return { step: "start", epoch: null, body, blinds: [start] };
}

/** A renewal and the tag of every listed site, used or not: which ones are used is not told. */
async function blindAll(keys: readonly ListedKey[], epoch: number): Promise<Blind[]> {
  const secret = await installSecret();
  const day = new Date(epochBegin(epoch));
  const blinds: Blind[] = [];
  for (const key of keys) {
    if (key.epoch !== epoch || (key.purpose !== "renewal" && key.purpose !== "contributor")) continue;
    const subject = key.site === null ? makeNonce() : await contributorTag(secret, key.site, day);
    const one = await blind(key, subject);
    if (one) blinds.push(one);
  }
  return blinds;
}

/** What is kept after an answer: what was shown is spent, and only what verifies is worth keeping. */
function received(
  kept: Credentials,
  { epoch }: Pending,
  signed: readonly Signed[],
  now: number,
): Credentials {
  const done = { ...kept, plan: null, pending: null };
  if (epoch === null) {
    const [start] = signed;
    if (!start) return done;
    return {
      ...done,
      start: { credential: credentialOf(start), since: today(new Date(now)), endsOn: start.key.ends_on },
    };
  }
  const renewal = signed.find(({ key }) => key.purpose === "renewal");
  const tags = signed.filter(({ key }) => key.purpose === "contributor");
  const oldest = epochOf(new Date(now)) - 1;
  return {
    ...done,
    start: null,
    rated: [],
    renewal: renewal ? { credential: credentialOf(renewal), epoch } : null,
    signatures: [
      ...kept.signatures.filter((one) => one.epoch >= oldest),
      ...tags.map(({ subject, signature }) => ({ tag: subject, epoch, signature })),
    ],
  };
}

const SPENT_CODES = ["credential_spent", "credential_invalid", "credentials_unfit"];

/** What is kept after a refusal: the request is dropped, and what can't be redeemed any more with it. */
function refused(kept: Credentials, code: string, now: number): Credentials {
  const { plan, pending } = kept;
  // Without a code it was not the server that refused, but something on the way to it.
  if (code === "" || !plan) return kept;
  const dropped = { ...kept, pending: null };
  if (code === "credential_too_young") return { ...dropped, plan: { ...plan, at: now + DAY_MS } };
  if (!pending || pending.epoch === null || !SPENT_CODES.includes(code)) return dropped;
  // It was for an epoch that has gone by: what it would have spent is as good as ever.
  if (code === "credentials_unfit" && pending.epoch < epochOf(new Date(now))) return dropped;
  return pending.step === "renew"
    ? { ...dropped, plan: null, renewal: null }
    : { ...dropped, plan: null, start: null, rated: [] };
}
