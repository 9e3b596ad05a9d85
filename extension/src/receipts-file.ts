/** Receipts as a file: to keep them, or to take them to another machine. It holds keys, and no text. */
import type { Entry } from "./outbox";
import { say } from "./strings";

const VERSION = 1;
export const RECEIPTS_FILE_CHARS_MAX = 5_000_000;
export const RECEIPTS_MAX = 10_000;

type Kept = Pick<Entry, "id" | "receiptKey" | "server" | "site" | "domain" | "createdOn">;

/** The receipts of reports that a server has, or may have, as the text of a JSON file. */
export function receiptsFile(entries: readonly Entry[]): string {
  const receipts = entries
    .filter(({ status }) => status === "sent" || status === "queued" || status === "withdrawing")
    .map(({ id, receiptKey, server, site, domain, createdOn }): Kept => ({
      id,
      receiptKey,
      server,
      site,
      domain,
      createdOn,
    }));
  return `${JSON.stringify({ plumbline_receipts: VERSION, receipts }, null, 2)}\n`;
}

/** The entries that such a file holds; throws an Error that says what is wrong with it. */
export function entriesOf(text: string): Entry[] {
  if (text.length > RECEIPTS_FILE_CHARS_MAX) throw new Error(say("receipts_not_ours"));
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw new Error(say("receipts_not_ours"));
  }
  const { plumbline_receipts: version, receipts } = (read ?? {}) as Record<string, unknown>;
  if (version !== VERSION || !Array.isArray(receipts) || receipts.length > RECEIPTS_MAX)
    throw new Error(say("receipts_not_ours"));
  return receipts.map((receipt, index) => {
    if (!isKept(receipt)) throw new Error(say("receipts_broken", index + 1));
    return {
      id: receipt.id,
      receiptKey: receipt.receiptKey,
      server: receipt.server,
      site: receipt.site,
      domain: receipt.domain,
      createdOn: receipt.createdOn,
      status: "sent",
      notBefore: 0,
      attempts: 0,
      body: "",
      // What the server says of it is not known here until it is asked.
      serverState: "pending",
      withdrawnAt: null,
      checkedOn: "",
      message: "",
    };
  });
}

/** What is there already stays as it is; what is new comes before it. */
export function withReceipts(entries: Entry[], added: readonly Entry[]): Entry[] {
  const known = new Set(entries.map(({ id }) => id));
  return [...added.filter(({ id }, index) => !known.has(id) && added.findIndex((one) => one.id === id) === index), ...entries];
}

function isKept(receipt: unknown): receipt is Kept {
  if (typeof receipt !== "object" || receipt === null) return false;
  const { id, receiptKey, server, site, domain, createdOn } = receipt as Record<string, unknown>;
  return (
    matches(id, /^[0-9a-f-]{36}$/) &&
    matches(receiptKey, /^[0-9a-f]{32}$/) &&
    matches(site, /^[a-z0-9-]{1,40}$/) &&
    (domain === null || matches(domain, /^[a-z0-9-]{1,60}$/)) &&
    matches(createdOn, /^\d{4}-\d{2}-\d{2}$/) &&
    isOrigin(server)
  );
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}

/** An origin that may serve: https, or this computer. */
function isOrigin(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { origin, protocol, hostname } = new URL(value);
  const isLocal = protocol === "http:" && ["127.0.0.1", "localhost"].includes(hostname);
  return origin === value && (protocol === "https:" || isLocal);
}
