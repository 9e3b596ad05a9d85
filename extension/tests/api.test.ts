import { beforeEach, expect, it, vi } from "vitest";
import {
  fetchChallenge,
  listKeys,
  lookUp,
  redeem,
  RefusedError,
  sendStart,
  submit,
  UnreachableError,
  withdraw,
} from "../src/api";

const SERVER = "https://plumbline.example";
const KEY = "00112233445566778899aabbccddeeff";
const RECEIPT = {
  id: "7d0f2c1a-3b64-4c8e-9a51-2f6e8b7c9d10",
  state: "pending",
  received_on: "2026-11-20",
  public_from: null,
  simulated: false,
};

const asked = vi.fn<(url: string, request: RequestInit) => Promise<Response>>();
const answer = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });
const fault = (status: number, code: string, message: string, fields = {}): Response =>
  answer(status, { error: { code, message, fields } });

beforeEach(() => {
  asked.mockReset();
  vi.stubGlobal("fetch", asked);
});

it("sends the body as it is, and nothing that tells who sends it", async () => {
  asked.mockResolvedValue(answer(201, RECEIPT));
  const body = '{\n  "prompt": "ä 🙂"\n}';
  expect(await submit(SERVER, body)).toEqual(RECEIPT);
  expect(asked).toHaveBeenCalledOnce();
  const [url, request] = asked.mock.calls[0] ?? [];
  expect(url).toBe("https://plumbline.example/api/v1/reports/");
  expect(request).toMatchObject({
    method: "POST",
    body,
    headers: { "Content-Type": "application/json" },
    credentials: "omit",
    referrerPolicy: "no-referrer",
    cache: "no-store",
    redirect: "error",
  });
});

it("carries the receipt key in a header, never in the address", async () => {
  asked.mockImplementation(() => Promise.resolve(answer(200, RECEIPT)));
  await lookUp(SERVER, KEY);
  await withdraw(SERVER, KEY);
  expect(asked.mock.calls.map(([url, { method, headers }]) => [url, method, headers])).toEqual([
    ["https://plumbline.example/api/v1/receipts/", undefined, { "Plumbline-Receipt": KEY }],
    ["https://plumbline.example/api/v1/receipts/withdraw/", "POST", { "Plumbline-Receipt": KEY }],
  ]);
});

it.each([400, 401, 403, 404, 409, 413, 422])("is refused by %i, with the server's words", async (status) => {
  asked.mockResolvedValue(
    fault(status, "report_invalid", "The report breaks the contract.", { prompt: ["Too long.", "Really."] }),
  );
  const error = await submit(SERVER, "{}").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RefusedError);
  expect(error).toMatchObject({
    code: "report_invalid",
    message: "The report breaks the contract. prompt: Too long. Really.",
  });
});

it.each([408, 429, 500, 502, 503])("may come back after %i", async (status) => {
  asked.mockResolvedValue(fault(status, "throttled", "Come back later."));
  const error = await submit(SERVER, "{}").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UnreachableError);
  expect(error).toMatchObject({ message: "Come back later." });
});

it("may come back when nobody answers", async () => {
  asked.mockRejectedValue(new TypeError("Failed to fetch"));
  const error = await submit(SERVER, "{}").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UnreachableError);
  expect(error).toMatchObject({ message: "The server can't be reached." });
});

it("makes something of a server that is none of ours", async () => {
  asked.mockResolvedValue(new Response("<h1>Not found</h1>", { status: 404 }));
  await expect(submit(SERVER, "{}")).rejects.toMatchObject({ code: "", message: "The server answered 404." });
  asked.mockResolvedValue(new Response("<h1>Hello</h1>", { status: 200 }));
  await expect(submit(SERVER, "{}")).rejects.toMatchObject({
    message: "The server's answer can't be understood.",
  });
});

it.each([
  ["no JSON", "<p>hello</p>"],
  ["no object", "null"],
  ["a state that there is not", JSON.stringify({ ...RECEIPT, state: "<b>" })],
  ["no id", JSON.stringify({ state: "pending" })],
  ["far too much", JSON.stringify({ ...RECEIPT, more: "x".repeat(20_000) })],
])("takes %s for no answer: the report stays where it is", async (_, body) => {
  asked.mockResolvedValue(new Response(body, { status: 200 }));
  const error = await submit(SERVER, "{}").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UnreachableError);
});

const LISTED = {
  id: "0".repeat(64),
  purpose: "contributor",
  site: "claude",
  epoch: 371,
  begins_on: "2026-11-23",
  ends_on: "2027-01-17",
  public_key: "MIIB",
};
const START_KEY = { ...LISTED, purpose: "start", site: null, epoch: null };

it("lists the keys that it understands, however long the list, and leaves out the others", async () => {
  const others = [
    { ...LISTED, purpose: "something-new" },
    { ...LISTED, site: null },
    { ...LISTED, site: "a|b" },
    { ...LISTED, epoch: null },
    { ...LISTED, epoch: 1.5 },
    { ...LISTED, id: "0" },
    { ...LISTED, public_key: "a+b=" },
    { ...START_KEY, epoch: 371 },
    { ...START_KEY, site: "claude" },
    { ...START_KEY, ends_on: "2026-99-99" },
    null,
  ];
  const long = { ...LISTED, public_key: "A".repeat(30_000) };
  const list = { keys: [START_KEY, ...others, long], established_after_days: 14, ratings_needed: 5 };
  asked.mockResolvedValue(answer(200, list));
  expect(await listKeys(SERVER)).toEqual({ ...list, keys: [START_KEY, long] });
  expect(asked.mock.calls[0]?.[0]).toBe(`${SERVER}/api/v1/credentials/keys/`);
});

it.each([
  ["keys", listKeys, { keys: {}, established_after_days: 14, ratings_needed: 5 }],
  ["keys without conditions", listKeys, { keys: [] }],
  ["conditions that nobody meets", listKeys, { keys: [], established_after_days: 14, ratings_needed: 101 }],
  ["a challenge", fetchChallenge, { parameters: null, signature: "s" }],
  ["a signed challenge", fetchChallenge, { parameters: {} }],
  ["a blind signature", (server: string) => sendStart(server, "{}"), { blind_signature: 1 }],
  ["blind signatures", (server: string) => redeem(server, "{}"), { blind_signatures: ["a", "+"] }],
  ["a list of them", (server: string) => redeem(server, "{}"), { blind_signatures: "a" }],
])("knows that it is no answer where %s should be", async (_, ask, strange) => {
  asked.mockResolvedValue(answer(200, strange));
  await expect(ask(SERVER)).rejects.toThrow(UnreachableError);
});
