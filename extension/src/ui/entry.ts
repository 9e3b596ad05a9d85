/** An entry of the outbox, in words. */
import type { Entry } from "../outbox";
import { STATES } from "../strings";

/** The word for an entry's state, and what it means. */
export function stateOf(entry: Entry): readonly [string, string] {
  if (entry.status === "sent") return STATES[entry.serverState ?? "pending"];
  return STATES[entry.status];
}

/** The public page of a report. */
export function pageOf(entry: Entry): string {
  return `${entry.server}/reports/${entry.id}/`;
}
