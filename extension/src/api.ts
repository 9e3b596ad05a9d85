/** The only place that talks to the server. No cookies, no referrer, nothing but what is shown. */
import type { Challenge } from "altcha-lib/types";
import { say } from "./strings";

const STATES = ["pending", "quarantined", "released", "rejected", "withdrawn"] as const;
export type ServerState = (typeof STATES)[number];

/** A receipt or an error is far shorter; longer is no server of ours. */
const ANSWER_CHARS_MAX = 20_000;
/** The list of keys is longer: about 40 of them, 25,000 characters. */
const KEYS_CHARS_MAX = 100_000;

export interface Receipt {
  id: string;
  state: ServerState;
  received_on: string;
  public_from: string | null;
}

/** That a rating, exposures or a drift report are stored. */
export interface Stored {
  id: string;
  received_on: string;
}

/** That a rating is stored; with the signature of its stamp, where the server took one. */
export interface StoredRating extends Stored {
  blind_signature?: unknown;
}

export const PURPOSES = ["start", "rated", "renewal", "contributor"] as const;

/** A key by which the server signs blindly, as it lists it: nothing of it is checked yet. */
export interface ListedKey {
  /** SHA-256 of the public key, in hex. */
  id: string;
  purpose: (typeof PURPOSES)[number];
  /** Of contributor only. */
  site: string | null;
  /** Of all but start. */
  epoch: number | null;
  begins_on: string;
  ends_on: string;
  /** SubjectPublicKeyInfo as DER, in base64url. */
  public_key: string;
}

/** What may be signed now, and what is asked of an install before it counts. */
export interface KeyList {
  keys: ListedKey[];
  established_after_days: number;
  ratings_needed: number;
}

/** The server said no, and asking again won't help. */
export class RefusedError extends Error {
  constructor(
    message: string,
    /** The server's own word for it, such as `receipt_unknown`; "" if it is no server of ours. */
    readonly code: string,
  ) {
    super(message);
  }
}

/** No answer, or one that asks to come back later. */
export class UnreachableError extends Error {}

/**
 * Send a report's body exactly as it was shown. A credential, here and below, is the signature of the
 * tag in the body, where there is one: it goes beside the body, never into it.
 */
export async function submit(
  server: string,
  body: string,
  credential: string | null = null,
): Promise<Receipt> {
  return call(server, "/api/v1/reports/", json(body, { "Plumbline-Credential": credential }), isReceipt);
}

/** Send a rating's body exactly as it is kept; the stamp asks for a blind signature in the answer. */
export async function sendRating(
  server: string,
  body: string,
  credential: string | null = null,
  stamp: string | null = null,
): Promise<StoredRating> {
  const headers = { "Plumbline-Credential": credential, "Plumbline-Stamp": stamp };
  return call(server, "/api/v1/ratings/", json(body, headers), isStored);
}

/** Send the body of one site's and week's exposures exactly as it is kept. */
export async function sendExposures(
  server: string,
  body: string,
  credential: string | null = null,
): Promise<Stored> {
  return call(server, "/api/v1/exposures/", json(body, { "Plumbline-Credential": credential }), isStored);
}

/** Send the body of a drift report exactly as it was shown. */
export async function sendDrift(server: string, body: string): Promise<Stored> {
  return call(server, "/api/v1/drift-reports/", json(body), isStored);
}

/** The state of the report that this key belongs to. */
export async function lookUp(server: string, receiptKey: string): Promise<Receipt> {
  return call(server, "/api/v1/receipts/", { headers: { "Plumbline-Receipt": receiptKey } }, isReceipt);
}

/** Withdraw the report that this key belongs to; its text is erased at once. */
export async function withdraw(server: string, receiptKey: string): Promise<Receipt> {
  const request = { method: "POST", headers: { "Plumbline-Receipt": receiptKey } };
  return call(server, "/api/v1/receipts/withdraw/", request, isReceipt);
}

/** The keys by which the server signs now. */
export async function listKeys(server: string): Promise<KeyList> {
  const list = await call(server, "/api/v1/credentials/keys/", {}, isKeyList, KEYS_CHARS_MAX);
  // What this version does not know is left out: the rest may still be used.
  return { ...list, keys: list.keys.filter(isListedKey) };
}

/** A proof of work to do before a start. */
export async function fetchChallenge(server: string): Promise<Challenge> {
  return call(server, "/api/v1/credentials/challenge/", {}, isChallenge);
}

/** Send the body of a start exactly as it is kept; the blind signature. */
export async function sendStart(server: string, body: string): Promise<string[]> {
  const answer = await call(server, "/api/v1/credentials/start/", json(body), isBlindSignature);
  return [answer.blind_signature];
}

/** Send the body of a redemption exactly as it is kept; the blind signatures in its order. */
export async function redeem(server: string, body: string): Promise<string[]> {
  return (await call(server, "/api/v1/credentials/", json(body), areBlindSignatures)).blind_signatures;
}

/** The request for a body; a header that is null is none. */
function json(body: string, headers: Record<string, string | null> = {}): RequestInit {
  const more = Object.entries(headers).filter((header): header is [string, string] => header[1] !== null);
  const all = { "Content-Type": "application/json", ...Object.fromEntries(more) };
  return { method: "POST", headers: all, body };
}

async function call<T>(
  server: string,
  path: string,
  request: RequestInit,
  isRight: (answer: unknown) => answer is T,
  charsMax = ANSWER_CHARS_MAX,
): Promise<T> {
  let response: Response;
  try {
    response = await fetch(server + path, {
      ...request,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(30_000),
    });
  } catch {
    throw new UnreachableError(say("net_unreachable"));
  }
  if (response.ok) {
    const right = await jsonOf(response, charsMax).catch(() => null);
    if (isRight(right)) return right;
    throw new UnreachableError(say("net_strange"));
  }
  const { message, code } = await faultOf(response);
  if (response.status === 408 || response.status === 429 || response.status >= 500)
    throw new UnreachableError(message);
  throw new RefusedError(message, code);
}

async function jsonOf(response: Response, charsMax = ANSWER_CHARS_MAX): Promise<unknown> {
  const text = await response.text();
  if (text.length > charsMax) throw new Error("too long");
  return JSON.parse(text);
}

function isReceipt(answer: unknown): answer is Receipt {
  if (typeof answer !== "object" || answer === null) return false;
  const { id, state } = answer as Partial<Record<keyof Receipt, unknown>>;
  return typeof id === "string" && STATES.some((known) => known === state);
}

function isStored(answer: unknown): answer is Stored {
  if (typeof answer !== "object" || answer === null) return false;
  const { id, received_on: day } = answer as Partial<Record<keyof Stored, unknown>>;
  return typeof id === "string" && typeof day === "string";
}

function isKeyList(answer: unknown): answer is KeyList {
  if (typeof answer !== "object" || answer === null) return false;
  const { keys, established_after_days, ratings_needed } = answer as Record<keyof KeyList, unknown>;
  return isWhole(established_after_days, 0, 366) && isWhole(ratings_needed, 0, 100) && Array.isArray(keys);
}

function isListedKey(key: unknown): key is ListedKey {
  if (typeof key !== "object" || key === null) return false;
  const { id, purpose, site, epoch, begins_on, ends_on, public_key } = key as Record<string, unknown>;
  return (
    isText(id, /^[0-9a-f]{64}$/) &&
    PURPOSES.some((known) => known === purpose) &&
    (purpose === "contributor" ? isText(site, /^[a-z0-9-]{1,40}$/) : site === null) &&
    (purpose === "start" ? epoch === null : isWhole(epoch, 0, 100_000)) &&
    isDay(begins_on) &&
    isDay(ends_on) &&
    isText(public_key, BASE64URL)
  );
}

function isChallenge(answer: unknown): answer is Challenge {
  if (typeof answer !== "object" || answer === null) return false;
  const { parameters, signature } = answer as Record<string, unknown>;
  return typeof parameters === "object" && parameters !== null && typeof signature === "string";
}

function isBlindSignature(answer: unknown): answer is { blind_signature: string } {
  if (typeof answer !== "object" || answer === null) return false;
  return isText((answer as Record<string, unknown>)["blind_signature"], BASE64URL);
}

function areBlindSignatures(answer: unknown): answer is { blind_signatures: string[] } {
  if (typeof answer !== "object" || answer === null) return false;
  const signatures = (answer as Record<string, unknown>)["blind_signatures"];
  return Array.isArray(signatures) && signatures.every((one) => isText(one, BASE64URL));
}

const BASE64URL = /^[A-Za-z0-9_-]+$/;

function isText(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}

function isDay(value: unknown): boolean {
  return isText(value, /^\d{4}-\d{2}-\d{2}$/) && !Number.isNaN(Date.parse(String(value)));
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
}

/** What the server says is wrong, from its one error shape. */
async function faultOf(response: Response): Promise<{ message: string; code: string }> {
  try {
    const { error } = (await jsonOf(response)) as {
      error: { code: string; message: string; fields: Record<string, string[]> };
    };
    const details = Object.entries(error.fields).map(([name, texts]) => `${name}: ${texts.join(" ")}`);
    return { message: [error.message, ...details].join(" "), code: error.code };
  } catch {
    return { message: say("net_status", response.status), code: "" };
  }
}
