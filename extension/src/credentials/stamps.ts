/** Stamps: each of the first ratings brings a credential that shows that one was answered, not which. */
import { RefusedError, UnreachableError, type ListedKey } from "../api";
import { epochOf } from "../receipts";
import { changeCredentials, loadCredentials, loadOptions } from "../storage";
import { blind, makeNonce, unblind, type Blind } from "./blind";
import { areCredentialsWanted, change, credentialOf, freshKeys, keptFor, type Credentials } from "./credentials";

/** A stamp for a rating that goes to this server; null where none is needed, wanted or to be had. */
export async function stampFor(server: string, now: number): Promise<Blind | null> {
  const options = await loadOptions();
  if (!areCredentialsWanted(options) || options.server !== server) return null;
  if (!needsStamps(keptFor(server, await loadCredentials()))) return null;
  const key = await ratedKey(server, now);
  return key && blind(key, makeNonce());
}

/** A stamp as the header has it. */
export function stampHeader({ key, blinded }: Blind): string {
  return `${key.id}.${blinded}`;
}

/**
 * Keeps what a stamped rating brought, where it is a signature; the same one only once. Where it is none
 * the key may have been replaced: the next rating asks for the list of keys anew.
 */
export async function keepRated(server: string, stamp: Blind, blindSignature: unknown): Promise<void> {
  const signed = typeof blindSignature === "string" ? await unblind(stamp, blindSignature) : null;
  if (!signed) {
    await change(server, (kept) => ({ ...kept, ratedKey: null }));
    return;
  }
  await change(server, (kept) => {
    const isKnown = kept.rated.some(({ nonce }) => nonce === signed.subject);
    return isKnown || !needsStamps(kept) ? kept : { ...kept, rated: [...kept.rated, credentialOf(signed)] };
  });
}

function needsStamps({ rated, ratingsNeeded, renewal }: Credentials): boolean {
  return renewal === null && rated.length < ratingsNeeded;
}

/** This epoch's key for stamps; null if it can't be had now. */
async function ratedKey(server: string, now: number): Promise<ListedKey | null> {
  const kept = await changeCredentials((before) => keptFor(server, before));
  const epoch = epochOf(new Date(now));
  if (kept.ratedKey?.epoch === epoch) return kept.ratedKey;
  try {
    const keys = await freshKeys(server, now);
    return keys.find((key) => key.purpose === "rated" && key.epoch === epoch) ?? null;
  } catch (error) {
    if (error instanceof UnreachableError || error instanceof RefusedError) return null;
    throw error;
  }
}
