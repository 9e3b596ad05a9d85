/** What becomes of credentials where an answer is lost, or is not what it should be. */
import { beforeEach, describe, expect, it } from "vitest";
import { loadOutgoing } from "../src/controls/outgoing";
import { sendDue } from "../src/controls/sending";
import {
  changeControls,
  changeCredentials,
  forgetEverything,
  loadCredentials,
  NO_CREDENTIALS,
  saveOptions,
} from "../src/storage";
import { Contributor, DAY, HOUR, MATURE, NEXT, NOW, REDEMPTION, SERVER, START, WANTED } from "./contributor";
import { SITES, smallKey, type CredentialServer } from "./credential-server";

let person: Contributor;
let server: CredentialServer;

beforeEach(async () => {
  person = new Contributor();
  ({ server } = person);
  await person.begin();
});

describe("an answer that is lost", () => {
  it("is asked for again, byte for byte, until it comes: of a start", async () => {
    server.refuses = { "/credentials/start/": [503, "unavailable"] };
    await person.wake(NOW);
    server.refuses = {};
    server.loses = ["/credentials/start/"];
    expect(await person.wake(NOW + 29_999)).toEqual([]);
    expect(await person.wake(NOW + 30_000)).toEqual(["/credentials/start/"]);
    expect((await loadCredentials()).start).toBeNull();
    expect(await person.wake(NOW + HOUR)).toEqual(["/credentials/start/"]);
    expect((await loadCredentials()).start).not.toBeNull();
    expect(new Set(server.bodies("/credentials/start/")).size).toBe(1);
  });

  it("of a stamped rating: the header is the same too, and what it brings is kept once", async () => {
    await person.wake(NOW);
    await person.answer(NOW + HOUR);
    server.loses = ["/ratings/"];
    await sendDue(NOW + 2 * HOUR);
    expect((await loadCredentials()).rated).toEqual([]);
    const waiting = await loadOutgoing();
    await sendDue(NOW + 3 * HOUR);
    const [first, second] = server.asked.filter(({ path }) => path === "/ratings/");
    expect(second).toEqual(first);
    expect((await loadCredentials()).rated).toHaveLength(1);
    expect(await loadOutgoing()).toEqual([]);

    // The browser stopped before the rating was off the list: it goes once more, and brings nothing new.
    await changeControls((controls) => ({ ...controls, outgoing: waiting }));
    await sendDue(NOW + 4 * HOUR);
    expect((await loadCredentials()).rated).toHaveLength(1);
  });

  it("of a redemption, for an install and for an epoch", async () => {
    await person.becomeReady();
    await person.wake(MATURE);
    server.loses = REDEMPTION;
    expect(await person.wake(MATURE + HOUR)).toEqual(["/credentials/keys/"]);
    expect(await person.wake(MATURE + 2 * HOUR)).toEqual(REDEMPTION);
    expect(await person.wake(MATURE + 3 * HOUR)).toEqual(["/credentials/"]);
    await person.wake(NEXT);
    await person.wake(NEXT + HOUR);
    const bodies = server.bodies("/credentials/");
    expect([bodies.length, new Set(bodies).size]).toEqual([3, 2]);
    expect((await loadCredentials()).renewal?.epoch).toBe(372);
  });
});

describe("a refusal", () => {
  const credential = { key_id: "a".repeat(64), nonce: "b".repeat(64), signature: "c" };
  const start = { credential, since: "2026-11-25", endsOn: "2026-11-29" };
  const ready = {
    ...NO_CREDENTIALS,
    server: SERVER,
    start,
    rated: Array(5).fill(credential) as (typeof credential)[],
  };
  const established = { ...NO_CREDENTIALS, server: SERVER, renewal: { credential, epoch: 371 } };

  it.each(["credential_spent", "credential_invalid", "credentials_unfit"])(
    "%s begins anew from a start",
    async (code) => {
      server.refuses = { "/credentials/": [400, code] };
      await changeCredentials(() => ready);
      await person.wake(MATURE);
      await person.wake(MATURE + HOUR);
      expect(await loadCredentials()).toMatchObject({ start: null, rated: [], pending: null, plan: null });
      expect((await person.wake(MATURE + 2 * HOUR)).at(-1)).toBe("/credentials/start/");

      await changeCredentials(() => ({
        ...established,
        signatures: [{ tag: "t", epoch: 371, signature: "s" }],
      }));
      await person.wake(NEXT);
      await person.wake(NEXT + HOUR);
      expect(await loadCredentials()).toMatchObject({
        renewal: null,
        pending: null,
        signatures: [{ tag: "t" }],
      });
    },
  );

  it("of one that is too young comes back a day later, with a new request", async () => {
    server.refuses = { "/credentials/": [409, "credential_too_young"] };
    await changeCredentials(() => ready);
    await person.wake(MATURE);
    await person.wake(MATURE + HOUR);
    expect(await loadCredentials()).toMatchObject({
      start,
      pending: null,
      plan: { at: MATURE + HOUR + DAY },
    });
    expect(await person.wake(MATURE + HOUR + DAY - 1)).toEqual([]);
    expect(await person.wake(MATURE + HOUR + DAY)).toEqual(REDEMPTION);
    expect(new Set(server.bodies("/credentials/")).size).toBe(2);
  });

  it("of a key that signs no more leaves what is shown as it was, and gets the keys anew", async () => {
    server.refuses = { "/credentials/": [400, "signing_key_unknown"] };
    await changeCredentials(() => ready);
    await person.wake(MATURE);
    await person.wake(MATURE + HOUR);
    expect(await loadCredentials()).toMatchObject({ start, rated: ready.rated, pending: null });
    await changeCredentials(() => established);
    await person.wake(NEXT);
    await person.wake(NEXT + HOUR);
    expect(await loadCredentials()).toMatchObject({ renewal: established.renewal, pending: null });
    expect(await person.wake(NEXT + 2 * HOUR)).toEqual(REDEMPTION);
  });

  it("of a stamp, whose key has been replaced, is no refusal of the next one", async () => {
    await person.wake(NOW);
    server.lists = (keys) =>
      keys.map((key) => (key.purpose === "renewal" ? { ...key, purpose: "rated" as const } : key)).reverse();
    await changeCredentials((kept) => ({ ...kept, ratedKey: null }));
    await person.rate(NOW + HOUR);
    expect((await loadCredentials()).rated).toEqual([]);
    server.lists = (keys) => keys;
    await person.rate(NOW + DAY);
    expect((await loadCredentials()).rated).toHaveLength(1);
  });

  it("of an epoch that has gone by leaves the renewal as it was", async () => {
    server.refuses = { "/credentials/": [503, "unavailable"] };
    await changeCredentials(() => ({ ...established, renewal: { credential, epoch: 370 } }));
    await person.wake(NOW);
    await person.wake(NOW + HOUR);
    expect((await loadCredentials()).pending).toMatchObject({ step: "renew", epoch: 371 });
    server.refuses = { "/credentials/": [400, "credentials_unfit"] };
    expect(await person.wake(NEXT + DAY)).toEqual(["/credentials/"]);
    expect(await loadCredentials()).toMatchObject({ pending: null, renewal: { epoch: 370 } });
    await person.wake(NEXT + 2 * DAY);
    expect((JSON.parse(server.bodies("/credentials/").at(-1) ?? "") as { spent: object[] }).spent).toEqual([
      credential,
    ]);
  });

  it.each([
    [400, "challenge_invalid", 30_000],
    [409, "credential_spent", 30_000],
  ])("%i %s of a start gets a new challenge", async (status, code, wait) => {
    server.refuses = { "/credentials/start/": [status, code] };
    await person.wake(NOW);
    expect((await loadCredentials()).pending).toBeNull();
    server.refuses = {};
    expect(await person.wake(NOW + wait)).toEqual(START);
    expect(new Set(server.bodies("/credentials/start/")).size).toBe(2);
  });

  it.each([
    [429, "too_many_installs"],
    [403, ""],
  ])("%i %s keeps the request and comes back later, ever later", async (status, code) => {
    server.refuses = { "/credentials/start/": [status, code] };
    const waits: number[] = [];
    for (let at = NOW; waits.length < 4; at = (await loadCredentials()).plan?.at ?? 0) {
      await person.wake(at);
      waits.push(((await loadCredentials()).plan?.at ?? 0) - at);
    }
    expect(waits).toEqual([30_000, 60_000, 120_000, 240_000]);
    expect(new Set(server.bodies("/credentials/start/")).size).toBe(1);
  });
});

describe("a server that cheats, or errs", () => {
  it("gets nothing for a key whose id is not its digest", async () => {
    server.lists = (keys) =>
      keys.map((key) => ({ ...key, id: key.purpose === "start" ? "0".repeat(64) : key.id }));
    expect(await person.wake(NOW)).toEqual(["/credentials/keys/"]);
    await forgetEverything();
    await saveOptions(WANTED);
    server.lists = (keys) =>
      keys.map((key) => ({ ...key, id: key.site === "claude" ? "0".repeat(64) : key.id }));
    await person.becomeEstablished();
    expect((await loadCredentials()).signatures).toHaveLength(SITES.length - 1);
  });

  it("nor for one of another size", async () => {
    const small = await smallKey("contributor", MATURE, "perplexity");
    await person.becomeReady();
    server.lists = (keys) => [...keys, small];
    await person.wake(MATURE);
    await person.wake(MATURE + HOUR);
    expect(server.bodies("/credentials/")[0]).not.toContain(small.id);
    expect((await loadCredentials()).signatures).toHaveLength(SITES.length);
  });

  it("gives nothing with a signature that does not verify", async () => {
    server.signs = (signature) => (signature.startsWith("A") ? "B" : "A") + signature.slice(1);
    await person.wake(NOW);
    expect(await loadCredentials()).toMatchObject({ start: null, pending: null });
    await person.rate(NOW + HOUR);
    expect(server.asked.at(-1)?.headers).toHaveProperty("Plumbline-Stamp");
    expect(await loadCredentials()).toMatchObject({ rated: [] });
    expect(await loadOutgoing()).toEqual([]);
  });

  it("can't make a browser work for long", async () => {
    server.cost = 100_001;
    expect(await person.wake(NOW)).toEqual(["/credentials/keys/", "/credentials/challenge/"]);
    expect(await loadCredentials()).toMatchObject({ pending: null, plan: { attempts: 1, at: NOW + 30_000 } });
  });

  it("that lists nothing yet is asked again later", async () => {
    server.lists = () => [];
    expect(await person.wake(NOW)).toEqual(["/credentials/keys/"]);
    expect(await person.wake(NOW + 29_999)).toEqual([]);
    expect(await person.wake(NOW + 30_000)).toEqual(["/credentials/keys/"]);
  });
});
