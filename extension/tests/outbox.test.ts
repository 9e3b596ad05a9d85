import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  flush,
  forget,
  hold,
  lookUpOne,
  lookUpState,
  nextDue,
  retryDelay,
  sendNow,
  undo,
  withdraw,
  withdrawAll,
  type Entry,
} from "../src/outbox";
import { changeOutbox, DEFAULT_OPTIONS, loadOutbox, saveOptions } from "../src/storage";

const REPORT = {
  id: "id-1",
  receiptKey: "k".repeat(32),
  site: "chatgpt",
  domain: null,
  body: '{"exactly": "this"}',
  createdOn: "2026-11-20",
};
const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

const asked = vi.fn<(url: string, request: RequestInit) => Promise<Response>>();
const receipt = (state: string): Response =>
  new Response(JSON.stringify({ id: "id-1", state, received_on: "2026-11-20", public_from: null }), {
    status: 200,
  });
const fault = (status: number, code: string): Response =>
  new Response(JSON.stringify({ error: { code, message: "No.", fields: {} } }), { status });
const at = (ms: number) => () => ms;

const made = (how: Partial<Entry>): Entry => ({
  ...REPORT,
  body: "",
  server: DEFAULT_OPTIONS.server,
  status: "sent",
  notBefore: 0,
  attempts: 0,
  serverState: null,
  withdrawnAt: null,
  checkedOn: "",
  message: "",
  ...how,
});

async function only(): Promise<Entry> {
  const entries = await loadOutbox();
  expect(entries).toHaveLength(1);
  return entries[0] as Entry;
}

beforeEach(() => {
  asked.mockReset();
  vi.stubGlobal("fetch", asked);
});

describe("while it is held", () => {
  it("stays for as long as the options say, and then goes", async () => {
    await hold(REPORT, NOW);
    expect(await nextDue()).toBe(NOW + 10 * MINUTE);
    await flush(at(NOW + 10 * MINUTE - 1));
    expect(asked).not.toHaveBeenCalled();
    asked.mockResolvedValue(receipt("pending"));
    await flush(at(NOW + 10 * MINUTE));
    expect(asked.mock.calls[0]?.[1].body).toBe(REPORT.body);
    expect(await only()).toMatchObject({
      status: "sent",
      serverState: "pending",
      body: "",
      receiptKey: REPORT.receiptKey,
    });
    expect(await nextDue()).toBeNull();
  });

  it("goes at once where the person wants no hold", async () => {
    await saveOptions({ ...DEFAULT_OPTIONS, holdMinutes: 0 });
    await hold(REPORT, NOW);
    asked.mockResolvedValue(receipt("pending"));
    await flush(at(NOW));
    expect((await only()).status).toBe("sent");
  });

  it("can be undone, and leaves nothing behind", async () => {
    await hold(REPORT, NOW);
    expect(await undo("id-1")).toBe(true);
    expect(await loadOutbox()).toEqual([]);
    await flush(at(NOW + 60 * MINUTE));
    expect(asked).not.toHaveBeenCalled();
  });

  it("is held once, however often it is handed over", async () => {
    await Promise.all([hold(REPORT, NOW), hold(REPORT, NOW), hold({ ...REPORT, id: "id-2" }, NOW)]);
    expect((await loadOutbox()).map(({ id }) => id)).toEqual(["id-1", "id-2"]);
  });

  it("keeps the server it was meant for", async () => {
    await hold(REPORT, NOW);
    await saveOptions({ ...DEFAULT_OPTIONS, server: "https://other.example" });
    asked.mockResolvedValue(receipt("pending"));
    await flush(at(NOW + 10 * MINUTE));
    expect(asked.mock.calls[0]?.[0]).toBe("http://127.0.0.1:8000/api/v1/reports/");
  });
});

describe("on its way", () => {
  beforeEach(async () => {
    await hold(REPORT, NOW);
    await sendNow("id-1");
  });

  it("is sent once by two workers at the same time", async () => {
    asked.mockImplementation(() => Promise.resolve(receipt("pending")));
    await Promise.all([flush(at(NOW)), flush(at(NOW))]);
    expect(asked).toHaveBeenCalledOnce();
  });

  it("is tried again after 30 seconds, then after twice as long, until it arrives", async () => {
    asked.mockRejectedValue(new TypeError("offline"));
    await flush(at(NOW));
    expect(await only()).toMatchObject({
      status: "queued",
      attempts: 1,
      notBefore: NOW + 30_000,
      message: "The server can't be reached.",
      body: REPORT.body,
    });
    await flush(at(NOW + 29_999));
    expect(asked).toHaveBeenCalledOnce();
    asked.mockResolvedValue(fault(503, "busy"));
    await flush(at(NOW + 30_000));
    expect(await only()).toMatchObject({
      status: "queued",
      attempts: 2,
      notBefore: NOW + 90_000,
      message: "No.",
    });
    asked.mockResolvedValue(receipt("quarantined"));
    await flush(at(NOW + 90_000));
    expect(await only()).toMatchObject({
      status: "sent",
      serverState: "quarantined",
      attempts: 0,
      message: "",
    });
    expect(asked.mock.calls.map(([, { body }]) => body)).toEqual([REPORT.body, REPORT.body, REPORT.body]);
  });

  it("can't be undone after an attempt: the server may have it", async () => {
    asked.mockRejectedValue(new TypeError("offline"));
    await flush(at(NOW));
    expect(await undo("id-1")).toBe(false);
    expect((await only()).status).toBe("queued");
  });

  it("can't be undone while it is being sent", async () => {
    let isUndone: boolean | undefined;
    asked.mockImplementation(async () => {
      isUndone = await undo("id-1");
      return receipt("pending");
    });
    await flush(at(NOW));
    expect(isUndone).toBe(false);
    expect((await only()).status).toBe("sent");
  });

  it("is an attempt even if the browser dies before the answer", async () => {
    asked.mockReturnValue(new Promise(() => undefined));
    void flush(at(NOW));
    await vi.waitFor(() => expect(asked).toHaveBeenCalledOnce());
    expect(await only()).toMatchObject({ status: "queued", attempts: 1, body: REPORT.body });
  });
});

describe("refused", () => {
  beforeEach(async () => {
    await hold(REPORT, NOW);
    await sendNow("id-1");
    asked.mockResolvedValue(fault(400, "report_invalid"));
    await flush(at(NOW));
  });

  it("is not tried again by itself, and keeps its text", async () => {
    expect(await only()).toMatchObject({ status: "refused", message: "No.", body: REPORT.body });
    expect(await nextDue()).toBeNull();
    await flush(at(NOW + 24 * 60 * MINUTE));
    expect(asked).toHaveBeenCalledOnce();
  });

  it("is tried again when the person says so, at the server that they agreed to", async () => {
    await saveOptions({ ...DEFAULT_OPTIONS, server: "https://other.example" });
    await sendNow("id-1");
    asked.mockResolvedValue(receipt("pending"));
    await flush(at(NOW));
    expect(asked.mock.lastCall?.[0]).toBe("http://127.0.0.1:8000/api/v1/reports/");
    expect((await only()).status).toBe("sent");
  });

  it("can be taken off the list", async () => {
    await forget("id-1");
    expect(await loadOutbox()).toEqual([]);
  });
});

describe("withdrawing", () => {
  async function sent(): Promise<void> {
    await hold(REPORT, NOW);
    await sendNow("id-1");
    asked.mockResolvedValueOnce(receipt("pending"));
    await flush(at(NOW));
  }

  it("shows the server the receipt key", async () => {
    await sent();
    await withdraw("id-1");
    expect((await only()).status).toBe("withdrawing");
    asked.mockResolvedValue(receipt("withdrawn"));
    await flush(at(NOW));
    expect(asked.mock.lastCall?.[0]).toBe("http://127.0.0.1:8000/api/v1/receipts/withdraw/");
    expect(asked.mock.lastCall?.[1].headers).toEqual({ "Plumbline-Receipt": REPORT.receiptKey });
    expect(await only()).toMatchObject({ status: "sent", serverState: "withdrawn" });
  });

  it("goes on until it has worked", async () => {
    await sent();
    await withdraw("id-1");
    asked.mockRejectedValueOnce(new TypeError("offline"));
    await flush(at(NOW));
    expect(await only()).toMatchObject({ status: "withdrawing", notBefore: NOW + 30_000 });
    expect(await nextDue()).toBe(NOW + 30_000);
    asked.mockResolvedValue(receipt("withdrawn"));
    await flush(at(NOW + 30_000));
    expect((await only()).serverState).toBe("withdrawn");
  });

  it("goes on after something on the way to the server has refused it", async () => {
    await sent();
    await withdraw("id-1");
    asked.mockResolvedValueOnce(new Response("Blocked by your network", { status: 403 }));
    await flush(at(NOW));
    expect(await only()).toMatchObject({ status: "withdrawing", notBefore: NOW + 30_000 });
    asked.mockResolvedValue(receipt("withdrawn"));
    await flush(at(NOW + 30_000));
    expect((await only()).serverState).toBe("withdrawn");
  });

  it("never sends the text of a report that was withdrawn on its way", async () => {
    await hold(REPORT, NOW);
    await sendNow("id-1");
    asked.mockRejectedValueOnce(new TypeError("offline"));
    await flush(at(NOW));
    await withdraw("id-1", NOW);
    expect((await only()).body).toBe("");
    asked.mockResolvedValue(fault(404, "receipt_unknown"));
    await flush(at(NOW));
    expect(asked.mock.lastCall?.[0]).toBe("http://127.0.0.1:8000/api/v1/receipts/withdraw/");
    expect((await only()).status).toBe("withdrawing");
  });

  it("is repeated for a day where the server knows nothing of the report, which may be overtaken", async () => {
    const day = 24 * 3_600_000;
    await hold(REPORT, NOW);
    await sendNow("id-1");
    asked.mockRejectedValueOnce(new TypeError("offline"));
    await flush(at(NOW));
    await withdraw("id-1", NOW);
    asked.mockImplementation(() => Promise.resolve(fault(404, "receipt_unknown")));
    await flush(at(NOW));
    expect(await only()).toMatchObject({ status: "withdrawing", receiptKey: REPORT.receiptKey });
    expect((await only()).message).toContain("repeated for a day");
    await flush(at(NOW + day - 1));
    expect((await only()).status).toBe("withdrawing");
    await changeOutbox((entries) => entries.map((entry) => ({ ...entry, notBefore: 0 })));
    await flush(at(NOW + day));
    expect(await only()).toMatchObject({
      status: "sent",
      serverState: "withdrawn",
      receiptKey: REPORT.receiptKey,
    });
  });

  it("is repeated for a day, too, where the server had the report and knows nothing of it any more", async () => {
    await sent();
    await withdraw("id-1", NOW);
    asked.mockImplementation(() => Promise.resolve(fault(404, "receipt_unknown")));
    await flush(at(NOW));
    expect((await only()).status).toBe("withdrawing");
    await flush(at(NOW + 24 * 3_600_000));
    expect(await only()).toMatchObject({ status: "sent", serverState: "pending", message: "No." });
  });

  it("stands when the report arrives in the meantime", async () => {
    await hold(REPORT, NOW);
    await sendNow("id-1");
    asked.mockRejectedValueOnce(new TypeError("offline"));
    await flush(at(NOW));
    asked.mockImplementationOnce(async () => {
      await withdraw("id-1");
      return receipt("pending");
    });
    await flush(at(NOW + 30_000));
    expect((await only()).status).toBe("withdrawing");
  });

  it("keeps a sent report on the list when another server says no", async () => {
    await sent();
    await withdraw("id-1");
    asked.mockResolvedValue(new Response("?", { status: 404 }));
    await flush(at(NOW));
    expect(await only()).toMatchObject({
      status: "withdrawing",
      serverState: "pending",
      message: "The server answered 404.",
    });
  });

  it("does nothing to a held report, which can be undone", async () => {
    await hold(REPORT, NOW);
    await withdraw("id-1");
    expect((await only()).status).toBe("held");
  });
});

describe("asking for the state", () => {
  async function sent(id: string): Promise<void> {
    await hold({ ...REPORT, id, receiptKey: id }, NOW);
    await sendNow(id);
    asked.mockResolvedValueOnce(receipt("pending"));
    await flush(at(NOW));
    asked.mockClear();
  }

  it("takes over what the server says, and keeps what it can't ask", async () => {
    await sent("id-1");
    asked.mockResolvedValueOnce(receipt("released"));
    await lookUpState("id-1", Date.UTC(2026, 10, 24, 12));
    expect(await only()).toMatchObject({ serverState: "released", checkedOn: "2026-11-24" });
    asked.mockRejectedValueOnce(new TypeError("offline"));
    await lookUpState("id-1");
    expect(await only()).toMatchObject({ serverState: "released", message: "The server can't be reached." });
  });

  it.each(["newest", "any"] as const)("asks for one report at a time: %s", async (which) => {
    await sent("id-1");
    await sent("id-2");
    asked.mockImplementation(() => Promise.resolve(receipt("released")));
    await lookUpOne(which);
    expect(asked).toHaveBeenCalledTimes(1);
    if (which === "newest") expect(asked.mock.lastCall?.[1].headers).toEqual({ "Plumbline-Receipt": "id-2" });
  });

  it("does not ask for what was never sent or is withdrawn", async () => {
    await hold(REPORT, NOW);
    await lookUpOne("any");
    await lookUpState("id-1");
    await changeOutbox((entries) =>
      entries.map((entry) => ({ ...entry, status: "sent", serverState: "withdrawn" })),
    );
    await lookUpOne("newest");
    expect(asked).not.toHaveBeenCalled();
  });
});

it("waits twice as long after each failure, but never more than six hours", () => {
  expect([1, 2, 3, 4, 10, 11, 50].map(retryDelay)).toEqual([
    30_000, 60_000, 120_000, 240_000, 15_360_000, 21_600_000, 21_600_000,
  ]);
});

describe("withdrawing everything", () => {
  it("takes back what is held, and spreads the rest over an hour", async () => {
    await changeOutbox(() => [
      made({ id: "held", status: "held" }),
      made({ id: "queued", status: "queued", attempts: 1, body: "{}" }),
      made({ id: "sent", status: "sent", serverState: "released" }),
      made({ id: "refused", status: "refused" }),
      made({ id: "gone", status: "sent", serverState: "withdrawn" }),
    ]);
    const draws = [0, 0.5];
    expect(await withdrawAll(1_000, () => draws.shift() ?? 1)).toBe(2);
    expect((await loadOutbox()).map(({ id, status, notBefore, body }) => [id, status, notBefore, body])).toEqual([
      ["queued", "withdrawing", 1_000, ""],
      ["sent", "withdrawing", 1_801_000, ""],
      ["refused", "refused", 0, ""],
      ["gone", "sent", 0, ""],
    ]);
  });
});
