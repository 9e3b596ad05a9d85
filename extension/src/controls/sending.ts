/**
 * Ratings and exposures on their way. A body is written down once and sent again, byte for byte, until
 * the server has answered: it stores an id once, so nothing is doubled and no noise is drawn twice.
 */
import { RefusedError, sendExposures, sendRating, UnreachableError } from "../api";
import { retryDelay } from "../outbox";
import { today } from "../report";
import { changeControls, exclusively } from "../storage";
import { changeOutgoing, loadOutgoing, type Outgoing } from "./outgoing";

/** So many that have arrived are kept for the person to see. */
export const SENT_MAX = 60;

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
