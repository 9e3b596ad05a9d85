import { beforeEach, describe, expect, it, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import { genericExchange } from "../src/adapters/generic";
import type { Exchange, Skeleton } from "../src/adapters/types";
import { choicesFor, makeIdentity, viewOf } from "../src/entrypoints/review/state";
import { receiptKeyHash } from "../src/receipts";
import { DEFAULT_OPTIONS, keepDraft, loadDraft, loadOutbox, saveOptions } from "../src/storage";

const EXCHANGE: Exchange = {
  ...genericExchange(""),
  site: "chatgpt",
  adapter: "chatgpt",
  prompt: "Write to jane.miller@mail.example.org about 3 May 1990. <b>Now</b>",
  response: "I wrote to jane.miller@mail.example.org.",
  modelLabel: "gpt-4o",
  modelLabelSource: "message_attribute",
};

const get = (testid: string): HTMLElement => {
  const found = document.querySelector<HTMLElement>(`[data-testid="${testid}"]`);
  if (!found) throw new Error(`The page has no ${testid}.`);
  return found;
};
const all = (testid: string): HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>(`[data-testid="${testid}"]`),
];
const body = (): Record<string, unknown> => JSON.parse(get("preview").textContent) as Record<string, unknown>;
const isReady = (): boolean => !(get("send") as HTMLButtonElement).disabled;

function tick(testid: string): void {
  const box = get(testid) as HTMLInputElement;
  box.checked = true;
  box.dispatchEvent(new Event("change", { bubbles: true }));
}

function type(testid: string, text: string): void {
  const box = get(testid) as HTMLTextAreaElement;
  box.value = text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Opens the page with an exchange, or empty as by "Paste an answer". */
async function openReview(exchange: Exchange | null = EXCHANGE, skeleton: Skeleton | null = null): Promise<void> {
  document.body.replaceChildren(Object.assign(document.createElement("main"), { id: "main" }));
  if (exchange) await keepDraft("1", { exchange, skeleton });
  location.hash = exchange ? "#1" : "";
  vi.resetModules();
  await import("../src/entrypoints/review/main");
  await vi.waitFor(() => expect(get("preview").textContent).not.toBe(""));
}

/** Waits until the page shows what follows from the last change. */
async function settle(): Promise<void> {
  await new Promise((done) => setTimeout(done, 200));
}

async function decide(): Promise<void> {
  tick("symptom-shallow_answer");
  await settle();
  tick("consent");
}

beforeEach(() => {
  // The messages go nowhere: there is no background in this test.
  vi.spyOn(fakeBrowser.runtime, "sendMessage").mockResolvedValue(null);
});

describe("what follows from the choices", () => {
  it("is the same body, character by character, as long as they are the same", async () => {
    const identity = await makeIdentity(EXCHANGE);
    const options = { ...DEFAULT_OPTIONS, isLinked: false };
    const one = await viewOf(choicesFor(EXCHANGE), identity, options);
    const other = await viewOf(choicesFor(EXCHANGE), identity, options);
    expect(other.body).toBe(one.body);
    expect(one.draft).toMatchObject({
      isLinked: false,
      site: "chatgpt",
      adapter: "chatgpt",
      comment: "",
      domain: null,
    });
    expect(one.draft.receiptKeyHash).toBe(await receiptKeyHash(identity.receiptKey));
    expect(one.body).not.toContain(identity.receiptKey);
  });

  it("has one placeholder for one value in both texts, and counts it once", async () => {
    const { draft } = await viewOf(choicesFor(EXCHANGE), await makeIdentity(EXCHANGE), DEFAULT_OPTIONS);
    expect(draft.prompt).toBe("Write to [EMAIL_1] about 3 May 1990. <b>Now</b>");
    expect(draft.response).toBe("I wrote to [EMAIL_1].");
    expect(draft.removed).toEqual({ EMAIL: 1 });
  });

  it("hides what the options always hide, in the comment too", async () => {
    const choices = { ...choicesFor(EXCHANGE), comment: "They know it at ACME Widgets." };
    const { draft } = await viewOf(choices, await makeIdentity(EXCHANGE), {
      ...DEFAULT_OPTIONS,
      alwaysHide: ["Acme Widgets"],
    });
    expect(draft.comment).toBe("They know it at [HIDDEN_1].");
  });

  it("hides what is personal in a label that somebody typed, and leaves a known one alone", async () => {
    const typed = { ...choicesFor(EXCHANGE), modelLabel: "the one jane.miller@mail.example.org uses" };
    const { draft } = await viewOf(typed, await makeIdentity(EXCHANGE), DEFAULT_OPTIONS);
    expect(draft.modelLabel).toBe("the one [EMAIL_1] uses");
    const known = { ...choicesFor(EXCHANGE), modelLabel: "Claude Opus 4.5" };
    const options = { ...DEFAULT_OPTIONS, alwaysHide: ["Claude"] };
    expect((await viewOf(known, await makeIdentity(EXCHANGE), options)).draft.modelLabel).toBe(
      "Claude Opus 4.5",
    );
    const long = { ...choicesFor(EXCHANGE), modelLabel: "a@bb.co;".repeat(15) };
    const cut = (await viewOf(long, await makeIdentity(EXCHANGE), DEFAULT_OPTIONS)).draft.modelLabel;
    expect(cut).toHaveLength(120);
  });

  it("searches no more than may be sent, and says what is too long before it is hidden", async () => {
    const long = `${"casey.rivers@example.org ".repeat(2_400)}the end of it`;
    const choices = { ...choicesFor(EXCHANGE), symptoms: ["wrong_answer"], prompt: long };
    const { draft, problems } = await viewOf(choices, await makeIdentity(EXCHANGE), DEFAULT_OPTIONS);
    expect(draft.prompt.length).toBeLessThan(60_000);
    expect(draft.prompt).not.toContain("the end of it");
    expect(problems).toEqual(["The prompt is longer than 60,000 characters. Cut a passage."]);
    const fits = { ...choices, prompt: long.slice(-60_000) };
    expect((await viewOf(fits, await makeIdentity(EXCHANGE), DEFAULT_OPTIONS)).problems).toEqual([]);
  });

  it("holds nothing that a database can't store", async () => {
    const choices = { ...choicesFor(EXCHANGE), prompt: "a\0b\uD83D c" };
    const { draft } = await viewOf(choices, await makeIdentity(EXCHANGE), DEFAULT_OPTIONS);
    expect(draft.prompt).toBe("a\uFFFDb\uFFFD c");
  });
});

describe("the page", () => {
  it("shows the original beside what will be sent, as text and never as markup", async () => {
    await openReview();
    expect(get("prompt-original").textContent).toBe(EXCHANGE.prompt);
    expect(get("prompt-redacted").textContent).toBe("Write to [EMAIL_1] about 3 May 1990. <b>Now</b>");
    expect(document.querySelector("b")).toBeNull();
    expect(all("removal").map((mark) => [mark.textContent, mark.dataset["type"]])).toEqual([
      ["jane.miller@mail.example.org", "EMAIL"],
      ["jane.miller@mail.example.org", "EMAIL"],
    ]);
    expect(all("removal")[0]?.title).toBe(
      "E-mail address: will be replaced by [EMAIL_1]. It names a person or leads to one.",
    );
    expect(all("look").map((mark) => [mark.textContent, mark.dataset["type"]])).toEqual([
      ["3 May 1990", "DATE"],
    ]);
  });

  it("shows six symptoms at first sight", async () => {
    await openReview();
    const boxes = [...document.querySelectorAll('[data-testid^="symptom-"]')];
    expect(boxes.filter((box) => !box.closest("details"))).toHaveLength(6);
    expect(boxes.length).toBeGreaterThan(6);
  });

  it("lets nothing go without a symptom and consent", async () => {
    await openReview();
    tick("consent");
    expect(isReady()).toBe(false);
    expect(get("problems").textContent).toBe("Choose what is wrong with the answer.");
    await decide();
    expect(isReady()).toBe(true);
  });

  it("asks for consent again after any change", async () => {
    await openReview();
    await decide();
    type("comment-edit", "Worse than last week.");
    expect(isReady()).toBe(false);
    expect((get("consent") as HTMLInputElement).checked).toBe(false);
    tick("consent");
    expect(isReady()).toBe(false); // the preview does not show the comment yet
    await settle();
    expect(body()["comment"]).toBe("Worse than last week.");
    expect(isReady()).toBe(true);
  });

  it("takes two clicks to put a removed value back", async () => {
    await openReview();
    get("keep").click();
    await settle();
    expect(body()["prompt"]).toBe("Write to [EMAIL_1] about 3 May 1990. <b>Now</b>");
    get("keep").click();
    await settle();
    expect(body()["prompt"]).toBe(EXCHANGE.prompt);
    expect(get("removal-count").textContent).toContain("You put back: 1.");
    get("unkeep").click();
    await settle();
    expect(body()["response"]).toBe("I wrote to [EMAIL_1].");
  });

  it("hides what should be looked at, everywhere, and shows it again", async () => {
    await openReview();
    get("look-hide").click();
    await settle();
    expect(body()["prompt"]).toBe("Write to [EMAIL_1] about [HIDDEN_1]. <b>Now</b>");
    expect(body()["redaction"]).toEqual({ version: "11", removed: { EMAIL: 1, HIDDEN: 1 } });
    get("unhide").click();
    await settle();
    expect(body()["redaction"]).toEqual({ version: "11", removed: { EMAIL: 1 } });
  });

  it("searches again what is edited", async () => {
    await openReview();
    get("prompt-edit-button").click();
    type("prompt-edit", "Call me: bob@mail.example.org");
    await settle();
    expect(body()["prompt"]).toBe("Call me: [EMAIL_1]");
    expect(get("prompt-redacted").textContent).toBe("Call me: [EMAIL_1]");
    get("prompt-done").click();
    await settle();
    expect(get("prompt-original").textContent).toBe("Call me: bob@mail.example.org");
  });

  it("hands over exactly the string on the screen, and forgets the draft", async () => {
    await saveOptions({ ...DEFAULT_OPTIONS, holdMinutes: 3 });
    await openReview();
    await decide();
    const shown = get("preview").textContent;
    get("send").click();
    await vi.waitFor(() => expect(get("held-state").dataset["state"]).toBe("held"));
    const [entry] = await loadOutbox();
    expect(entry?.body).toBe(shown);
    expect(entry).toMatchObject({
      id: (JSON.parse(shown) as { id: string }).id,
      status: "held",
      site: "chatgpt",
      domain: null,
    });
    expect(await receiptKeyHash(entry?.receiptKey ?? "")).toBe(
      (JSON.parse(shown) as { receipt_key_sha256: string }).receipt_key_sha256,
    );
    expect(await loadDraft("1")).toBeNull();
    expect(fakeBrowser.runtime.sendMessage).toHaveBeenCalledWith({ plumbline: "outboxChanged", payload: {} });
    get("undo").click();
    await vi.waitFor(() => get("undone"));
    expect(await loadOutbox()).toEqual([]);
  });

  it("lets nothing go that could not be searched", async () => {
    await openReview();
    await decide();
    expect(isReady()).toBe(true);
    const digest = vi.spyOn(crypto.subtle, "sign").mockRejectedValue(new Error("broken"));
    const site = get("site") as HTMLSelectElement;
    site.value = "claude";
    site.dispatchEvent(new Event("change"));
    await settle();
    tick("consent");
    expect(isReady()).toBe(false);
    expect(get("problems").textContent).toContain("could not be searched");
    digest.mockRestore();
  });

  it("sends one report for two quick clicks", async () => {
    await openReview();
    await decide();
    const button = get("send");
    button.click();
    button.click();
    await vi.waitFor(() => get("held-state"));
    expect(await loadOutbox()).toHaveLength(1);
  });

  it("keeps nothing after Cancel", async () => {
    vi.spyOn(window, "close").mockReturnValue();
    await openReview();
    get("cancel").click();
    await vi.waitFor(() => get("cancelled"));
    expect(await loadDraft("1")).toBeNull();
    expect(await loadOutbox()).toEqual([]);
  });

  it("opens empty for what a person pastes, and asks for both texts", async () => {
    await openReview(null);
    expect(get("problems").textContent).toBe(
      "The prompt is empty.The answer is empty.Choose what is wrong with the answer.",
    );
    type("prompt-edit", "p");
    type("response-edit", "r");
    const model = get("model") as HTMLInputElement;
    model.value = " Some Model ";
    model.dispatchEvent(new Event("input"));
    await decide();
    expect(isReady()).toBe(true);
    expect(body()).toMatchObject({
      site: "other",
      prompt: "p",
      response: "r",
      model_label: "Some Model",
      model_label_source: "user",
      client: { adapter: "generic" },
    });
  });
});

describe("a page that could not be read", () => {
  const skeleton: Skeleton = [{ depth: 0, tag: "article", classes: ["msg"], attributes: ["class"], textLength: 40 }];

  it("is described without a word, and sent exactly as shown, at the second thought only", async () => {
    const asked = vi.fn<(url: string, request: RequestInit) => Promise<Response>>(() =>
      Promise.resolve(new Response(JSON.stringify({ id: "1", received_on: "2026-11-20" }), { status: 201 })),
    );
    vi.stubGlobal("fetch", asked);
    await openReview({ ...genericExchange("", "claude") }, skeleton);
    const shown = get("drift-preview").textContent;
    expect(JSON.parse(shown)).toMatchObject({
      site: "claude",
      nodes: [{ depth: 0, tag: "article", classes: ["msg"], attributes: ["class"], text_length: 40 }],
    });
    expect(asked).not.toHaveBeenCalled();
    get("drift-send").click();
    await vi.waitFor(() => expect(get("drift-said").textContent).toBe("Thank you. The description was sent."));
    expect(asked.mock.calls.map(([url, { body }]) => [url, body])).toEqual([
      ["http://127.0.0.1:8000/api/v1/drift-reports/", shown],
    ]);
  });

  it("says so when the server can't be reached, and can be tried again", async () => {
    await openReview({ ...genericExchange("", "claude") }, skeleton);
    get("drift-send").click();
    await vi.waitFor(() => expect(get("drift-said").textContent).toBe("The server can't be reached."));
    expect((get("drift-send") as HTMLButtonElement).disabled).toBe(false);
  });

  it("is not mentioned where everything was read", async () => {
    await openReview();
    expect(all("drift")).toEqual([]);
  });
});

describe("the subject", () => {
  const LAW = "Is a contract void if the landlord signed the lease under duress, and can the tenant sue for damages in court?";

  it("is guessed, until the person chooses", async () => {
    await openReview({ ...EXCHANGE, prompt: LAW });
    expect((get("domain") as HTMLSelectElement).value).toBe("law");
    expect(get("domain-guessed").hidden).toBe(false);
    expect(body()["domain"]).toBe("law");
    const select = get("domain") as HTMLSelectElement;
    select.value = "";
    select.dispatchEvent(new Event("change"));
    await settle();
    expect(body()["domain"]).toBeNull();
    expect(get("domain-guessed").hidden).toBe(true);
  });
});

describe("what the person adds", () => {
  it("goes along, redacted", async () => {
    await openReview();
    const expected = get("expected-edit") as HTMLTextAreaElement;
    expected.value = "Ask jane.miller@mail.example.org, in steps.";
    expected.dispatchEvent(new Event("input"));
    for (const [name, value] of [["severity", "3"], ["tier", "paid"], ["effort", "high"]] as const) {
      const select = get(name) as HTMLSelectElement;
      select.value = value;
      select.dispatchEvent(new Event("change"));
    }
    await settle();
    expect(body()).toMatchObject({
      expected: "Ask [EMAIL_1], in steps.",
      severity: 3,
      circumstances: { tier: "paid", effort: "high", notice: null },
    });
  });

  it("may be a cut, which can be taken back", async () => {
    await openReview();
    const text = get("response-original").firstChild as Text;
    const range = document.createRange();
    range.setStart(text, 2);
    range.setEnd(text, 7);
    const selection = getSelection();
    selection?.removeAllRanges();
    selection?.addRange(range);
    get("response-cut-selection").click();
    await settle();
    expect(body()["response"]).toBe("I […] to [EMAIL_1].");
    get("response-uncut").click();
    await settle();
    expect(body()["response"]).toBe("I wrote to [EMAIL_1].");
  });
});
