/**
 * Reports on their way, and the list of mine.
 *
 *     held -> queued -> sent          `held` can be undone: the server has never heard of it
 *                    -> refused       the server said no; only the person can try again
 *     queued | sent -> withdrawing -> sent, "withdrawn"   also when a server has known nothing of it
 *                                                         for a day: a report may be overtaken
 *
 * An attempt is written down before it is made, and made again after any failure: the server stores
 * an id once, so nothing is lost and nothing is doubled. The text is forgotten when it has arrived.
 */
import { lookUp, RefusedError, submit, withdraw as withdrawAtServer, type ServerState } from "./api";
import { credentialFor } from "./credentials/credentials";
import { today } from "./report";
import { say } from "./strings";
import { changeOutbox, exclusively, loadOptions, loadOutbox, noteSent } from "./storage";

export interface Entry {
  id: string;
  receiptKey: string;
  server: string;
  site: string;
  domain: string | null;
  createdOn: string;
  status: "held" | "queued" | "sent" | "refused" | "withdrawing";
  /** Milliseconds since 1970 before which nothing is tried. */
  notBefore: number;
  /** Attempts begun since the last success or the last word of the person. */
  attempts: number;
  /** The exact request body; "" once the server has it or must not get it any more. */
  body: string;
  /** What the server last said; null before it answered. */
  serverState: ServerState | null;
  /** When the person withdrew it, in milliseconds since 1970; null if they did not. */
  withdrawnAt: number | null;
  /** The day on which the server last answered about it; "" before. */
  checkedOn: string;
  /** Why it was refused or waits, in words; "" if all is well. */
  message: string;
}

type Held = Pick<Entry, "id" | "receiptKey" | "site" | "domain" | "body" | "createdOn">;

const RETRY_FIRST_MS = 30_000;
const RETRY_MAX_MS = 6 * 3_600_000;
/** For so long a withdrawal is repeated at a server that does not know the report (yet). */
const UNKNOWN_MAX_MS = 24 * 3_600_000;

/** Withdrawing everything is spread over so long. */
const WITHDRAW_ALL_MS = 3_600_000;

/** Milliseconds to wait after so many failed attempts: doubling, at most six hours. */
export function retryDelay(attempts: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** Math.max(0, attempts - 1), RETRY_MAX_MS);
}

/** True while something is still to be done about an entry. */
export function isWaiting(entry: Entry): boolean {
  return entry.status === "held" || entry.status === "queued" || entry.status === "withdrawing";
}

/** True while an entry can be taken back without asking the server. */
export function isHeld(entry: Entry): boolean {
  return entry.status === "held" && entry.attempts === 0;
}

/** Holds a report for as long as the options say; it then goes by itself. */
export async function hold(report: Held, now = Date.now()): Promise<Entry> {
  const { server, holdMinutes } = await loadOptions();
  const entry: Entry = {
    ...report,
    server,
    status: "held",
    notBefore: now + holdMinutes * 60_000,
    attempts: 0,
    serverState: null,
    withdrawnAt: null,
    checkedOn: "",
    message: "",
  };
  await changeOutbox((entries) =>
    entries.some(({ id }) => id === entry.id) ? entries : [...entries, entry],
  );
  return entry;
}

/** Takes a held report back; false if it is on its way already. Nothing of it is kept. */
export async function undo(id: string): Promise<boolean> {
  let isUndone = false;
  await changeOutbox((entries) =>
    entries.filter((entry) => {
      const isIt = entry.id === id && isHeld(entry);
      isUndone ||= isIt;
      return !isIt;
    }),
  );
  return isUndone;
}

/** Lets an entry go at the next flush: ends its hold or its wait, or tries a refused one once more. */
export async function sendNow(id: string): Promise<void> {
  await change(id, (entry) => {
    // To the server that the person agreed to, whatever the options say by now.
    if (entry.status === "refused")
      return { ...entry, status: "queued", notBefore: 0, attempts: 0, message: "" };
    return isWaiting(entry) ? { ...entry, notBefore: 0 } : entry;
  });
}

/** Withdraws a report that the server has, or may have: at the next flush, and until it has worked. */
export async function withdraw(id: string, now = Date.now()): Promise<void> {
  await change(id, (entry) => (isWithdrawable(entry) ? withdrawing(entry, now, 0) : entry));
}

/**
 * Takes back what is held, and withdraws all the rest, each at a random time within the next hour:
 * whoever sees the requests can't tell that they are one person's. How many are withdrawn.
 */
export async function withdrawAll(now = Date.now(), random = Math.random): Promise<number> {
  let count = 0;
  await changeOutbox((entries) =>
    entries
      .filter((entry) => !isHeld(entry))
      .map((entry) => {
        if (!isWithdrawable(entry)) return entry;
        count += 1;
        return withdrawing(entry, now, now + Math.floor(random() * WITHDRAW_ALL_MS));
      }),
  );
  return count;
}

function isWithdrawable(entry: Entry): boolean {
  if (isHeld(entry) || entry.serverState === "withdrawn") return false;
  return entry.status === "queued" || entry.status === "sent";
}

function withdrawing(entry: Entry, now: number, notBefore: number): Entry {
  return { ...entry, status: "withdrawing", withdrawnAt: now, body: "", notBefore, attempts: 0, message: "" };
}

/** Takes a finished entry off the list; its receipt is gone with it. */
export async function forget(id: string): Promise<void> {
  await changeOutbox((entries) => entries.filter((entry) => entry.id !== id || isWaiting(entry)));
}

/** When the next entry is due, in milliseconds since 1970; null if none waits. */
export async function nextDue(): Promise<number | null> {
  const due = (await loadOutbox()).filter(isWaiting).map((entry) => entry.notBefore);
  return due.length > 0 ? Math.min(...due) : null;
}

/** Does what is due, one after the other; only one flush runs at a time. */
export async function flush(now: () => number = Date.now): Promise<void> {
  await exclusively("flush", async () => {
    for (const { id } of await loadOutbox()) {
      const entry = await begin(id, now());
      if (entry) await noteSent(now());
      if (entry?.status === "queued") await trySend(entry, now);
      if (entry?.status === "withdrawing") await tryWithdraw(entry, now);
    }
  });
}

/** Writes an attempt down before it is made; null if the entry is gone or not due. */
async function begin(id: string, at: number): Promise<Entry | null> {
  let begun: Entry | null = null;
  await change(id, (entry) => {
    if (!isWaiting(entry) || entry.notBefore > at) return entry;
    begun = {
      ...entry,
      status: entry.status === "held" ? "queued" : entry.status,
      attempts: entry.attempts + 1,
    };
    return begun;
  });
  return begun;
}

async function trySend({ id, server, body }: Entry, now: () => number): Promise<void> {
  try {
    const { state } = await submit(server, body, await credentialFor(server, body));
    // A person may have asked for it to be withdrawn while it was under way: that stands.
    await change(id, (entry) =>
      entry.status === "queued"
        ? { ...answered(entry, state, now()), status: "sent", body: "", attempts: 0 }
        : entry,
    );
  } catch (error) {
    await change(id, (entry) => {
      if (entry.status !== "queued") return entry;
      return error instanceof RefusedError
        ? { ...entry, status: "refused", message: error.message }
        : later(entry, error, now());
    });
  }
}

async function tryWithdraw({ id, server, receiptKey }: Entry, now: () => number): Promise<void> {
  try {
    const { state } = await withdrawAtServer(server, receiptKey);
    await change(id, (entry) => ({ ...answered(entry, state, now()), status: "sent", attempts: 0 }));
  } catch (error) {
    await change(id, (entry) => {
      // Without a code it was not the server that refused, but something on the way to it.
      if (!(error instanceof RefusedError) || !error.code) return later(entry, error, now());
      const isUnknown = error.code === "receipt_unknown";
      // The report may still be on its way: the key is kept, and the server asked again.
      if (isUnknown && now() < (entry.withdrawnAt ?? 0) + UNKNOWN_MAX_MS)
        return later(entry, new Error(say("withdraw_unconfirmed")), now());
      return isUnknown && entry.serverState === null
        ? { ...answered(entry, "withdrawn", now()), status: "sent", attempts: 0 }
        : { ...entry, status: "sent", message: error.message };
    });
  }
}

function answered(entry: Entry, state: ServerState, at: number): Entry {
  return { ...entry, serverState: state, checkedOn: today(new Date(at)), message: "" };
}

function later(entry: Entry, error: unknown, now: number): Entry {
  return { ...entry, notBefore: now + retryDelay(entry.attempts), message: wordsOf(error) };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function change(id: string, how: (entry: Entry) => Entry): Promise<void> {
  await changeOutbox((entries) => entries.map((entry) => (entry.id === id ? how(entry) : entry)));
}

/** True while the server's word on an entry may still change. */
function isOpen(entry: Entry): boolean {
  return entry.status === "sent" && entry.serverState !== "withdrawn";
}

/** Asks the server for the state of one report; where that fails, the last known state stays. */
export async function lookUpState(id: string, now = Date.now()): Promise<void> {
  const entry = (await loadOutbox()).find((kept) => kept.id === id);
  if (!entry || !isOpen(entry)) return;
  await noteSent(now);
  try {
    const { state } = await lookUp(entry.server, entry.receiptKey);
    await change(id, (kept) => (isOpen(kept) ? answered(kept, state, now) : kept));
  } catch (error) {
    await change(id, (kept) => (isOpen(kept) ? { ...kept, message: wordsOf(error) } : kept));
  }
}

/**
 * Looks up one report, the newest or any. Never several in one go: whoever sees the requests could
 * tell that one person sent them.
 */
export async function lookUpOne(which: "newest" | "any"): Promise<void> {
  const open = (await loadOutbox()).filter(isOpen);
  const chosen = which === "newest" ? open.at(-1) : open[Math.floor(Math.random() * open.length)];
  if (chosen) await lookUpState(chosen.id);
}
