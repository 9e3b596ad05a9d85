/** Receipt keys and contributor tags: made here, and only their hashes leave. */
import { hex, installSecret } from "./storage";

const WEEK_MS = 7 * 24 * 3_600_000;
const FIRST_MONDAY_MS = Date.UTC(1970, 0, 5);

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A fresh receipt key: 128 random bits as 32 hex characters. Whoever has it can withdraw. */
export function makeReceiptKey(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

/** The form in which the server knows a receipt key: SHA-256 of its characters, in hex. */
export async function receiptKeyHash(key: string): Promise<string> {
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(key))));
}

/** Number of the 8-week epoch that holds a day, counted from Monday 5 January 1970. */
export function epochOf(day: Date): number {
  return Math.floor((day.getTime() - FIRST_MONDAY_MS) / (8 * WEEK_MS));
}

/** The moment in which an epoch begins, in milliseconds since 1970; the one before it ends there. */
export function epochBegin(epoch: number): number {
  return FIRST_MONDAY_MS + epoch * 8 * WEEK_MS;
}

/**
 * The tag by which the server counts one person once within a site and an epoch: the first 8 bytes
 * of HMAC-SHA256(secret, "v1|" site "|" epoch). It links nothing across sites or epochs.
 */
export async function contributorTag(secret: string, site: string, day: Date): Promise<string> {
  const key = await crypto.subtle.importKey(
    "raw",
    bytesOf(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  const mac = await crypto.subtle.sign("HMAC", key, bytesOf(`v1|${site}|${epochOf(day)}`));
  return hex(new Uint8Array(mac).slice(0, 8));
}

/** The tag for a report: linked within site and epoch, or random where the person chose so. */
export async function tagFor(site: string, day: Date, isLinked: boolean): Promise<string> {
  if (!isLinked) return hex(crypto.getRandomValues(new Uint8Array(8)));
  return contributorTag(await installSecret(), site, day);
}
