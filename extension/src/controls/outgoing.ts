/** Ratings and exposures that wait, until sending.ts has sent them: what will go, and what has gone. */
import type { Blind } from "../credentials/blind";
import { changeControls, loadControls } from "../storage";

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
  /** Asks for a credential beside a rating: the same at each attempt, because the server signs one. */
  stamp?: Blind;
}

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

/** When something is due next, in milliseconds since 1970; null if nothing waits. */
export async function nextDue(): Promise<number | null> {
  const times = (await loadOutgoing()).map(({ notBefore }) => notBefore);
  return times.length ? Math.min(...times) : null;
}

/** Changes what waits, as one write. */
export async function changeOutgoing(change: (waiting: Outgoing[]) => Outgoing[]): Promise<void> {
  await changeControls((controls) => ({ ...controls, outgoing: change(controls.outgoing) }));
}
