/** The only place that talks to the server. No cookies, no referrer, nothing but what is shown. */
import { say } from "./strings";

const STATES = ["pending", "quarantined", "released", "rejected", "withdrawn"] as const;
export type ServerState = (typeof STATES)[number];

/** A receipt or an error is far shorter; longer is no server of ours. */
const ANSWER_CHARS_MAX = 20_000;

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

/** Send a report's body exactly as it was shown. */
export async function submit(server: string, body: string): Promise<Receipt> {
  return call(server, "/api/v1/reports/", json(body), isReceipt);
}

/** Send a rating's body exactly as it is kept. */
export async function sendRating(server: string, body: string): Promise<Stored> {
  return call(server, "/api/v1/ratings/", json(body), isStored);
}

/** Send the body of one site's and week's exposures exactly as it is kept. */
export async function sendExposures(server: string, body: string): Promise<Stored> {
  return call(server, "/api/v1/exposures/", json(body), isStored);
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

function json(body: string): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body };
}

async function call<T>(
  server: string,
  path: string,
  request: RequestInit,
  isRight: (answer: unknown) => answer is T,
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
    const right = await jsonOf(response).catch(() => null);
    if (isRight(right)) return right;
    throw new UnreachableError(say("net_strange"));
  }
  const { message, code } = await faultOf(response);
  if (response.status === 408 || response.status === 429 || response.status >= 500)
    throw new UnreachableError(message);
  throw new RefusedError(message, code);
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text.length > ANSWER_CHARS_MAX) throw new Error("too long");
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
