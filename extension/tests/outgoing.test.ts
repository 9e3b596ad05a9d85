import { beforeEach, describe, expect, it, vi } from "vitest";
import { RefusedError, sendDrift, sendExposures, sendRating, UnreachableError } from "../src/api";
import { loadOutgoing, nextDue, outgoing, takeBack, takeBackAll } from "../src/controls/outgoing";
import { sendDue } from "../src/controls/sending";
import { changeControls } from "../src/storage";

const SERVER = "https://plumbline.example";
const STORED = { id: "7d0f2c1a-3b64-4c8e-9a51-2f6e8b7c9d10", received_on: "2026-11-20" };
const DAY_MS = 24 * 3_600_000;

const asked = vi.fn<(url: string, request: RequestInit) => Promise<Response>>();
const answer = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });
const refusal = { error: { code: "rating_invalid", message: "No.", fields: {} } };

async function wait(id: string, kind: "rating" | "exposures" = "rating", delay = 0): Promise<void> {
  const one = outgoing({ id, kind, server: SERVER, body: `{"id": "${id}"}` }, 1000, delay);
  await changeControls((controls) => ({ ...controls, outgoing: [...controls.outgoing, one] }));
}

beforeEach(() => {
  asked.mockReset();
  asked.mockImplementation(() => Promise.resolve(answer(201, STORED)));
  vi.stubGlobal("fetch", asked);
});

describe("controls on their way", () => {
  it("go to their own addresses, byte for byte, and are forgotten when they have arrived", async () => {
    await wait("a");
    await wait("b", "exposures");
    await wait("c", "rating", 5);
    expect(await nextDue()).toBe(1000);
    expect(await sendDue(1004)).toBe(2);
    expect(asked.mock.calls.map(([url, { body }]) => [url, body])).toEqual([
      [`${SERVER}/api/v1/ratings/`, '{"id": "a"}'],
      [`${SERVER}/api/v1/exposures/`, '{"id": "b"}'],
    ]);
    expect((await loadOutgoing()).map(({ id }) => id)).toEqual(["c"]);
    expect(await sendDue(1005)).toBe(1);
    expect(await nextDue()).toBeNull();
  });

  it("are sent again, the same, after a wait, where there was no answer", async () => {
    asked.mockRejectedValueOnce(new Error("offline"));
    await wait("a");
    expect(await sendDue(1000)).toBe(0);
    expect(await loadOutgoing()).toMatchObject([{ attempts: 1, notBefore: 31_000, body: '{"id": "a"}' }]);
    expect(await takeBack("a")).toBe(false);
    expect(await sendDue(30_999)).toBe(0);
    expect(await sendDue(31_000)).toBe(1);
    expect(asked.mock.calls[0]?.[1].body).toBe(asked.mock.calls[1]?.[1].body);
  });

  it("are dropped where the server says no", async () => {
    asked.mockImplementation(() => Promise.resolve(answer(400, refusal)));
    await wait("a");
    expect(await sendDue(1000)).toBe(0);
    expect(await loadOutgoing()).toEqual([]);
  });

  it("are dropped when they would not count any more", async () => {
    await wait("a");
    await wait("b", "rating", 29 * DAY_MS);
    expect(await sendDue(1000 + 28 * DAY_MS)).toBe(0);
    expect(await loadOutgoing()).toEqual([]);
    expect(asked).not.toHaveBeenCalled();
  });

  it("are sent once, though two ask for it", async () => {
    await wait("a");
    expect(await Promise.all([sendDue(1000), sendDue(1000)])).toEqual([1, 0]);
    expect(asked).toHaveBeenCalledOnce();
  });

  it("of one kind are taken back together", async () => {
    await wait("a");
    await wait("b", "exposures");
    await takeBackAll("exposures");
    expect((await loadOutgoing()).map(({ id }) => id)).toEqual(["a"]);
  });
});

describe("the three ways to send", () => {
  it.each([
    [sendRating, "/api/v1/ratings/"],
    [sendExposures, "/api/v1/exposures/"],
    [sendDrift, "/api/v1/drift-reports/"],
  ])("%o tell nothing of who sends, and check the answer", async (send, path) => {
    expect(await send(SERVER, "{}")).toEqual(STORED);
    expect(asked.mock.calls[0]?.[0]).toBe(SERVER + path);
    expect(asked.mock.calls[0]?.[1]).toMatchObject({
      method: "POST",
      body: "{}",
      credentials: "omit",
      referrerPolicy: "no-referrer",
    });
    for (const strange of [{ id: 1, received_on: "2026-11-20" }, { id: "a" }, null, "stored"]) {
      asked.mockResolvedValueOnce(answer(200, strange));
      await expect(send(SERVER, "{}")).rejects.toThrow(UnreachableError);
    }
    asked.mockResolvedValueOnce(answer(400, refusal));
    await expect(send(SERVER, "{}")).rejects.toThrow(RefusedError);
  });
});
