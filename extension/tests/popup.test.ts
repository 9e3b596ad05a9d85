import { beforeEach, expect, it, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import type { Entry } from "../src/outbox";
import { installPermissions, Person } from "./permissions";
import { changeOutbox, loadOutbox } from "../src/storage";

const entry = (id: string, how: Partial<Entry>): Entry => ({
  id,
  receiptKey: "k",
  server: "https://plumbline.example",
  site: "claude",
  domain: "distributed-training",
  createdOn: "2026-11-20",
  status: "sent",
  notBefore: 0,
  attempts: 0,
  body: "",
  serverState: "pending",
  withdrawnAt: null,
  checkedOn: "",
  message: "",
  ...how,
});

async function openPopup(...entries: Entry[]): Promise<void> {
  await changeOutbox(() => entries);
  document.body.replaceChildren(Object.assign(document.createElement("main"), { id: "main" }));
  vi.resetModules();
  await import("../src/entrypoints/popup/main");
  await vi.waitFor(() => expect(document.querySelector("h1")?.textContent).toBe("My reports"));
}

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('[data-testid="report"]')];
const controls = (row: HTMLElement | undefined): (string | undefined)[] =>
  [...(row?.querySelectorAll<HTMLElement>("button, a") ?? [])].map((control) => control.dataset["testid"]);
const click = (testid: string): void =>
  document.querySelector<HTMLElement>(`[data-testid="${testid}"]`)?.click();

const person = new Person();

beforeEach(() => {
  person.granted.clear();
  person.requests = [];
  installPermissions(person);
  vi.spyOn(fakeBrowser.tabs, "query").mockResolvedValue([]);
  vi.spyOn(fakeBrowser.runtime, "sendMessage").mockResolvedValue(null);
});

it("says how to begin when there is nothing", async () => {
  await openPopup();
  expect(rows()).toEqual([]);
  expect(document.querySelector('[data-testid="no-reports"]')).not.toBeNull();
});

it("shows each report's state with what can be done about it, the newest first", async () => {
  await openPopup(
    entry("1", { status: "held", serverState: null }),
    entry("2", { status: "queued", serverState: null, attempts: 1, message: "The server can't be reached." }),
    entry("3", { status: "refused", serverState: null, message: "No." }),
    entry("4", {}),
    entry("5", { serverState: "released" }),
    entry("6", { serverState: "withdrawn" }),
    entry("7", { status: "withdrawing" }),
  );
  expect(rows().map((row) => [row.dataset["id"], row.dataset["state"], ...controls(row)])).toEqual([
    ["7", "withdrawing", "withdraw-page", "try-again"],
    ["6", "withdrawn", "forget"],
    ["5", "released", "withdraw-page", "public-page", "check", "withdraw"],
    ["4", "pending", "withdraw-page", "check", "withdraw"],
    ["3", "refused", "try-again", "forget"],
    ["2", "queued", "try-again", "withdraw"],
    ["1", "held", "undo", "send-now"],
  ]);
  expect(rows()[3]?.textContent).toContain(
    "received · Claude · Distributed training infrastructure · 2026-11-20",
  );
  expect(rows()[4]?.textContent).toContain("No.");
});

it("links to the public page of a released report", async () => {
  await openPopup(entry("5", { serverState: "released" }));
  expect(document.querySelector('[data-testid="public-page"]')?.getAttribute("href")).toBe(
    "https://plumbline.example/reports/5/",
  );
});

it("offers the receipt key of what the server has, and where to use it", async () => {
  await openPopup(
    entry("1", { status: "held", serverState: null, receiptKey: "a".repeat(32) }),
    entry("2", { receiptKey: "b".repeat(32) }),
    entry("3", { serverState: "withdrawn", receiptKey: "c".repeat(32) }),
  );
  const keys = [...document.querySelectorAll('[data-testid="receipt-key"]')].map((key) => key.textContent);
  expect(keys).toEqual(["b".repeat(32)]);
  const receipt = document.querySelector('[data-testid="receipt"]');
  expect(receipt?.hasAttribute("open")).toBe(false);
  expect(receipt?.querySelector("a")?.getAttribute("href")).toBe("https://plumbline.example/withdraw/");
});

it("undoes at once", async () => {
  await openPopup(entry("1", { status: "held", serverState: null }));
  click("undo");
  await vi.waitFor(() => expect(rows()).toEqual([]));
  expect(await loadOutbox()).toEqual([]);
});

it("withdraws at the second click", async () => {
  await openPopup(entry("4", {}));
  click("withdraw");
  expect(document.querySelector('[data-testid="withdraw"]')?.textContent).toBe("Erase it for good?");
  expect((await loadOutbox())[0]?.status).toBe("sent");
  click("withdraw");
  await vi.waitFor(() => expect(rows()[0]?.dataset["state"]).toBe("withdrawing"));
  expect(fakeBrowser.runtime.sendMessage).toHaveBeenCalledWith({ plumbline: "outboxChanged", payload: {} });
});

it("still asks after news of a report has come between the two clicks", async () => {
  await openPopup(entry("1", {}), entry("2", {}));
  document.querySelector<HTMLElement>('[data-id="1"] [data-testid="withdraw"]')?.click();
  await changeOutbox((entries) => entries.map((one) => ({ ...one, serverState: "released" as const })));
  await vi.waitFor(() => expect(rows().map((row) => row.dataset["state"])).toEqual(["released", "released"]));
  const asking = (id: string): HTMLElement | null =>
    document.querySelector<HTMLElement>(`[data-id="${id}"] [data-testid="withdraw"]`);
  expect([asking("1"), asking("2")].map((one) => one?.textContent)).toEqual(["Erase it for good?", "Withdraw"]);
  asking("1")?.click();
  const states = (): unknown[] => rows().map((row) => [row.dataset["id"], row.dataset["state"]]);
  const expected = [["1", "withdrawing"], ["2", "released"]];
  await vi.waitFor(() => expect(states().sort()).toEqual(expected));
});

it("leaves its buttons where they are when nothing has changed", async () => {
  await openPopup(entry("2", { status: "queued", serverState: null, attempts: 1 }));
  click("withdraw");
  await changeOutbox((entries) => [...entries]);
  expect(document.querySelector('[data-testid="withdraw"]')?.textContent).toBe("Erase it for good?");
});

it("asks for one state when it opens, and for another where the person says so", async () => {
  const asked = vi.fn((_: string, request: RequestInit) => {
    const { "Plumbline-Receipt": key } = request.headers as Record<string, string>;
    return Promise.resolve(new Response(JSON.stringify({ id: key, state: "released" }), { status: 200 }));
  });
  vi.stubGlobal("fetch", asked);
  await openPopup(entry("4", { receiptKey: "four" }), entry("5", { receiptKey: "five" }));
  await vi.waitFor(() => expect(rows()[0]?.dataset["state"]).toBe("released"));
  expect(rows()[0]?.textContent).toContain("Last asked on ");
  expect(asked).toHaveBeenCalledTimes(1);
  expect(rows()[1]?.dataset["state"]).toBe("pending");
  rows()[1]?.querySelector<HTMLElement>('[data-testid="check"]')?.click();
  await vi.waitFor(() => expect(rows()[1]?.dataset["state"]).toBe("released"));
  expect(asked).toHaveBeenCalledTimes(2);
});

it("offers to turn the flag on for the chat site in the tab, and asks for that site alone", async () => {
  vi.spyOn(fakeBrowser.tabs, "query").mockResolvedValue([{ url: "https://claude.ai/chat/1" }] as never);
  await openPopup();
  click("turn-on");
  await vi.waitFor(() => expect(document.querySelector('[data-testid="turn-on"]')).toBeNull());
  expect(person.requests).toEqual([["https://claude.ai/*"]]);
});

it("offers nothing on any other page, nor where it is on already", async () => {
  vi.spyOn(fakeBrowser.tabs, "query").mockResolvedValue([{ url: "https://example.org/" }] as never);
  await openPopup();
  expect(document.querySelector('[data-testid="turn-on"]')).toBeNull();
  person.granted.add("https://claude.ai/*");
  vi.spyOn(fakeBrowser.tabs, "query").mockResolvedValue([{ url: "https://claude.ai/" }] as never);
  await openPopup();
  expect(document.querySelector('[data-testid="turn-on"]')).toBeNull();
});
