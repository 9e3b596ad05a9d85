/** `make adapter SITE=slug`: an adapter that reads nothing yet, with pages for it to fail on. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "..");
const EXAMPLE = "mistral";
const slug = process.argv[2] ?? "";

function stop(message) {
  console.error(message);
  process.exit(1);
}

const { sites } = parse(readFileSync(join(ROOT, "../backend/catalogue/catalogue.yaml"), "utf8"));
const site = sites.find((one) => one.slug === slug && !one.fictional);
if (!site) stop(`backend/catalogue/catalogue.yaml has no site "${slug}". Add it there first, or choose one of: ${sites.filter((one) => !one.fictional).map((one) => one.slug).join(", ")}.`);
if (site.match.length === 0) stop(`"${slug}" has no address of its own in the catalogue: give it \`match\` patterns first.`);
const adapter = join(ROOT, `src/adapters/${slug}.ts`);
const folder = join(ROOT, `tests/fixtures/${slug}`);
if (existsSync(adapter) || existsSync(folder)) stop(`There is an adapter for "${slug}" already.`);

const name = slug.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
writeFileSync(
  adapter,
  `import { messagesAdapter } from "./messages";

/** ${site.name}: say here how its pages are built, and when they were looked at. */
export const ${name} = messagesAdapter({
  id: "${slug}",
  label: "${site.name}",
  matches: ${JSON.stringify(site.match)},
  layouts: [{ prompt: "[data-to-do=prompt]", answer: "[data-to-do=answer]", answerText: "[data-to-do=text]" }],
});
`,
);
mkdirSync(folder);
for (const file of readdirSync(join(ROOT, `tests/fixtures/${EXAMPLE}`))) {
  const text = readFileSync(join(ROOT, `tests/fixtures/${EXAMPLE}/${file}`), "utf8");
  writeFileSync(join(folder, file), file.endsWith(".json") ? text.replaceAll(`"${EXAMPLE}"`, `"${slug}"`) : text);
}
console.log(`Made src/adapters/${slug}.ts and tests/fixtures/${slug}/ in extension/. Its tests fail until you have

1. rebuilt the pages in tests/fixtures/${slug}/ as the site builds them: its markup, the invented texts;
2. put the site's selectors into src/adapters/${slug}.ts;
3. added ${name} to ADAPTERS in src/adapters/registry.ts, and to MATCHES in tests/adapters.test.ts;
4. explained its addresses in PERMISSIONS.md.

Run: cd extension && npx vitest run tests/adapters.test.ts`);
