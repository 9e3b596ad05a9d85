/**
 * Ratings and exposures on their way. A body is written down once and sent again, byte for byte, until
 * the server has answered: it stores an id once, so nothing is doubled and no noise is drawn twice.
 */
import { RefusedError, sendExposures, sendRating, UnreachableError } from "../api";
import { retryDelay } from "../outbox";
import { today } from "../report";
import { changeControls, exclusively, loadControls } from "../storage";

export interface Outgoing {
  id: string;
  kind: "rating" | "exposures";
  server: string;
  body: string;
  /** Milliseconds since 1970 before which nothing is tried. */
  notBefore: number;
  /** Milliseconds since 1970 after which it would not count any more. */
  expiresAt: number;
  attempts: number;
}

/** So many that have arrived are kept for the person to see. */
export const SENT_MAX = 60;
const EXPIRES_MS = 28 * 24 * 3_600_000;

/** A body as it waits, to go after a delay. */
export function outgoing(
  what: Pick<Outgoing, "id" | "kind" | "server" | "body">,
  now: number,
  delayMs: number,
): Outgoing {
  return { ...what, notBefore: now + delayMs, expiresAt: now + EXPIRES_MS, attempts: 0 };
}

/** What waits, exactly as it will be sent. */
export async function loadOutgoing(): Promise<Outgoing[]> {
  return (await loadControls()).outgoing;
}

/** Takes back what has not been tried yet; false if it is on its way already. */
export async function takeBack(id: string): Promise<boolean> {
  let isTaken = false;
  await changeOutgoing((waiting) =>
    waiting.filter((one) => {
      const isIt = one.id === id && one.attempts === 0;
      isTaken ||= isIt;
      return !isIt;
    }),
  );
  return isTaken;
}

/** Takes back everything of a kind that has not arrived: the person no longer wants it sent. */
export async function takeBackAll(kind: Outgoing["kind"]): Promise<void> {
  await changeOutgoing((waiting) => waiting.filter((one) => one.kind !== kind));
}

/** Sends what is due, one after the other; how many the server has taken. */
export async function sendDue(now = Date.now()): Promise<number> {
  return exclusively("outgoing", async () => {
    await changeOutgoing((waiting) => waiting.filter(({ expiresAt }) => expiresAt > now));
    let taken = 0;
    for (const due of (await loadOutgoing()).filter(({ notBefore }) => notBefore <= now))
      if (await send(due, now)) taken += 1;
    return taken;
  });
}

/** When something is due next, in milliseconds since 1970; null if nothing waits. */
export async function nextDue(): Promise<number | null> {
  const times = (await loadOutgoing()).map(({ notBefore }) => notBefore);
  return times.length ? Math.min(...times) : null;
}

async function send({ id }: Outgoing, now: number): Promise<boolean> {
  // An attempt is written down before it is made; it may have been taken back a moment ago.
  let current: Outgoing | undefined;
  await changeOutgoing((waiting) =>
    waiting.map((one) => {
      if (one.id !== id) return one;
      const attempts = one.attempts + 1;
      return (current = { ...one, attempts, notBefore: now + retryDelay(attempts) });
    }),
  );
  if (!current) return false;
  try {
    await (current.kind === "rating" ? sendRating : sendExposures)(current.server, current.body);
  } catch (error) {
    if (error instanceof UnreachableError) return false;
    if (!(error instanceof RefusedError)) throw error;
    await drop(id);
    return false;
  }
  const { body } = current;
  await changeControls(({ sent, outgoing: waiting, ...rest }) => ({
    ...rest,
    outgoing: waiting.filter((one) => one.id !== id),
    sent: [...sent, { sentOn: today(new Date(now)), body }].slice(-SENT_MAX),
  }));
  return true;
}

async function drop(id: string): Promise<void> {
  await changeOutgoing((waiting) => waiting.filter((one) => one.id !== id));
}

async function changeOutgoing(change: (waiting: Outgoing[]) => Outgoing[]): Promise<void> {
  await changeControls((controls) => ({ ...controls, outgoing: change(controls.outgoing) }));
}
