import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { domainName, familyName, symptoms, symptomWords } from "../src/catalogue";

const LOCALES = join(import.meta.dirname, "../public/_locales");
const CODES: Record<string, string> = { en: "en", de: "de", es: "es", fr: "fr", zh_CN: "zh-CN" };
type Messages = Record<string, { message: string } | undefined>;

const read = (locale: string): Messages =>
  JSON.parse(readFileSync(join(LOCALES, locale, "messages.json"), "utf8")) as Messages;
const english = read("en");
const { domains, symptoms: listed } = parse(
  readFileSync(join(import.meta.dirname, "../../backend/catalogue/catalogue.yaml"), "utf8"),
) as { domains: { slug: string; children: { slug: string }[] }[]; symptoms: { slug: string }[] };
const key = (kind: string, slug: string): string => `${kind}_${slug.replaceAll("-", "_")}`;
/** What English has in the catalogue, and other languages beside their other words. */
const ofCatalogue = [
  ...domains.flatMap((family) => [
    key("family", family.slug),
    ...family.children.map(({ slug }) => key("domain", slug)),
  ]),
  ...listed.flatMap(({ slug }) => [key("symptom", slug), `${key("symptom", slug)}_help`]),
];
const places = (text: string): string[] => (text.match(/\$[1-9]/g) ?? []).sort();

it("there are five languages", () => {
  expect(readdirSync(LOCALES).sort()).toEqual(Object.keys(CODES).sort());
});

describe.each(Object.entries(CODES))("%s", (locale, code) => {
  const messages = read(locale);

  it("has every phrase, and no other", () => {
    const wanted = [...Object.keys(english), ...(locale === "en" ? [] : ofCatalogue)];
    expect(Object.keys(messages).sort()).toEqual(wanted.sort());
    expect(Object.entries(messages).filter(([, phrase]) => !phrase?.message.trim())).toEqual([]);
  });

  it("keeps the places where values go", () => {
    for (const [name, phrase] of Object.entries(english))
      expect([name, places(messages[name]?.message ?? "")]).toEqual([name, places(phrase?.message ?? "")]);
  });

  it("names itself", () => {
    expect(messages["language"]?.message).toBe(code);
  });
});

it.each(["de", "es", "fr", "zh_CN"])("%s says everything in its own words", (locale) => {
  const messages = read(locale);
  const same = Object.keys(english).filter((name) => messages[name]?.message === english[name]?.message);
  // Names, and words that happen to be the same.
  expect(same.length).toBeLessThan(15);
});

it("French keeps its marks on the line of the word before them", () => {
  const torn = Object.entries(read("fr")).filter(([, phrase]) => /\S [:;?!»]|« /.test(phrase?.message ?? ""));
  expect(torn).toEqual([]);
});

it("falls back to the catalogue's own words", () => {
  expect(domainName("gpu-kernels")).toBe("GPU kernels");
  expect(familyName({ slug: "frontier-ml", name: "Building frontier models" })).toBe("Building frontier models");
  const [first] = symptoms;
  expect(first && symptomWords(first).name).toBe("Wrong answer");
});
