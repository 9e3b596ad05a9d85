/** The only place that stores. Everything stays in this browser profile. */
import { browser } from "wxt/browser";
import type { CountedWeek } from "./controls/exposures";
import type { Outgoing } from "./controls/outgoing";
import type { DrawDay, Question } from "./controls/ratings";
import type { Credentials } from "./credentials/credentials";
import type { Flagged } from "./messages";
import type { Entry } from "./outbox";

export interface Options {
  /** Origin of the server, without a slash at the end. */
  server: string;
  /** Minutes for which a report is held before it is sent. */
  holdMinutes: number;
  /** Words that are hidden wherever they appear: my name, my employer. */
  alwaysHide: string[];
  /** Whether reports of one site and 8 weeks may be counted as one person's. */
  isLinked: boolean;
  /** Origins of chats of the person's own (Open WebUI). */
  ownChats: string[];
  /** Whether the person may be asked about an answer, at most once a day. */
  sendsRatings: boolean;
  /** Whether finished answers are counted, and the blurred counts sent. */
  countsExposures: boolean;
}

export const HOLD_MINUTES_MAX = 1440;
export const DEFAULT_OPTIONS: Options = {
  server: "http://127.0.0.1:8000",
  holdMinutes: 10,
  alwaysHide: [],
  isLinked: true,
  ownChats: [],
  sendsRatings: false,
  countsExposures: false,
};

/** What ratings and exposures keep. One key, so that a change of several parts is one write. */
export interface Controls {
  draw: DrawDay | null;
  question: Question | null;
  weeks: CountedWeek[];
  outgoing: Outgoing[];
  /** What has arrived, for the person to see; the newest are kept. */
  sent: { sentOn: string; body: string }[];
}

const NO_CONTROLS: Controls = { draw: null, question: null, weeks: [], outgoing: [], sent: [] };

/** Before anything is known of a server: what it asks of an install is as it is everywhere. */
export const NO_CREDENTIALS: Credentials = {
  server: "",
  ratingsNeeded: 5,
  establishedAfterDays: 14,
  ratedKey: null,
  start: null,
  rated: [],
  renewal: null,
  signatures: [],
  plan: null,
  pending: null,
};
const SEEN_MAX = 2000;

interface Kept {
  controls: Controls;
  credentials: Credentials;
  options: Options;
  outbox: Entry[];
  secret: string;
  isOnboarded: boolean;
}

async function read<K extends keyof Kept>(key: K): Promise<Kept[K] | undefined> {
  const found = await browser.storage.local.get(key);
  return found[key] as Kept[K] | undefined;
}

async function write<K extends keyof Kept>(key: K, value: Kept[K]): Promise<void> {
  await browser.storage.local.set({ [key]: value });
}

/** Runs one thing of a name at a time, over all pages and the background of this extension. */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  return navigator.locks.request(`plumbline-${name}`, work) as Promise<T>;
}

export async function loadOptions(): Promise<Options> {
  return { ...DEFAULT_OPTIONS, ...(await read("options")) };
}

export async function saveOptions(options: Options): Promise<void> {
  await write("options", options);
}

export async function loadOutbox(): Promise<Entry[]> {
  return (await read("outbox")) ?? [];
}

/** Changes the outbox; nobody else can change it between the reading and the writing. */
export async function changeOutbox(change: (entries: Entry[]) => Entry[]): Promise<Entry[]> {
  return exclusively("outbox", async () => {
    const entries = change(await loadOutbox());
    await write("outbox", entries);
    return entries;
  });
}

export async function loadControls(): Promise<Controls> {
  return { ...NO_CONTROLS, ...(await read("controls")) };
}

/** Changes the controls; nobody else can change them between the reading and the writing. */
export async function changeControls(
  change: (controls: Controls) => Controls | Promise<Controls>,
): Promise<Controls> {
  return exclusively("controls", async () => {
    const controls = await change(await loadControls());
    await write("controls", controls);
    return controls;
  });
}

export async function loadCredentials(): Promise<Credentials> {
  return { ...NO_CREDENTIALS, ...(await read("credentials")) };
}

/** Changes the credentials, in one write; none where nothing has changed. */
export async function changeCredentials(change: (kept: Credentials) => Credentials): Promise<Credentials> {
  return exclusively("credentials", async () => {
    const before = await loadCredentials();
    const after = change(before);
    if (after !== before) await write("credentials", after);
    return after;
  });
}

/** Notes the digest of an answer, in memory only; true if it was new. */
export async function noteSeen(digest: string): Promise<boolean> {
  return exclusively("seen", async () => {
    const found = await browser.storage.session.get<{ seen?: string[] }>("seen");
    const seen = found.seen ?? [];
    if (seen.includes(digest)) return false;
    await browser.storage.session.set({ seen: [...seen, digest].slice(-SEEN_MAX) });
    return true;
  });
}

/** Notes, in memory only, when something went to a server that shows a tag or a receipt key. */
export async function noteSent(now: number): Promise<void> {
  await browser.storage.session.set({ sentAt: now });
}

/** When that was last, in milliseconds since 1970; null if not since the browser was started. */
export async function lastSentAt(): Promise<number | null> {
  return (await browser.storage.session.get<{ sentAt?: number }>("sentAt")).sentAt ?? null;
}

/** This install's secret, made at the first call: 32 bytes in hex. It never leaves the device. */
export async function installSecret(): Promise<string> {
  return exclusively("secret", async () => {
    const kept = await read("secret");
    if (kept) return kept;
    const fresh = hex(crypto.getRandomValues(new Uint8Array(32)));
    await write("secret", fresh);
    return fresh;
  });
}

/** True once: at the first start after installation. */
export async function isFirstStart(): Promise<boolean> {
  if (await read("isOnboarded")) return false;
  await write("isOnboarded", true);
  return true;
}

/** Keeps what was flagged for the review page, in memory only: gone when the browser closes. */
export async function keepDraft(id: string, flagged: Flagged): Promise<void> {
  await browser.storage.session.set({ [`draft-${id}`]: flagged });
}

export async function loadDraft(id: string): Promise<Flagged | null> {
  const key = `draft-${id}`;
  return ((await browser.storage.session.get(key))[key] as Flagged | undefined) ?? null;
}

export async function dropDraft(id: string): Promise<void> {
  await browser.storage.session.remove(`draft-${id}`);
}

/** Closes what is kept to content scripts, which share a process with the chat page. */
export async function keepToOurselves(): Promise<void> {
  // Firefox has no such switch; its content scripts read nothing either.
  const local: Partial<typeof browser.storage.local> = browser.storage.local;
  await local.setAccessLevel?.({ accessLevel: "TRUSTED_CONTEXTS" });
}

/** Calls back when anything kept has changed, or only one thing of it. */
export function onChange(callback: () => void, key?: keyof Kept): void {
  browser.storage.local.onChanged.addListener((changes) => {
    if (key === undefined || key in changes) callback();
  });
}

/** Forgets everything, the receipts included. */
export async function forgetEverything(): Promise<void> {
  await browser.storage.local.clear();
  await browser.storage.session.clear();
}

export function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
