/**
 * Drives a real Firefox ESR with the built extension, for test_firefox.py: one JSON object on standard
 * input, one JSON line on standard output for each thing that was seen.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { readFileSync } from "node:fs";

const { root, firefox, profile, server, chatPort, pictures } = JSON.parse(readFileSync(0, "utf8"));
const puppeteer = createRequire(join(root, "extension/package.json"))("puppeteer-core");
const UUID = "5d0c2d6e-0000-4000-8000-000000000001";
const PAGE = `moz-extension://${UUID}`;

const tell = (what, value) => console.log(JSON.stringify({ what, value }));
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath: firefox,
  headless: true,
  // The pages of an extension belong to the browser: without this, nobody drives them.
  args: ["--remote-allow-system-access"],
  acceptInsecureCerts: true,
  userDataDir: profile,
  extraPrefsFirefox: {
    "extensions.webextensions.uuids": JSON.stringify({ "extension@plumbline.example": UUID }),
    // The browser's own question can't be answered by a page: it says yes by itself.
    "extensions.webextOptionalPermissionPrompts": false,
    "network.dns.localDomains": "chatgpt.com",
    "network.socket.forcePort": `443=${chatPort}`,
    "network.trr.mode": 5,
    "security.cert_pinning.enforcement_level": 0,
    "app.update.enabled": false,
  },
});
const test = (id) => `[data-testid="${id}"]`;

async function open(address) {
  const page = await browser.newPage();
  // Firefox tells nobody when a page of an extension has loaded: we look for ourselves.
  page.goto(address).catch(() => undefined);
  await until(address, async () => (await addressOf(page)) === address);
  // A click goes to the tab in front, and a new one takes a moment to be that.
  await page.bringToFront();
  return page;
}

const addressOf = (page) =>
  Promise.race([
    page.evaluate(() => (document.readyState === "complete" ? location.href : "")).catch(() => ""),
    new Promise((resolve) => setTimeout(resolve, 2_000, "")),
  ]);

async function until(what, look) {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Ticks a box, and looks whether it is ticked: a loaded machine's Firefox loses a click now and then. */
async function tick(page, id) {
  const isTicked = () => page.$eval(test(id), (box) => box.checked);
  await until(`a tick at ${id}`, async () => {
    await page.click(test(id));
    return page.waitForSelector(`${test(id)}:checked`, { timeout: 5_000 }).catch(isTicked);
  });
}

/** What every open page shows, for whoever looks into a failure. */
async function picture() {
  for (const [index, page] of (await browser.pages()).entries())
    await page.screenshot({ path: join(pictures, `firefox-failed-${index}.png`), fullPage: true }).catch(() => undefined);
}

const textOf = (page, id) => page.$eval(test(id), (element) => element.textContent);

const credentials = (page) => page.evaluate(async () => (await chrome.storage.local.get("credentials")).credentials ?? {});

/** The first step to a credential: planned hours ahead when the background wakes, and taken when it is due. */
async function start(page) {
  const wake = () => page.evaluate(() => chrome.alarms.create("controls", { when: Date.now() + 50, periodInMinutes: 30 }));
  await wake();
  await until("the plan", async () => (await credentials(page)).plan?.step === "start");
  await page.evaluate(async () => {
    const { credentials } = await chrome.storage.local.get("credentials");
    credentials.plan.at = 0;
    await chrome.storage.local.set({ credentials });
  });
  await wake();
  return until("the start", async () => (await credentials(page)).start);
}

try {
  await browser.installExtension(join(root, "extension/.output/firefox-mv3"));
  const options = await open(`${PAGE}/options.html`);
  await options.waitForSelector(test("server"));
  for (const [id, value] of [["server", server], ["hold", "0"]]) {
    await options.$eval(test(id), (input) => (input.value = ""));
    await options.type(test(id), value);
  }
  await options.click(test("save"));
  await until("Saved.", async () => (await textOf(options, "said")) === "Saved.");
  await options.click(test("site-chatgpt"));
  await options.waitForSelector(`${test("site-chatgpt")}[aria-checked="true"]`);
  await tick(options, "ratings");
  await options.click(test("save"));
  tell("start", await start(options));

  const chat = await open("https://chatgpt.com/chatgpt.html");
  const flag = await until("the flag", async () => {
    const found = await chat.evaluateHandle(
      () => document.querySelector("plumbline-flag")?.shadowRoot?.querySelector("button") ?? null,
    );
    return found.asElement();
  });
  tell("label", await flag.evaluate((button) => button.getAttribute("aria-label")));
  await chat.screenshot({ path: join(pictures, "firefox-chat.png") });
  await flag.click();
  const review = await until("the review page", async () => {
    for (const page of await browser.pages())
      if ((await addressOf(page)).startsWith(`${PAGE}/review.html`)) return page;
    return null;
  });
  await review.bringToFront();
  await review.waitForSelector(test("removed-value"));
  tell("removed", await review.$$eval(`${test("prompt-original")} ${test("removal")}`, (marks) => marks.map((mark) => mark.textContent)));
  await review.screenshot({ path: join(pictures, "firefox-review.png"), fullPage: true });
  await tick(review, "symptom-wrong_answer");
  await tick(review, "consent");
  await review.waitForSelector(`${test("send")}:not(:disabled)`);
  tell("preview", JSON.parse(await textOf(review, "preview")));
  await review.click(test("send"));
  await review.waitForSelector(test("held-state"));

  const popup = await open(`${PAGE}/popup.html`);
  const state = () => popup.$eval(test("state"), (element) => element.dataset.state).catch(() => "");
  await until("the report to be received", async () => ["pending", "released"].includes(await state()));
  tell("state", "received");
  await popup.click(test("withdraw"));
  await popup.click(test("withdraw"));
  await until("the withdrawal", async () => (await state()) === "withdrawn");
  tell("state", "withdrawn");
} catch (error) {
  await picture();
  throw error;
} finally {
  await browser.close();
}
