import { expect, it } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import {
  changeOutbox,
  DEFAULT_OPTIONS,
  dropDraft,
  exclusively,
  forgetEverything,
  installSecret,
  isFirstStart,
  keepDraft,
  loadDraft,
  loadOptions,
  loadOutbox,
  saveOptions,
} from "../src/storage";
import { genericExchange } from "../src/adapters/generic";
import type { Entry } from "../src/outbox";

const entry = (id: string): Entry => ({
  id,
  receiptKey: "",
  server: "",
  site: "other",
  domain: null,
  createdOn: "2026-11-20",
  status: "held",
  notBefore: 0,
  attempts: 0,
  body: "",
  serverState: null,
  withdrawnAt: null,
  checkedOn: "",
  message: "",
});

it("holds reports for ten minutes and sends them to this computer unless told otherwise", async () => {
  expect(await loadOptions()).toEqual({
    server: "http://127.0.0.1:8000",
    holdMinutes: 10,
    alwaysHide: [],
    isLinked: true,
    ownChats: [],
    sendsRatings: false,
    countsExposures: false,
  });
  await saveOptions({ ...DEFAULT_OPTIONS, holdMinutes: 3 });
  expect((await loadOptions()).holdMinutes).toBe(3);
});

it("loses no change to the outbox, however many come at once", async () => {
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => changeOutbox((entries) => [...entries, entry(String(n))])),
  );
  expect((await loadOutbox()).map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, n) => n),
  );
});

it("runs one thing of a name at a time, and goes on after a failure", async () => {
  const seen: string[] = [];
  const first = exclusively("x", async () => {
    seen.push("first begins");
    await Promise.resolve();
    seen.push("first ends");
    throw new Error("broken");
  });
  const second = exclusively("x", () => Promise.resolve(seen.push("second")));
  await expect(first).rejects.toThrow("broken");
  await second;
  expect(seen).toEqual(["first begins", "first ends", "second"]);
});

it("makes one secret per install", async () => {
  const [one, other] = await Promise.all([installSecret(), installSecret()]);
  expect(one).toMatch(/^[0-9a-f]{64}$/);
  expect(other).toBe(one);
});

it("keeps a draft in memory only, until it is dropped", async () => {
  const flagged = { exchange: genericExchange("So."), skeleton: null };
  await keepDraft("1", flagged);
  expect(await loadDraft("1")).toEqual(flagged);
  expect(await fakeBrowser.storage.local.get(null)).toEqual({});
  await dropDraft("1");
  expect(await loadDraft("1")).toBeNull();
});

it("starts for the first time once", async () => {
  expect([await isFirstStart(), await isFirstStart()]).toEqual([true, false]);
});

it("forgets everything", async () => {
  await saveOptions({ ...DEFAULT_OPTIONS, alwaysHide: ["Acme Widgets"] });
  await changeOutbox(() => [entry("1")]);
  const secret = await installSecret();
  await keepDraft("1", { exchange: genericExchange("So."), skeleton: null });
  await forgetEverything();
  expect(await fakeBrowser.storage.local.get(null)).toEqual({});
  expect(await loadDraft("1")).toBeNull();
  expect(await installSecret()).not.toBe(secret);
});
