import { beforeEach, expect, it, vi } from "vitest";
import { lookUp, RefusedError, submit, UnreachableError, withdraw } from "../src/api";

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
