import { browser } from "wxt/browser";
import { defineBackground } from "wxt/utils/define-background";
import { genericExchange } from "../adapters/generic";
import { siteOf } from "../catalogue";
import { areControlsWanted, doWhatIsDue, forgetWhatIsOff, noteAnswer } from "../controls/controls";
import { loadOutgoing } from "../controls/outgoing";
import { answerQuestion, dismissQuestion } from "../controls/ratings";
import { trimRequestsTo } from "../headers";
import { listen, type Flagged } from "../messages";
import { flush, lookUpOne, nextDue } from "../outbox";
import { registerFlags } from "../sites";
import { say } from "../strings";
import { isFirstStart, keepDraft, keepToOurselves, loadOptions, loadOutbox, onChange } from "../storage";

const FLUSH_ALARM = "flush";
const LOOK_ALARM = "look-up";
/** States are asked for one at a time, and so far apart that they can't be told to be one person's. */
const LOOK_MINUTES = { min: 60, max: 360 };
const CONTROLS_ALARM = "controls";
/** Not at even distances, nor counted from when we were last woken: that may have been for a report. */
const CONTROLS_MINUTES = { min: 15, max: 45 };
const MENU = "report-selection";
const ALARM_MIN_MS = 30_000;

/** Opens the review page for an exchange; nothing has left the device yet. */
async function review(flagged: Flagged): Promise<void> {
  const id = crypto.randomUUID();
  await keepDraft(id, flagged);
  await browser.tabs.create({ url: browser.runtime.getURL(`/review.html#${id}`) });
}

/** Sends what is due and sees to it that the rest is not forgotten, whatever happens to us. */
async function flushAndPlan(): Promise<void> {
  await trimRequests();
  if ((await nextDue()) === null) return;
  // Should the browser stop us halfway, this wakes us again.
  await browser.alarms.create(FLUSH_ALARM, { when: Date.now() + 2 * ALARM_MIN_MS });
  await flush();
  const due = await nextDue();
  if (due === null) {
    await browser.alarms.clear(FLUSH_ALARM);
    return;
  }
  await browser.alarms.create(FLUSH_ALARM, { when: Math.max(due, Date.now() + ALARM_MIN_MS) });
  const wait = due - Date.now();
  if (wait < ALARM_MIN_MS) setTimeout(() => void flushAndPlan(), Math.max(0, wait));
}

/** Requests to every server that we may still talk to: of the options, and of each report on the list. */
async function trimRequests(): Promise<void> {
  const servers = [...(await loadOutbox()), ...(await loadOutgoing())].map((entry) => entry.server);
  await trimRequestsTo([...new Set([(await loadOptions()).server, ...servers])]);
}

/** Sets an alarm for a random time, unless it is set: waking up does not move it. */
async function planAlarm(name: string, { min, max }: { min: number; max: number }): Promise<void> {
  if (await browser.alarms.get(name)) return;
  await browser.alarms.create(name, { delayInMinutes: min + Math.random() * (max - min) });
}

const planLookUp = (): Promise<void> => planAlarm(LOOK_ALARM, LOOK_MINUTES);
const planControls = (): Promise<void> => planAlarm(CONTROLS_ALARM, CONTROLS_MINUTES);

export default defineBackground(() => {
  void keepToOurselves();
  void planLookUp();
  void planControls();
  void registerFlags();
  onChange(() => void trimRequests());
  onChange(() => {
    void registerFlags();
    void forgetWhatIsOff();
  }, "options");
  browser.permissions.onAdded.addListener(() => void registerFlags());
  browser.permissions.onRemoved.addListener(() => void registerFlags());
  listen({
    async exchangeFlagged(flagged) {
      await review(flagged);
      return null;
    },
    controlsWanted: areControlsWanted,
    answerFinished: ({ exchange }) => noteAnswer(exchange),
    async answerRated({ id, verdict }) {
      await (verdict ? answerQuestion(id, verdict) : dismissQuestion());
      return null;
    },
    async outboxChanged() {
      await flushAndPlan();
      return null;
    },
  });
  browser.runtime.onInstalled.addListener(() => {
    browser.contextMenus.create({
      id: MENU,
      title: say("menu_report"),
      contexts: ["selection"],
    });
    void isFirstStart().then(async (isFirst) => {
      if (isFirst) await browser.tabs.create({ url: browser.runtime.getURL("/onboarding.html") });
    });
    void flushAndPlan();
  });
  browser.contextMenus.onClicked.addListener((info, tab) => {
    if (info.menuItemId !== MENU) return;
    const site = siteOf(info.pageUrl ?? tab?.url ?? "");
    void selectionOf(tab?.id).then((selection) =>
      review({ exchange: genericExchange(selection ?? info.selectionText ?? "", site), skeleton: null }),
    );
  });
  browser.runtime.onStartup.addListener(() => void flushAndPlan());
  browser.alarms.onAlarm.addListener(({ name }) => {
    if (name === FLUSH_ALARM) void flushAndPlan();
    if (name === CONTROLS_ALARM) void planControls().then(trimRequests).then(doWhatIsDue);
    if (name === LOOK_ALARM) void trimRequests().then(() => lookUpOne("any")).then(planLookUp);
  });
});

/** The selected text with its line breaks, which the menu's own copy has lost; null if not to be had. */
async function selectionOf(tabId: number | undefined): Promise<string | null> {
  if (tabId === undefined) return null;
  try {
    const [found] = await browser.scripting.executeScript({
      target: { tabId },
      func: () => getSelection()?.toString() ?? "",
    });
    return typeof found?.result === "string" && found.result.trim() ? found.result : null;
  } catch {
    return null;
  }
}
