/**
 * Lighthouse on some pages in one Chromium, for test_lighthouse.py: one JSON object on standard input, one
 * JSON line on standard output for each page.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { root, chromium, args, config, addresses } = JSON.parse(readFileSync(0, "utf8"));
const tools = createRequire(join(root, "extension/package.json"));
const puppeteer = tools("puppeteer-core");
const { default: lighthouse } = await import(pathToFileURL(tools.resolve("lighthouse")).href);

const browser = await puppeteer.launch({ executablePath: chromium, headless: true, args });
try {
  const port = Number(new URL(browser.wsEndpoint()).port);
  for (const address of addresses) {
    const { lhr } = await lighthouse(address, { port, logLevel: "error" }, config);
    console.log(JSON.stringify(lhr));
  }
} finally {
  await browser.close();
}
