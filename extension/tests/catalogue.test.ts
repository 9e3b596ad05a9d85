import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { domainName, families, siteOf, sites, symptoms } from "../src/catalogue";

interface Source {
  sites: { slug: string; fictional?: boolean }[];
  domains: { slug: string; name: string; children: { slug: string; name: string }[] }[];
  symptoms: { slug: string; kind: string }[];
}
const source = parse(
  readFileSync(join(import.meta.dirname, "../../backend/catalogue/catalogue.yaml"), "utf8"),
) as Source;

it("offers every real site, and no fictional one", () => {
  const real = source.sites.filter((site) => site.fictional !== true).map(({ slug }) => slug);
  expect(sites.map(({ slug }) => slug).sort()).toEqual(real.sort());
  expect(source.sites.length).toBeGreaterThan(real.length);
  expect(sites.at(-1)?.slug).toBe("other");
});

it("offers every domain in its family, without the example prompts", () => {
  expect(families).toEqual(
    source.domains.map(({ slug, name, children }) => ({
      slug,
      name,
      domains: children.map((child) => ({ slug: child.slug, name: child.name })),
    })),
  );
  expect(JSON.stringify(families)).not.toContain("examples");
});

it("offers every symptom with its kind", () => {
  expect(symptoms.map(({ slug, kind }) => [slug, kind])).toEqual(
    source.symptoms.map(({ slug, kind }) => [slug, kind]),
  );
});

it.each([
  ["https://chatgpt.com/c/1", "chatgpt"],
  ["https://chat.openai.com/", "chatgpt"],
  ["https://huggingface.co/chat/", "huggingchat"],
  ["https://huggingface.co/models", "other"],
  ["https://chatgpt.com.example.org/", "other"],
  ["http://chatgpt.com/", "other"],
  ["no address", "other"],
])("knows the site of %s: %s", (address, slug) => {
  expect(siteOf(address)).toBe(slug);
});

it("names a domain for people", () => {
  expect(domainName("distributed-training")).toBe("Distributed training infrastructure");
  expect(domainName("not-any-more")).toBe("not-any-more");
  expect(domainName(null)).toBe("");
});
