import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Circumstances } from "../src/adapters/types";
import { genericExchange } from "../src/adapters/generic";
import { ADAPTERS, adapterFor, MATCHES } from "../src/adapters/registry";
import { sites } from "../src/catalogue";

const FIXTURES = join(import.meta.dirname, "fixtures");
const CASES = ["one-exchange", "two-turns", "still-writing", "code-and-math", "regenerated", "hostile", "redesigned"];

function pageOf(path: string): Document {
  return new DOMParser().parseFromString(readFileSync(path, "utf8"), "text/html");
}

describe.each(ADAPTERS.map((adapter) => [adapter.id, adapter] as const))("%s", (id, adapter) => {
  it.each(CASES)("reads %s as expected", (name) => {
    const page = pageOf(join(FIXTURES, id, `${name}.html`));
    const expected = JSON.parse(readFileSync(join(FIXTURES, id, `${name}.expected.json`), "utf8")) as {
      answers: unknown[];
    };
    expect(adapter.findAnswers(page).map((answer) => adapter.readExchange(answer))).toEqual(expected.answers);
  });

  it("changes nothing on the page", () => {
    const page = pageOf(join(FIXTURES, id, "code-and-math.html"));
    const before = page.documentElement.outerHTML;
    adapter.findAnswers(page).forEach((answer) => adapter.readExchange(answer));
    expect(page.documentElement.outerHTML).toBe(before);
  });

  it("is unsure about an answer without a prompt", () => {
    const page = pageOf(join(FIXTURES, id, "one-exchange.html"));
    for (const asked of page.querySelectorAll(
      '[data-message-author-role="user"], [data-testid="user-message"], user-query, [data-invented="prompt"]',
    ))
      asked.remove();
    const read = adapter.findAnswers(page).map((answer) => adapter.readExchange(answer));
    expect(read.filter((exchange) => exchange !== null)).toEqual([]);
  });
});

describe("how an answer came about", () => {
  const pageWith = (id: string, change: (page: Document) => void): Circumstances | undefined => {
    const page = pageOf(join(FIXTURES, id, "two-turns.html"));
    change(page);
    const adapter = ADAPTERS.find((one) => one.id === id);
    const last = adapter?.findAnswers(page).at(-1);
    return (last && adapter?.readExchange(last)?.circumstances) ?? undefined;
  };
  const before = (page: Document, selector: string, html: string): void =>
    [...page.querySelectorAll(selector)].at(-1)?.insertAdjacentHTML("beforebegin", html);
  const after = (page: Document, selector: string, html: string): void =>
    [...page.querySelectorAll(selector)].at(-1)?.insertAdjacentHTML("afterend", html);
  const answerIs = (page: Document, words: string): void => {
    const body = [...page.querySelectorAll(".markdown p, .standard-markdown p, .prose p")].at(-1);
    if (body) body.textContent = words;
  };

  it.each([
    ["chatgpt", '[data-message-author-role="user"]', '<div data-testid="plan.pdf"></div>'],
    ["claude", '[data-testid="user-message"]', '<div data-testid="sketch.PNG"><img src="/api/1/files/2"></div>'],
    ["gemini", "user-query-content", "<user-query-file-preview></user-query-file-preview>"],
  ])("tells that something is attached: %s", (id, prompt, html) => {
    expect(pageWith(id, () => undefined)?.hasAttachments).toBeNull();
    expect(pageWith(id, (page) => before(page, prompt, html))?.hasAttachments).toBe(true);
  });

  it("does not take an earlier prompt's attachment for this one's", () => {
    const circumstances = pageWith("claude", (page) =>
      page
        .querySelector('[data-testid="user-message"]')
        ?.insertAdjacentHTML("beforebegin", '<div data-testid="sketch.png"></div>'),
    );
    expect(circumstances?.hasAttachments).toBeNull();
  });

  it.each([
    ["chatgpt", ".markdown", '<span data-testid="webpage-citation-pill">example.org</span>'],
    ["claude", ".standard-markdown", '<div class="artifact-block-cell">Plan</div>'],
    ["gemini", "message-content", '<button data-test-id="used-sources-button">Sources</button>'],
  ])("tells that a tool was used: %s", (id, body, html) => {
    expect(pageWith(id, () => undefined)?.hasTools).toBeNull();
    expect(pageWith(id, (page) => after(page, body, html))?.hasTools).toBe(true);
  });

  it.each([
    ["You've hit the Free plan limit for GPT-5. Responses will use another model.", "fallback"],
    ["Switched to a lighter model for this answer.", "fallback"],
    ["Continuing with a different model", "fallback"],
    ["Using GPT-5 mini", "none"],
    ["Prepared using Sonar Large", "none"],
  ])("reads what stands beside the answer: %s", (words, notice) => {
    for (const [id, body] of [["chatgpt", ".markdown"], ["claude", ".standard-markdown"]] as const)
      expect(pageWith(id, (page) => after(page, body, `<div role="note">${words}</div>`))?.notice).toBe(notice);
  });

  it("does not take the answer's own words for a notice of the page", () => {
    expect(pageWith("claude", (page) => answerIs(page, "They switched to a lighter model."))?.notice).toBe("none");
  });

  it.each([
    ["I'm sorry, but I can't help with that.", "refusal"],
    ["I cannot assist with this request.", "refusal"],
    ["Es tut mir leid, aber dabei kann ich nicht helfen.", "refusal"],
    ["Lo siento, pero no puedo ayudarte con eso.", "refusal"],
    ["Je suis désolé, je ne peux pas vous aider.", "refusal"],
    ["抱歉，我无法帮助你。", "refusal"],
    ["I can help with that: begin here.", "none"],
    [`I can't help with the tape, but here is the rest. ${"Then do this. ".repeat(60)}`, "none"],
  ])("tells a stated refusal from an answer: %s", (words, notice) => {
    expect(pageWith("claude", (page) => answerIs(page, words))?.notice).toBe(notice);
  });
});

describe("LMArena", () => {
  const battle = (): Document => {
    const page = pageOf(join(FIXTURES, "lmarena", "one-exchange.html"));
    const row = page.querySelector(".-ml-4");
    row?.insertAdjacentHTML(
      "beforeend",
      '<div class="column"><div><span class="truncate">Assistant B</span></div><div class="prose"><p>Other words.</p></div></div>',
    );
    return page;
  };
  const adapter = ADAPTERS.find(({ id }) => id === "lmarena");

  it("reads each of two answers that stand beside each other, and names none that is hidden", () => {
    const page = battle();
    const read = adapter?.findAnswers(page).map((answer) => adapter.readExchange(answer));
    expect(read?.map((exchange) => [exchange?.prompt, exchange?.response, exchange?.modelLabel])).toEqual([
      ["How do I resume a job that lost one shard?", "Start again from the beginning and hope.", "claude-3-5-haiku-20241022"],
      ["How do I resume a job that lost one shard?", "Other words.", null],
    ]);
  });

  it("is unsure about a column with two texts", () => {
    const page = battle();
    page.querySelector(".prose")?.insertAdjacentHTML("afterend", '<div class="prose">Thinking.</div>');
    const read = adapter?.findAnswers(page).map((answer) => adapter.readExchange(answer)?.response ?? null);
    expect(read).toEqual([null, null, "Other words."]);
  });
});

it("has a folder of fixtures for each adapter, and an adapter for each folder", () => {
  expect(readdirSync(FIXTURES).sort()).toEqual(ADAPTERS.map(({ id }) => id).sort());
});

it("has every case, with what is expected of it, and no other file", () => {
  for (const { id } of ADAPTERS) {
    const wanted = CASES.flatMap((name) => [`${name}.expected.json`, `${name}.html`]).sort();
    expect(readdirSync(join(FIXTURES, id)).sort()).toEqual(wanted);
    expect(existsSync(join(FIXTURES, id, "one-exchange.html"))).toBe(true);
  }
});

it("finds the adapter of a host, and none for any other", () => {
  expect(adapterFor("https://claude.ai/chat/1")?.id).toBe("claude");
  expect(adapterFor("https://claude.ai.example.org/")).toBeNull();
  expect(adapterFor("http://claude.ai/")).toBeNull();
  expect(adapterFor("https://huggingface.co/chat/conversation/1")?.id).toBe("huggingchat");
  expect(adapterFor("https://huggingface.co/models")).toBeNull();
});

it("names sites as the catalogue does", () => {
  for (const adapter of ADAPTERS) {
    const site = sites.find(({ slug }) => slug === adapter.id);
    expect(site).toEqual({ slug: adapter.id, name: adapter.label, match: adapter.matches });
  }
});

it("knows the pages on which a flag can be offered", () => {
  expect(MATCHES).toEqual([
    "https://chatgpt.com/*",
    "https://chat.openai.com/*",
    "https://claude.ai/*",
    "https://gemini.google.com/*",
    "https://copilot.microsoft.com/*",
    "https://m365.cloud.microsoft/*",
    "https://chat.mistral.ai/*",
    "https://www.meta.ai/*",
    "https://meta.ai/*",
    "https://www.perplexity.ai/*",
    "https://grok.com/*",
    "https://chat.deepseek.com/*",
    "https://huggingface.co/chat/*",
    "https://lmarena.ai/*",
  ]);
});

it("offers pasted text as the answer, for the person to complete", () => {
  expect(genericExchange("  So.  ")).toMatchObject({
    site: "other",
    adapter: "generic",
    prompt: "",
    response: "So.",
    modelLabel: null,
  });
});
