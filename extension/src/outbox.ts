/**
 * Reports on their way, and the list of mine. An entry is `held` (it can be undone), then `queued`
 * until the server has acknowledged it, then `sent` or `refused`. A queued entry is sent again after
 * any failure: the server stores an id once. Its text is forgotten as soon as it has arrived.
 */
import { lookUp, RefusedError, submit, withdraw as withdrawAtServer, type Receipt, type ServerState } from "./api";
import { changeOutbox, exclusively, loadOptions, loadOutbox } from "./storage";

export interface Entry {
  id: string;
  receiptKey: string;
  server: string;
  site: string;
  domain: string | null;
  createdOn: string;
  status: "held" | "queued" | "sent" | "refused";
  /** Milliseconds since 1970 before which nothing is tried. */
  notBefore: number;
  attempts: number;
  /** The exact request body; "" once the server has it. */
  body: string;
  /** What the server last said; null before it answered. */
  serverState: ServerState | null;
  /** Why it was refused or waits, in words; "" if all is well. */
  message: string;
}

const RETRY_FIRST_MS = 30_000;
const RETRY_MAX_MS = 6 * 3_600_000;

/** Milliseconds to wait after so many failed attempts: doubling, at most six hours. */
export function retryDelay(attempts: number): number {
  return Math.min(RETRY_FIRST_MS * 2 ** Math.max(0, attempts - 1), RETRY_MAX_MS);
}

/** Holds a report for as long as the options say; it then goes by itself. */
export async function hold(report: Pick<Entry, "id" | "receiptKey" | "site" | "domain" | "body" | "createdOn">, now = Date.now()): Promise<Entry> {
  const { server, holdMinutes } = await loadOptions();
  const entry: Entry = {
    ...report,
    server,
    status: "held",
    notBefore: now + holdMinutes * 60_000,
    attempts: 0,
    serverState: null,
    message: "",
  };
  await changeOutbox((entries) => (entries.some(({ id }) => id === entry.id) ? entries : [...entries, entry]));
  return entry;
}

/** Takes a held report back; false if it has gone already. Nothing of it is kept. */
export async function undo(id: string): Promise<boolean> {
  let isUndone = false;
  await exclusively("flush", async () => {
    await changeOutbox((entries) => {
      isUndone = entries.some((entry) => entry.id === id && isWaiting(entry));
      return entries.filter((entry) => !(entry.id === id && isWaiting(entry)));
    });
  });
  return isUndone;
}

/** Ends the hold of a report: it goes at the next flush. */
export async function sendNow(id: string): Promise<void> {
  await change(id, (entry) => (isWaiting(entry) ? { ...entry, notBefore: 0 } : entry));
}

function isWaiting(entry: Entry): boolean {
  return entry.status === "held" || entry.status === "queued";
}

/** When the next entry is due, in milliseconds since 1970; null if none waits. */
export async function nextDue(): Promise<number | null> {
  const due = (await loadOutbox()).filter(isWaiting).map((entry) => entry.notBefore);
  return due.length > 0 ? Math.min(...due) : null;
}

/** Sends what is due, one after the other; only one flush runs at a time. */
export async function flush(now: () => number = Date.now): Promise<void> {
  await exclusively("flush", async () => {
    for (const { id } of (await loadOutbox()).filter((entry) => isWaiting(entry) && entry.notBefore <= now())) {
      const entry = (await loadOutbox()).find((kept) => kept.id === id);
      if (entry && isWaiting(entry)) await send(entry, now);
    }
  });
}

async function send(entry: Entry, now: () => number): Promise<void> {
  await change(entry.id, (kept) => ({ ...kept, status: "queued" }));
  try {
    const receipt = await submit(entry.server, entry.body);
    await change(entry.id, (kept) => arrived(kept, receipt));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const isRefused = error instanceof RefusedError;
    await change(entry.id, (kept) => ({
      ...kept,
      status: isRefused ? "refused" : "queued",
      attempts: kept.attempts + 1,
      notBefore: now() + retryDelay(kept.attempts + 1),
      message,
    }));
  }
}

function arrived(entry: Entry, receipt: Receipt): Entry {
  return { ...entry, status: "sent", body: "", serverState: receipt.state, message: "" };
}

async function change(id: string, how: (entry: Entry) => Entry): Promise<void> {
  await changeOutbox((entries) => entries.map((entry) => (entry.id === id ? how(entry) : entry)));
}

/** Asks the server for the state of every report that it has; what can't be asked keeps its state. */
export async function refresh(): Promise<void> {
  for (const entry of await loadOutbox()) {
    if (entry.status !== "sent" || entry.serverState === "withdrawn") continue;
    try {
      const { state } = await lookUp(entry.server, entry.receiptKey);
      await change(entry.id, (kept) => ({ ...kept, serverState: state, message: "" }));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      await change(entry.id, (kept) => ({ ...kept, message }));
    }
  }
}

/** Withdraws a sent report. Throws what the server or the network said if it did not work. */
export async function withdraw(id: string): Promise<void> {
  const entry = (await loadOutbox()).find((kept) => kept.id === id);
  if (entry?.status !== "sent") return;
  const { state } = await withdrawAtServer(entry.server, entry.receiptKey);
  await change(id, (kept) => ({ ...kept, serverState: state, message: "" }));
}

/** Takes a finished entry off the list; its receipt is gone with it. */
export async function forget(id: string): Promise<void> {
  await changeOutbox((entries) => entries.filter((entry) => entry.id !== id || isWaiting(entry)));
}
