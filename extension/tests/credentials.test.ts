import { beforeEach, describe, expect, it, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { doWhatIsDue, forgetWhatIsOff } from "../src/controls/controls";
import { outgoing } from "../src/controls/outgoing";
import { sendDue } from "../src/controls/sending";
import { flush, hold, lookUpState } from "../src/outbox";
import { contributorTag, epochBegin, epochOf } from "../src/receipts";
import {
  changeControls,
  changeCredentials,
  forgetEverything,
  installSecret,
  loadCredentials,
  NO_CREDENTIALS,
  saveOptions,
} from "../src/storage";
import { Contributor, DAY, HOUR, MATURE, NEXT, NOW, REDEMPTION, SERVER, START, WANTED } from "./contributor";
import { SITES, type CredentialServer } from "./credential-server";
import { installPermissions, Person } from "./permissions";

const MINUTE = 60_000;
let person: Contributor;
let server: CredentialServer;

beforeEach(async () => {
  person = new Contributor();
  ({ server } = person);
  await person.begin();
});

describe("the life of a contributor", () => {
  it("goes from a start over five ratings to reports that count, and on to the next epoch", async () => {
    expect(await person.wake(NOW)).toEqual(START);
    expect((await loadCredentials()).start).toMatchObject({ since: "2026-11-25", endsOn: "2026-11-29" });
    for (let day = 0; day < 6; day += 1) await person.rate(NOW + HOUR + day * DAY);
    const stamps = server.asked
      .filter(({ path }) => path === "/ratings/")
      .map(({ headers }) => "Plumbline-Stamp" in headers);
    expect(stamps).toEqual([true, true, true, true, true, false]);
    expect((await loadCredentials()).rated).toHaveLength(5);

    expect([
      await person.wake(MATURE - 1),
      await person.wake(MATURE),
      await person.wake(MATURE + HOUR - 1),
    ]).toEqual([[], [], []]);
    await person.report("claude", MATURE);
    expect(server.counted).toEqual([]);
    expect(await person.wake(MATURE + HOUR)).toEqual(REDEMPTION);
    const sent = await Promise.all(
      ["chatgpt", "claude"].map((site) => person.report(site, MATURE + 2 * HOUR)),
    );
    // Which of the two is held first is left to the threads that compute their tags.
    const arrived = server.bodies("/reports/").slice(1);
    expect([...arrived].sort()).toEqual([...sent].sort());
    expect(server.counted).toEqual(arrived);
    const { start, rated, renewal, signatures, pending } = await loadCredentials();
    expect([start, rated, renewal?.epoch, signatures.length, pending]).toEqual([
      null,
      [],
      371,
      SITES.length,
      null,
    ]);

    // The next epoch's keys are listed 14 days before it; then there is nothing to do until the one after.
    expect(await person.wake(NEXT - 14 * DAY - 1)).toEqual([]);
    expect((await loadCredentials()).plan).toBeNull();
    expect(await person.wake(NEXT - 14 * DAY)).toEqual([]);
    expect(await person.wake(NEXT - 14 * DAY + HOUR)).toEqual(REDEMPTION);
    expect([
      await person.wake(NEXT - DAY),
      await person.wake(NEXT + DAY),
      await person.wake(NEXT + 2 * DAY),
    ]).toEqual([[], [], []]);
    const before = await person.report("gemini", NEXT - 1);
    const after = await person.report("gemini", NEXT);
    expect(server.counted).toEqual([...arrived, before, after]);
    expect((await loadCredentials()).renewal?.epoch).toBe(372);
  });

  it("goes on after several epochs without a network, and forgets what is too old", async () => {
    await person.becomeEstablished();
    const later = epochBegin(371 + 5) + 20 * DAY;
    await person.wake(later);
    expect(await person.wake(later + HOUR)).toEqual(REDEMPTION);
    const kept = await loadCredentials();
    expect([kept.renewal?.epoch, new Set(kept.signatures.map(({ epoch }) => epoch))]).toEqual([
      376,
      new Set([376]),
    ]);
    expect(server.counted).toEqual([]);
    const body = await person.report("chatgpt", later + 2 * HOUR);
    expect(server.counted).toEqual([body]);
  });

  it("lets ratings and exposures carry the signature too, and no body but that of a signed tag", async () => {
    await person.becomeEstablished();
    const tag = await contributorTag(await installSecret(), "claude", new Date(MATURE));
    const bodies = [tag, "0123456789abcdef"].map((one) =>
      JSON.stringify({ id: one, site: "claude", contributor_tag: one }),
    );
    for (const kind of ["rating", "exposures"] as const) {
      const waiting = bodies.map((body) =>
        outgoing({ id: crypto.randomUUID(), kind, server: SERVER, body }, MATURE, 0),
      );
      await changeControls((controls) => ({ ...controls, outgoing: waiting }));
      await sendDue(MATURE + DAY);
    }
    expect(server.counted).toEqual([bodies[0], bodies[0]]);
    const shown = server.asked.map(({ path, headers }) => [
      path,
      "Plumbline-Credential" in headers,
      "Plumbline-Stamp" in headers,
    ]);
    expect(shown).toEqual([
      ["/ratings/", true, false],
      ["/ratings/", false, false],
      ["/exposures/", true, false],
      ["/exposures/", false, false],
    ]);
  });

  it("asks for every listed site, whichever are on, and shows no more than the protocol says", async () => {
    await person.becomeReady();
    await person.wake(MATURE);
    await person.wake(MATURE + HOUR);
    const keys = (await (await server.fetch(`${SERVER}/api/v1/credentials/keys/`, {})).json()) as {
      keys: { id: string; purpose: string }[];
    };
    const wanted = keys.keys.filter(({ purpose }) => purpose === "renewal" || purpose === "contributor");
    const body = JSON.parse(server.bodies("/credentials/")[0] ?? "") as Record<
      string,
      Record<string, string>[]
    >;
    expect(body["blinded"]?.map((one) => one["key_id"])).toEqual(wanted.map(({ id }) => id));
    expect(Object.keys(body)).toEqual(["spent", "blinded"]);
    expect(new Set(body["spent"]?.map((one) => Object.keys(one).join()))).toEqual(
      new Set(["key_id,nonce,signature"]),
    );
    expect(new Set(body["blinded"]?.map((one) => Object.keys(one).join()))).toEqual(
      new Set(["key_id,blinded"]),
    );
    const tag = await contributorTag(await installSecret(), "chatgpt", new Date(MATURE));
    expect(server.bodies("/credentials/")[0]).not.toContain(tag);
  });
});

describe("steps come at random times", () => {
  it.each([
    [0, 0],
    [0.5, 12 * HOUR],
    [0.999, 0.999 * DAY],
  ])("a start, with %d, after %d ms", async (random, delay) => {
    await person.wake(NOW, random);
    if (delay > 0)
      expect([server.paths(), (await loadCredentials()).plan]).toEqual([
        [],
        { step: "start", at: NOW + delay, attempts: 0 },
      ]);
    expect(await person.wake(NOW + delay - 1)).toEqual([]);
    if (delay > 0) expect(await person.wake(NOW + delay)).toEqual(START);
    else expect(server.paths()).toEqual(START);
  });

  it.each([
    [0, HOUR],
    [0.5, 6.5 * HOUR],
    [0.999, HOUR + 0.999 * 11 * HOUR],
  ])("a later one, with %d, after %d ms", async (random, delay) => {
    await person.becomeReady();
    await person.wake(MATURE + 5 * DAY, random);
    expect((await loadCredentials()).plan).toEqual({
      step: "establish",
      at: MATURE + 5 * DAY + delay,
      attempts: 0,
    });
    expect(await person.wake(MATURE + 5 * DAY + delay - 1)).toEqual([]);
    expect(await person.wake(MATURE + 5 * DAY + delay)).toEqual(REDEMPTION);
  });

  it("and not when something else has just gone", async () => {
    installPermissions(new Person());
    vi.spyOn(Math, "random").mockReturnValue(0);
    const waiting = outgoing({ id: "1", kind: "exposures", server: SERVER, body: '{"id": "1"}' }, 0, 0);
    await changeControls((controls) => ({
      ...controls,
      outgoing: [{ ...waiting, expiresAt: Number.MAX_SAFE_INTEGER }],
    }));
    const clock = vi.spyOn(Date, "now").mockReturnValue(NOW);
    server.refuses = { "/exposures/": [400, "exposures_invalid"] };
    await doWhatIsDue();
    await doWhatIsDue();
    expect(server.paths()).toEqual(["/exposures/"]);
    server.now = NOW + 10 * MINUTE;
    clock.mockReturnValue(server.now - 1);
    await doWhatIsDue();
    expect(server.paths()).toEqual(["/exposures/"]);
    clock.mockReturnValue(server.now);
    await doWhatIsDue();
    expect(server.paths()).toEqual(["/exposures/", ...START]);
    clock.mockRestore();
  });

  it("nor beside a report: one that has gone, one that is to go, or one whose state is asked for", async () => {
    await saveOptions({ ...WANTED, holdMinutes: 5 });
    const day = { server: SERVER, site: "claude", domain: null, createdOn: "2026-11-25" };
    await hold({ ...day, id: "1", receiptKey: "k".repeat(32), body: '{"id": "1"}' }, NOW);
    expect(await person.wake(NOW)).toEqual([]);
    expect(await person.wake(NOW + HOUR), "it is late, and goes when the browser starts").toEqual([]);
    await flush(() => NOW + 5 * MINUTE);
    expect(await person.wake(NOW + 5 * MINUTE)).toEqual([]);
    await lookUpState("1", NOW + 14 * MINUTE);
    server.asked = [];
    expect(await person.wake(NOW + 15 * MINUTE)).toEqual([]);
    expect(await person.wake(NOW + 24 * MINUTE)).toEqual(START);
  });
});

describe("nobody's browser asks for anything", () => {
  it.each([
    ["with ratings off", { sendsRatings: false }],
    ["while reports are unlinked", { isLinked: false }],
  ])("%s", async (_, how) => {
    await saveOptions({ ...WANTED, ...how });
    for (const at of [NOW, NOW + DAY, NOW + 60 * DAY]) expect(await person.wake(at)).toEqual([]);
    await person.report("chatgpt", NOW);
    expect(server.asked.map(({ path, headers }) => [path, Object.keys(headers)])).toEqual([
      ["/reports/", ["Content-Type"]],
    ]);
    expect(await fakeBrowser.storage.local.get("credentials")).toEqual({});
  });

  it("while unlinked, for a stamp", async () => {
    await saveOptions({ ...WANTED, isLinked: false });
    await person.rate(NOW);
    expect(server.asked.map(({ path, headers }) => [path, Object.keys(headers)])).toEqual([
      ["/ratings/", ["Content-Type"]],
    ]);
  });

  it("once ratings are off again; what is there stays, for as long as its epoch", async () => {
    await person.becomeEstablished();
    await saveOptions({ ...WANTED, sendsRatings: false });
    await forgetWhatIsOff();
    const body = await person.report("chatgpt", MATURE + DAY);
    expect(server.counted).toEqual([body]);
    for (const at of [NEXT, NEXT + DAY]) expect(await person.wake(at)).toEqual([]);
    await person.report("chatgpt", NEXT + DAY);
    expect(server.counted).toEqual([body]);
  });

  it("but a request that has begun is kept, and goes on when ratings are on again", async () => {
    server.refuses = { "/credentials/start/": [503, "unavailable"] };
    await person.wake(NOW);
    await saveOptions({ ...WANTED, sendsRatings: false });
    await forgetWhatIsOff();
    expect(await loadCredentials()).toMatchObject({ plan: null, pending: { step: "start" } });
    expect(await person.wake(NOW + DAY)).toEqual([]);
    await saveOptions(WANTED);
    server.refuses = {};
    expect(await person.wake(NOW + 2 * DAY)).toEqual(["/credentials/start/"]);
    expect(new Set(server.bodies("/credentials/start/")).size).toBe(1);
  });

  it("that was planned and not begun", async () => {
    await person.wake(NOW, 0.5);
    await saveOptions({ ...WANTED, sendsRatings: false });
    await forgetWhatIsOff();
    expect((await loadCredentials()).plan).toBeNull();
  });
});

describe("what another server has given", () => {
  it("is forgotten with it, and shown to no other", async () => {
    await person.becomeEstablished();
    const other = { ...WANTED, server: "https://other.example" };
    await saveOptions(other);
    await person.report("chatgpt", MATURE + DAY);
    expect(server.asked.at(-1)?.headers).not.toHaveProperty("Plumbline-Credential");
    await forgetWhatIsOff();
    expect(await loadCredentials()).toEqual(NO_CREDENTIALS);
    await saveOptions(WANTED);
    expect(await person.wake(MATURE + 2 * DAY)).toEqual(START);
  });

  it("is forgotten though the background has not heard of the change", async () => {
    await person.becomeReady();
    await saveOptions({ ...WANTED, server: "https://other.example" });
    expect(await person.wake(MATURE)).toEqual(START);
    expect(await loadCredentials()).toMatchObject({ server: "https://other.example", rated: [] });
  });

  it("is not taken for the new one's, where a rating brings it late", async () => {
    await person.answer(NOW + HOUR);
    server.loses = ["/ratings/"];
    await sendDue(NOW + 2 * HOUR);
    await saveOptions({ ...WANTED, server: "https://other.example" });
    await person.wake(NOW + 3 * HOUR);
    await sendDue(NOW + 4 * HOUR);
    const stamped = server.asked.filter(({ headers }) => "Plumbline-Stamp" in headers);
    expect(stamped.map(({ path }) => path)).toEqual(["/ratings/", "/ratings/"]);
    expect(await loadCredentials()).toMatchObject({ server: "https://other.example", rated: [] });
  });

  it.each([
    ["", NO_CREDENTIALS],
    [", nor into what has begun anew", { ...NO_CREDENTIALS, server: SERVER }],
  ])("does not come back with an answer that was under way%s", async (_, anew) => {
    const fetch = server.fetch;
    vi.stubGlobal("fetch", async (url: string, request: RequestInit) => {
      const answer = await fetch(url, request);
      if (url.endsWith("/start/")) {
        await forgetEverything();
        await changeCredentials(() => anew);
      }
      return answer;
    });
    expect(await person.wake(NOW)).toEqual(START);
    expect(await loadCredentials()).toEqual(anew);
  });
});

it("counts epochs as the tags do", () => {
  expect([epochBegin(371), epochOf(new Date(epochBegin(371)))]).toEqual([Date.UTC(2026, 10, 23), 371]);
  expect(epochBegin(372)).toBe(NEXT);
});
