/**
 * What this install has to show that a contributor's tag is of one install among many: known for two
 * weeks, and with five ratings answered. The server signs all of it blindly, and can't tell who is who.
 *
 *     start, and 14 days after its week --+
 *     five ratings, each with a stamp ----+-> signatures of the tags of one epoch, and a renewal
 *     a renewal -----------------------------> the same for a later epoch; and so on
 *
 * steps.ts asks for these, stamps.ts for what ratings bring, blind.ts does the mathematics, and
 * standing.ts says what follows for the person.
 */
import { listKeys, type ListedKey } from "../api";
import { epochOf } from "../receipts";
import { changeCredentials, loadCredentials, loadOptions, NO_CREDENTIALS, type Options } from "../storage";
import type { Blind, Signed } from "./blind";

const DAY_MS = 24 * 3_600_000;

/** A signature over a nonce, as it is shown to the server: once. */
export interface Credential {
  key_id: string;
  nonce: string;
  signature: string;
}

/** What is asked for next: to be known, to be established, or to stay so in a later epoch. */
export type Step = "start" | "establish" | "renew";

/** A request that is sent, byte for byte, until it is answered; with the secrets that finish the answer. */
export interface Pending {
  step: Step;
  /** The epoch of what is asked for; null for a start. */
  epoch: number | null;
  body: string;
  blinds: Blind[];
}

export interface Credentials {
  /** Whose all of this is; "" before there is anything. */
  server: string;
  ratingsNeeded: number;
  establishedAfterDays: number;
  /** The key of this epoch for stamps, so that the list of keys need not be asked for each time. */
  ratedKey: ListedKey | null;
  /** With the day on which it came, and the last day of its key's week. */
  start: { credential: Credential; since: string; endsOn: string } | null;
  rated: Credential[];
  renewal: { credential: Credential; epoch: number } | null;
  /** What reports of a tag carry. */
  signatures: { tag: string; epoch: number; signature: string }[];
  /** When the next step is tried, in milliseconds since 1970, and how often it was begun. */
  plan: { step: Step; at: number; attempts: number } | null;
  pending: Pending | null;
}

/** A signed nonce in the form in which it is shown. */
export function credentialOf({ key, subject, signature }: Signed): Credential {
  return { key_id: key.id, nonce: subject, signature };
}

/** Whether the server may be asked for credentials at all: an unlinked tag can't have one. */
export function areCredentialsWanted({ sendsRatings, isLinked }: Options): boolean {
  return sendsRatings && isLinked;
}

/** What is kept for a server: nothing if what is kept is another's. */
export function keptFor(server: string, credentials: Credentials): Credentials {
  return credentials.server === server ? credentials : { ...NO_CREDENTIALS, server };
}

/** Changes what is kept for this server, and gives it; null where it has been forgotten meanwhile. */
export async function change(
  server: string,
  how: (kept: Credentials) => Credentials,
): Promise<Credentials | null> {
  const after = await changeCredentials((kept) => (kept.server === server ? how(kept) : kept));
  return after.server === server ? after : null;
}

/** When a start is old enough to be redeemed: so many days after its week is over, by the server's days. */
export function maturesAt({ start, establishedAfterDays }: Credentials): number {
  return start ? Date.parse(start.endsOn) + (1 + establishedAfterDays) * DAY_MS : Infinity;
}

/** The signature of the tag in a body that goes to this server; null if there is none. */
export async function credentialFor(server: string, body: string): Promise<string | null> {
  const { server: owner, signatures } = await loadCredentials();
  if (owner !== server || signatures.length === 0) return null;
  const { contributor_tag: tag } = JSON.parse(body) as { contributor_tag?: unknown };
  return signatures.find((one) => one.tag === tag)?.signature ?? null;
}

/** The keys that the server lists; what they say of stamps and conditions is kept. */
export async function freshKeys(server: string, now: number): Promise<ListedKey[]> {
  const { keys, ratings_needed, established_after_days } = await listKeys(server);
  const epoch = epochOf(new Date(now));
  await change(server, (kept) => ({
    ...kept,
    ratingsNeeded: ratings_needed,
    establishedAfterDays: established_after_days,
    ratedKey: keys.find((key) => key.purpose === "rated" && key.epoch === epoch) ?? null,
  }));
  return keys;
}

/**
 * Follows the options: forgets what another server gave, and what is planned where nothing is wanted any
 * more. A request that has begun is kept: the server may have answered it, and would not do so twice.
 */
export async function followOptions(): Promise<void> {
  const options = await loadOptions();
  await changeCredentials((kept) => {
    if (kept.server !== "" && kept.server !== options.server) return NO_CREDENTIALS;
    return areCredentialsWanted(options) || kept.plan === null ? kept : { ...kept, plan: null };
  });
}
