/**
 * Ratings and exposures on their way. A body is written down once and sent again, byte for byte, until
 * the server has answered: it stores an id once, so nothing is doubled and no noise is drawn twice.
 */
import { RefusedError, sendExposures, sendRating, UnreachableError } from "../api";
import { credentialFor } from "../credentials/credentials";
import { keepRated, stampFor, stampHeader } from "../credentials/stamps";
import { retryDelay } from "../outbox";
import { today } from "../report";
import { changeControls, exclusively, noteSent } from "../storage";
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

async function send(due: Outgoing, now: number): Promise<boolean> {
  const { id } = due;
  const stamp = due.kind === "rating" ? (due.stamp ?? (await stampFor(due.server, now))) : null;
  // An attempt is written down before it is made; it may have been taken back a moment ago.
  let current: Outgoing | undefined;
  await changeOutgoing((waiting) =>
    waiting.map((one) => {
      if (one.id !== id) return one;
      const attempts = one.attempts + 1;
      return (current = { ...one, ...(stamp && { stamp }), attempts, notBefore: now + retryDelay(attempts) });
    }),
  );
  if (!current) return false;
  await noteSent(now);
  try {
    await deliver(current);
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

/** Gives a body to the server, and keeps what the answer brings before the body is forgotten. */
async function deliver({ kind, server, body, stamp }: Outgoing): Promise<void> {
  const credential = await credentialFor(server, body);
  if (kind === "exposures") {
    await sendExposures(server, body, credential);
    return;
  }
  const { blind_signature } = await sendRating(server, body, credential, stamp ? stampHeader(stamp) : null);
  if (stamp) await keepRated(server, stamp, blind_signature);
}

async function drop(id: string): Promise<void> {
  await changeOutgoing((waiting) => waiting.filter((one) => one.id !== id));
}
