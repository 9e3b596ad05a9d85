import { beforeEach, describe, expect, it, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { genericExchange } from "../src/adapters/generic";
import type { Exchange } from "../src/adapters/types";
import background from "../src/entrypoints/background";
import { installPermissions, Person } from "./permissions";
import { listen, send } from "../src/messages";
import { hold } from "../src/outbox";
import { DEFAULT_OPTIONS, loadDraft, loadOutbox, saveOptions } from "../src/storage";

const EXCHANGE: Exchange = {
  ...genericExchange(""),
  site: "claude",
  adapter: "claude",
  prompt: "p",
  response: "r",
  modelLabel: null,
  modelLabelSource: "none",
};
const FLAGGED = { exchange: EXCHANGE, skeleton: null };
const REPORT = {
  id: "id-1",
  receiptKey: "k".repeat(32),
  site: "claude",
  domain: null,
  body: "{}",
  createdOn: "2026-11-20",
};

const rules = vi.fn<(change: { addRules: { action: unknown; condition: unknown }[] }) => Promise<void>>(() =>
  Promise.resolve(),
);
const asked = vi.fn<(url: string) => Promise<Response>>();
const opened = vi.fn<(tab: { url: string }) => Promise<object>>(() => Promise.resolve({}));

beforeEach(() => {
  rules.mockClear();
  opened.mockClear();
  asked.mockReset();
  vi.stubGlobal("fetch", asked);
  Object.assign(fakeBrowser, {
    declarativeNetRequest: {
      updateDynamicRules: rules,
      getDynamicRules: () => Promise.resolve([{ id: 1 }, { id: 7 }]),
    },
    contextMenus: { create: vi.fn(), onClicked: { addListener: vi.fn() } },
  });
  installPermissions(new Person());
  vi.spyOn(fakeBrowser.tabs, "create").mockImplementation(opened as never);
  vi.spyOn(fakeBrowser.runtime, "getURL").mockImplementation((path: string) => `extension:/${path}`);
});

/** Answers a message as the background does; the sender is this extension unless told otherwise. */
async function dispatch(message: unknown, sender = { id: fakeBrowser.runtime.id }): Promise<unknown> {
  return (
    fakeBrowser.runtime.onMessage as unknown as { trigger: (...args: unknown[]) => Promise<unknown> }
  ).trigger(message, sender, () => undefined);
}

describe("the background", () => {
  it("opens the review page for a flagged exchange, and sends nothing", async () => {
    background.main();
    await dispatch({ plumbline: "exchangeFlagged", payload: FLAGGED });
    await vi.waitFor(() => expect(opened).toHaveBeenCalledOnce());
    const url = opened.mock.calls[0]?.[0].url ?? "";
    expect(url).toMatch(/^extension:\/\/review\.html#[0-9a-f-]{36}$/);
    expect(await loadDraft(url.split("#")[1] ?? "")).toEqual(FLAGGED);
    expect(asked).not.toHaveBeenCalled();
  });

  it("sees to the controls at random times, which waking up does not move", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0.5);
    background.main();
    const at = async (): Promise<number> => (await fakeBrowser.alarms.get("controls"))?.scheduledTime ?? 0;
    await vi.waitFor(async () => expect(await at()).toBeGreaterThan(0));
    const first = await at();
    expect(Math.round((first - Date.now()) / 60_000)).toBe(30);
    random.mockReturnValue(0);
    background.main();
    await dispatch({ plumbline: "outboxChanged", payload: {} });
    expect(await at()).toBe(first);
    random.mockRestore();
  });

  it("sends what is due, and sets an alarm for what is not", async () => {
    background.main();
    await hold(REPORT);
    await saveOptions({ ...DEFAULT_OPTIONS, holdMinutes: 0 });
    await hold({ ...REPORT, id: "id-2" });
    asked.mockImplementation(() =>
      Promise.resolve(new Response(JSON.stringify({ id: "id-2", state: "pending" }), { status: 201 })),
    );
    await dispatch({ plumbline: "outboxChanged", payload: {} });
    await vi.waitFor(async () =>
      expect((await loadOutbox()).map(({ id, status }) => [id, status])).toEqual([
        ["id-1", "held"],
        ["id-2", "sent"],
      ]),
    );
    await vi.waitFor(async () => {
      const alarm = await fakeBrowser.alarms.get("flush");
      const [held] = await loadOutbox();
      expect(alarm?.scheduledTime).toBe(held?.notBefore);
    });
  });

  it("takes what identifies an install out of its own requests to the server", async () => {
    await saveOptions({ ...DEFAULT_OPTIONS, server: "https://plumbline.example" });
    background.main();
    await saveOptions({ ...DEFAULT_OPTIONS, server: "https://other.example" });
    await vi.waitFor(() => expect(rules).toHaveBeenCalled());
    expect(rules.mock.lastCall?.[0].addRules[0]).toMatchObject({
      action: {
        type: "modifyHeaders",
        requestHeaders: [
          { header: "Origin", operation: "remove" },
          { header: "Accept-Language", operation: "remove" },
          { header: "Sec-CH-UA", operation: "remove" },
          { header: "Sec-CH-UA-Mobile", operation: "remove" },
          { header: "Sec-CH-UA-Platform", operation: "remove" },
          { header: "User-Agent", operation: "set", value: "Plumbline" },
        ],
      },
      condition: { urlFilter: "|https://other.example/api/", initiatorDomains: [location.hostname] },
    });
  });

  it("does so for every server that has a report of the list, and for no server that has none", async () => {
    await saveOptions({ ...DEFAULT_OPTIONS, server: "https://old.example" });
    await hold(REPORT);
    await saveOptions({ ...DEFAULT_OPTIONS, server: "https://new.example" });
    background.main();
    await dispatch({ plumbline: "outboxChanged", payload: {} });
    await vi.waitFor(() => expect(rules.mock.lastCall?.[0].addRules).toHaveLength(2));
    expect(rules.mock.lastCall?.[0]).toMatchObject({
      removeRuleIds: [1, 7],
      addRules: [
        { id: 1, condition: { urlFilter: "|https://new.example/api/" } },
        { id: 2, condition: { urlFilter: "|https://old.example/api/" } },
      ],
    });
  });

  it("looks up one report now and then, at no regular time", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    background.main();
    await vi.waitFor(async () => expect(await fakeBrowser.alarms.get("look-up")).toBeDefined());
    const alarm = await fakeBrowser.alarms.get("look-up");
    expect(Math.round(((alarm?.scheduledTime ?? 0) - Date.now()) / 60_000)).toBe(210);
  });
});

const SILENT = {
  exchangeFlagged: () => Promise.resolve(null),
  controlsWanted: () => Promise.resolve(false),
  answerFinished: () => Promise.resolve(null),
  answerRated: () => Promise.resolve(null),
  outboxChanged: () => Promise.resolve(null),
};

describe("messages", () => {
  it("reach the handler of their name, with the payload, and bring back its answer", async () => {
    const flagged = vi.fn(() => Promise.resolve(null));
    listen({ ...SILENT, exchangeFlagged: flagged });
    vi.spyOn(fakeBrowser.runtime, "sendMessage").mockImplementation((message: unknown) => dispatch(message));
    await send("exchangeFlagged", FLAGGED);
    expect(flagged).toHaveBeenCalledExactlyOnceWith(FLAGGED);
  });

  it.each([
    ["from another extension", { plumbline: "outboxChanged", payload: {} }, { id: "somebody-else" }],
    ["that is no envelope", { outboxChanged: {} }, undefined],
    ["of an unknown name", { plumbline: "everything", payload: {} }, undefined],
    ["named like a thing every object has", { plumbline: "toString", payload: {} }, undefined],
    ["that is a word", "outboxChanged", undefined],
  ])("are ignored: one %s", async (_, message, sender) => {
    const handle = vi.fn(() => Promise.resolve(null));
    listen({ ...SILENT, exchangeFlagged: handle, outboxChanged: handle });
    await dispatch(message, sender);
    expect(handle).not.toHaveBeenCalled();
  });
});
