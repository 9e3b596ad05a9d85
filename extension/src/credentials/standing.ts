/** Whether this install's reports count, and since or until when: what the person is told. */
import { epochBegin, epochOf } from "../receipts";
import type { Options } from "../storage";
import { areCredentialsWanted, keptFor, maturesAt, type Credentials } from "./credentials";

const DAY_MS = 24 * 3_600_000;

export type Standing =
  /** They do not: reports are unlinked, or ratings are off. */
  | { is: "unlinked" | "off" }
  /** They do, without more: the server is on this very machine. */
  | { is: "own" }
  /** Not yet: the server does not know this install. */
  | { is: "beginning"; rated: number; needed: number }
  /** Not yet, but from about a day on, if the ratings are answered. */
  | { is: "known"; rated: number; needed: number; since: number; from: number }
  /** Not now: what is needed for these eight weeks is still to come. */
  | { is: "renewing" }
  /** They do, to a day; it is renewed before, or with ratings off it is not. */
  | { is: "counting" | "ending"; until: number };

/** What credentials and options amount to; days in milliseconds since 1970. */
export function standingOf(credentials: Credentials, options: Options, now: number): Standing {
  if (!options.isLinked) return { is: "unlinked" };
  // Only a server on this machine is spoken to without encryption, and there everybody counts.
  if (options.server.startsWith("http://")) return { is: "own" };
  const kept = keptFor(options.server, credentials);
  const epoch = epochOf(new Date(now));
  const isSigned = (which: number): boolean => kept.signatures.some((one) => one.epoch === which);
  if (isSigned(epoch)) {
    const until = epochBegin((isSigned(epoch + 1) ? epoch + 1 : epoch) + 1) - DAY_MS;
    return { is: areCredentialsWanted(options) ? "counting" : "ending", until };
  }
  if (!areCredentialsWanted(options)) return { is: "off" };
  if (kept.renewal) return { is: "renewing" };
  const { start, rated, ratingsNeeded } = kept;
  const answers = { rated: Math.min(rated.length, ratingsNeeded), needed: ratingsNeeded };
  if (!start) return { is: "beginning", ...answers };
  // At most one rating a day is asked for.
  const answeredAt = now + (answers.needed - answers.rated) * DAY_MS;
  const from = Math.max(maturesAt(kept), answeredAt);
  return { is: "known", ...answers, since: Date.parse(start.since), from };
}
