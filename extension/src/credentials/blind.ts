/**
 * Blind signatures: RFC 9474, RSABSSA-SHA384-PSS-Deterministic, 2048 bit. The server signs a message that
 * it cannot see, and knows its signature again later without being able to tell when it made it.
 */
import { RSABSSA } from "@cloudflare/blindrsa-ts";
import type { ListedKey } from "../api";
import { hex } from "../storage";

const SUITE = RSABSSA.SHA384.PSS.Deterministic();
const ALGORITHM = { name: "RSA-PSS", hash: "SHA-384" };
const MODULUS_BITS = 2048;
/** 65537: with an exponent of its own choice a server might learn something of what it signs. */
const EXPONENT = "010001";

/** A message on its way to a signature: what is sent is `blinded`, the rest stays here to finish it. */
export interface Blind {
  key: ListedKey;
  /** What is signed: the nonce, or with a key of the purpose contributor the tag. */
  subject: string;
  blinded: string;
  inv: string;
}

/** A subject with its finished signature. */
export interface Signed {
  key: ListedKey;
  subject: string;
  signature: string;
}

/** 32 random bytes as 64 hex characters. */
export function makeNonce(): string {
  return hex(crypto.getRandomValues(new Uint8Array(32)));
}

/** Blinds a subject for a key; null if the key is not what it says, which is then not used. */
export async function blind(key: ListedKey, subject: string): Promise<Blind | null> {
  const publicKey = await publicKeyOf(key);
  if (!publicKey) return null;
  const { blindedMsg, inv } = await SUITE.blind(publicKey, SUITE.prepare(messageOf(key, subject)));
  return { key, subject, blinded: base64url(blindedMsg), inv: base64url(inv) };
}

/** What a blind signature has made of a subject, verified; null if it is no signature of it. */
export async function unblind({ key, subject, inv }: Blind, blindSignature: string): Promise<Signed | null> {
  const publicKey = await publicKeyOf(key);
  if (!publicKey) return null;
  try {
    const message = SUITE.prepare(messageOf(key, subject));
    const signature = await SUITE.finalize(publicKey, message, bytesOf(blindSignature), bytesOf(inv));
    return { key, subject, signature: base64url(signature) };
  } catch {
    return null;
  }
}

/** What a signature is of, in the server's words. */
function messageOf({ purpose, site, epoch }: ListedKey, subject: string): Uint8Array {
  const of = purpose === "contributor" ? `${site ?? ""}|${epoch ?? ""}|${subject}` : subject;
  return new TextEncoder().encode(`plumbline-credential-v1|${purpose}|${of}`);
}

/** The key to compute with; null if its id is not its digest, or if it is of another kind or size. */
async function publicKeyOf({ id, public_key }: ListedKey): Promise<CryptoKey | null> {
  try {
    const spki = bytesOf(public_key);
    if (hex(new Uint8Array(await crypto.subtle.digest("SHA-256", spki))) !== id) return null;
    const key = await crypto.subtle.importKey("spki", spki, ALGORITHM, true, ["verify"]);
    const { modulusLength, publicExponent } = key.algorithm as RsaHashedKeyAlgorithm;
    return modulusLength === MODULUS_BITS && hex(publicExponent) === EXPONENT ? key : null;
  } catch {
    return null;
  }
}

/** Bytes in base64url without padding. */
function base64url(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The bytes of base64url; throws if it is none. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
}
