/** A server that keeps the protocol of credentials. It signs by OpenSSL, and not by the library that blinds. */
import { constants, createHash, KeyObject, privateDecrypt } from "node:crypto";
import { RSABSSA } from "@cloudflare/blindrsa-ts";
import { createChallenge, verifySolution } from "altcha-lib";
import { deriveKey } from "altcha-lib/algorithms/web/pbkdf2";
import type { Challenge, Solution } from "altcha-lib/types";
import type { ListedKey } from "../src/api";
import { epochBegin, epochOf } from "../src/receipts";

const SUITE = RSABSSA.SHA384.PSS.Deterministic();
const EXPONENT = new Uint8Array([1, 0, 1]);
const DAY = 24 * 3_600_000;
const SECRET = "a secret of the tests";
export const SITES = ["chatgpt", "claude", "gemini"];

interface Pair {
  listed: ListedKey;
  pair: CryptoKeyPair;
}
export interface Asked {
  path: string;
  body: string;
  headers: Record<string, string>;
}
interface Shown {
  key_id: string;
  nonce: string;
  signature: string;
}

const encode = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url");
const decode = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, "base64url"));
const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The blinded message to the power of the private exponent: RFC 9474's BlindSign. */
function rawSignature(key: CryptoKey, blinded: Uint8Array): Uint8Array {
  return privateDecrypt({ key: KeyObject.from(key), padding: constants.RSA_NO_PADDING }, blinded);
}

/** Making a key takes half a second: each is made once for all tests. */
const made = new Map<string, Promise<Pair>>();

async function keyFor(
  purpose: ListedKey["purpose"],
  begin: number,
  days: number,
  site: string | null,
  bits = 2048,
): Promise<Pair> {
  const name = [purpose, begin, site, bits].join();
  const known = made.get(name) ?? makeKey(purpose, begin, days, site, bits);
  made.set(name, known);
  return known;
}

async function makeKey(
  purpose: ListedKey["purpose"],
  begin: number,
  days: number,
  site: string | null,
  bits: number,
): Promise<Pair> {
  const pair = await SUITE.generateKey({ modulusLength: bits, publicExponent: EXPONENT });
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  const epoch = purpose === "start" ? null : epochOf(new Date(begin));
  const days_ = { begins_on: dayOf(begin), ends_on: dayOf(begin + (days - 1) * DAY) };
  return { pair, listed: { id: sha256(spki), purpose, site, epoch, ...days_, public_key: encode(spki) } };
}

/** A key that is right but for its size. */
export async function smallKey(
  purpose: ListedKey["purpose"],
  now: number,
  site: string | null,
): Promise<ListedKey> {
  return (await keyFor(purpose, epochBegin(epochOf(new Date(now))), 56, site, 1024)).listed;
}

class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

export class CredentialServer {
  now = 0;
  asked: Asked[] = [];
  /** The next answer of each of these paths is lost on its way, after the server has done its part. */
  loses: string[] = [];
  /** Refuses requests to a path, before anything else is done. */
  refuses: Record<string, [status: number, code: string]> = {};
  /** Changes the list of keys as it is told. */
  lists = (keys: ListedKey[]): ListedKey[] => keys;
  /** Changes a blind signature as it is told. */
  signs = (signature: string): string => signature;
  cost = 10;
  /** Bodies that came with a signature of their tag. */
  counted: string[] = [];
  private readonly answers = new Map<string, { request: string; answer: unknown }>();
  private readonly spent = new Set<string>();

  /** Stands in for `fetch`. */
  readonly fetch = async (url: string, request: RequestInit): Promise<Response> => {
    const path = new URL(url).pathname.replace("/api/v1", "");
    const asked = {
      path,
      body: (request.body ?? "") as string,
      headers: (request.headers ?? {}) as Record<string, string>,
    };
    this.asked.push(asked);
    const [status, body] = await this.answer(asked);
    if (this.loses.includes(path)) {
      this.loses = this.loses.filter((one) => one !== path);
      throw new Error("lost");
    }
    return new Response(JSON.stringify(body), { status });
  };

  paths(): string[] {
    return this.asked.map(({ path }) => path);
  }

  bodies(path: string): string[] {
    return this.asked.filter((one) => one.path === path).map(({ body }) => body);
  }

  private async answer(asked: Asked): Promise<[number, unknown]> {
    try {
      const refusal = this.refuses[asked.path];
      if (refusal) throw new Refusal(...refusal);
      const body = asked.body ? (JSON.parse(asked.body) as Record<string, unknown>) : {};
      switch (asked.path) {
        case "/credentials/keys/":
          return [200, { keys: await this.listed(), established_after_days: 14, ratings_needed: 5 }];
        case "/credentials/challenge/":
          return [200, await this.challenge()];
        case "/credentials/start/":
          return [200, await this.start(body as unknown as Parameters<CredentialServer["start"]>[0])];
        case "/credentials/":
          return [
            200,
            await this.once(asked.body, asked.body, () => this.redeem(body as unknown as Redemption)),
          ];
        case "/ratings/":
          return [201, await this.rating(asked, String(body["id"]))];
        default:
          await this.count(asked);
          return [201, { id: body["id"], state: "pending", received_on: dayOf(this.now), public_from: null }];
      }
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return [error.status, { error: { code: error.code, message: "No.", fields: {} } }];
    }
  }

  /** The same request again gets the same answer; another one of the same name is refused. */
  private async once(name: string, request: string, work: () => Promise<unknown>): Promise<unknown> {
    const known = this.answers.get(name);
    if (known && known.request !== request) throw new Refusal(409, "credential_spent");
    if (known) return known.answer;
    const answer = await work();
    this.answers.set(name, { request, answer });
    return answer;
  }

  private async signable(): Promise<Pair[]> {
    const epoch = epochOf(new Date(this.now));
    const monday = this.now - ((this.now - Date.UTC(1970, 0, 5)) % (7 * DAY));
    const isSoon = this.now >= epochBegin(epoch + 1) - 14 * DAY;
    const renewable = (isSoon ? [epoch, epoch + 1] : [epoch]).flatMap((one) => [
      keyFor("renewal", epochBegin(one), 56, null),
      ...SITES.map((site) => keyFor("contributor", epochBegin(one), 56, site)),
    ]);
    return Promise.all([
      keyFor("start", monday, 7, null),
      keyFor("rated", epochBegin(epoch), 56, null),
      ...renewable,
    ]);
  }

  private async listed(): Promise<ListedKey[]> {
    return this.lists((await this.signable()).map(({ listed }) => listed));
  }

  private async challenge(): Promise<Challenge> {
    const parameters = {
      algorithm: "PBKDF2/SHA-256",
      cost: this.cost,
      keyPrefix: "00",
      hmacSignatureSecret: SECRET,
    };
    return createChallenge({ ...parameters, deriveKey });
  }

  private async start(body: {
    challenge: Challenge;
    solution: Solution;
    key_id: string;
    blinded: string;
  }): Promise<unknown> {
    const { challenge, solution, key_id, blinded } = body;
    const { verified } = await verifySolution({
      challenge,
      solution,
      deriveKey,
      hmacSignatureSecret: SECRET,
    });
    if (!verified) throw new Refusal(400, "challenge_invalid");
    return this.once(challenge.signature ?? "", JSON.stringify(body), async () => ({
      blind_signature: await this.sign(key_id, "start", blinded),
    }));
  }

  private async rating(asked: Asked, id: string): Promise<unknown> {
    const [keyId = "", blinded = ""] = (asked.headers["Plumbline-Stamp"] ?? "").split(".");
    const answer = await this.once(
      `rating ${id}`,
      JSON.stringify([asked.body, keyId, blinded]),
      async () => ({
        id,
        received_on: dayOf(this.now),
        blind_signature: blinded ? await this.sign(keyId, "rated", blinded).catch(() => null) : null,
      }),
    );
    await this.count(asked);
    return answer;
  }

  private async sign(keyId: string, purpose: ListedKey["purpose"], blinded: string): Promise<string> {
    const key = (await this.signable()).find(
      ({ listed }) => listed.id === keyId && listed.purpose === purpose,
    );
    if (!key) throw new Refusal(400, "signing_key_unknown");
    if (decode(blinded).length !== 256) throw new Refusal(400, "credentials_unfit");
    return this.signs(encode(rawSignature(key.pair.privateKey, decode(blinded))));
  }

  private async redeem({ spent, blinded }: Redemption): Promise<unknown> {
    const keys = await Promise.all([...made.values()]);
    const keyOf = (id: string): ListedKey => {
      const found = keys.find(({ listed }) => listed.id === id);
      if (!found) throw new Refusal(400, "credential_invalid");
      return found.listed;
    };
    for (const one of spent)
      if (!(await this.isSigned(keyOf(one.key_id), one.nonce, one.signature)))
        throw new Refusal(400, "credential_invalid");
    const purposes = spent.map(({ key_id }) => keyOf(key_id).purpose);
    const asked = blinded.map(({ key_id }) => keyOf(key_id));
    const [epoch] = asked.map((key) => key.epoch);
    const isEstablishing = purposes.join() === "start,rated,rated,rated,rated,rated";
    const renewed = purposes.join() === "renewal" ? keyOf(spent[0]?.key_id ?? "").epoch : null;
    const isFit =
      (isEstablishing || renewed !== null) &&
      new Set(asked.map(({ id }) => id)).size === asked.length &&
      asked.every((key) => key.epoch === epoch) &&
      asked.filter(({ purpose }) => purpose === "renewal").length === 1 &&
      asked.every(({ purpose }) => purpose === "renewal" || purpose === "contributor") &&
      (renewed === null || Number(epoch) > renewed);
    if (!isFit) throw new Refusal(400, "credentials_unfit");
    if (renewed !== null && Number(epoch) > renewed + 6) throw new Refusal(400, "credential_invalid");
    const endsOn = keyOf(spent[0]?.key_id ?? "").ends_on;
    if (isEstablishing && this.now < Date.parse(endsOn) + 15 * DAY)
      throw new Refusal(409, "credential_too_young");
    if (spent.some(({ nonce }) => this.spent.has(nonce))) throw new Refusal(409, "credential_spent");
    spent.forEach(({ nonce }) => this.spent.add(nonce));
    const signatures = [];
    for (const one of blinded)
      signatures.push(await this.sign(one.key_id, keyOf(one.key_id).purpose, one.blinded));
    return { blind_signatures: signatures };
  }

  /** Notes a body whose tag is signed, by a key of its site. */
  private async count({ body, headers }: Asked): Promise<void> {
    const signature = headers["Plumbline-Credential"];
    if (signature === undefined) return;
    const { site, contributor_tag: tag } = JSON.parse(body) as { site: string; contributor_tag: string };
    for (const { listed } of await Promise.all([...made.values()]))
      if (
        listed.site === site &&
        (await this.isSigned(listed, `${site}|${listed.epoch ?? ""}|${tag}`, signature))
      )
        this.counted.push(body);
  }

  private async isSigned(
    { purpose, public_key }: ListedKey,
    subject: string,
    signature: string,
  ): Promise<boolean> {
    const key = await crypto.subtle.importKey(
      "spki",
      decode(public_key),
      { name: "RSA-PSS", hash: "SHA-384" },
      true,
      ["verify"],
    );
    const message = new TextEncoder().encode(`plumbline-credential-v1|${purpose}|${subject}`);
    return SUITE.verify(key, decode(signature), message);
  }
}

interface Redemption {
  spent: Shown[];
  blinded: { key_id: string; blinded: string }[];
}
