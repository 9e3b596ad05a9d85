/** An entry of the outbox, in words. */
import type { Entry } from "../outbox";
import { say } from "../strings";

export interface StateWords {
  /** For programs: the server's word where it has one, else the outbox's. */
  slug: NonNullable<Entry["serverState"]> | Exclude<Entry["status"], "sent">;
  word: string;
  help: string;
}

/** The state of an entry: a slug, a word for it, and what it means. */
export function stateOf({ status, serverState }: Entry): StateWords {
  const slug = status === "sent" ? (serverState ?? "pending") : status;
  return { slug, word: say(`state_${slug}`), help: say(`state_${slug}_help`) };
}

/** The public page of a report. */
export function pageOf(entry: Entry): string {
  return `${entry.server}/reports/${entry.id}/`;
}
