import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { genericExchange } from "../src/adapters/generic";
import { ADAPTERS, adapterFor, MATCHES } from "../src/adapters/registry";
import content from "../src/entrypoints/content";
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
    expect(adapter.findAnswers(page).map((answer) => adapter.readExchange(answer))).toEqual([null]);
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

it("runs on the pages of the adapters and on no other", () => {
  expect(content.matches).toEqual(MATCHES);
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
