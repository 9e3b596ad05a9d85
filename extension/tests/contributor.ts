/** What a contributor does, for the tests of credentials: days of it, with a server that keeps the protocol. */
import { expect, vi } from "vitest";
import { genericExchange } from "../src/adapters/generic";
import { answerQuestion, drawAnswer, RATING_HOLD_MS } from "../src/controls/ratings";
import { sendDue } from "../src/controls/sending";
import { advanceCredentials } from "../src/credentials/steps";
import { flush, hold } from "../src/outbox";
import { contributorTag } from "../src/receipts";
import { DEFAULT_OPTIONS, installSecret, saveOptions } from "../src/storage";
import { CredentialServer } from "./credential-server";

export const SERVER = "https://plumbline.example";
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** A Wednesday in the first week of epoch 371, whose last day is 29 November. */
export const NOW = Date.UTC(2026, 10, 25, 12);
/** 14 days after that week is over. */
export const MATURE = Date.UTC(2026, 11, 14);
/** Epoch 372 begins. */
export const NEXT = Date.UTC(2027, 0, 18);
export const WANTED = { ...DEFAULT_OPTIONS, server: SERVER, sendsRatings: true, holdMinutes: 0 };
export const START = ["/credentials/keys/", "/credentials/challenge/", "/credentials/start/"];
export const REDEMPTION = ["/credentials/keys/", "/credentials/"];

export class Contributor {
  readonly server = new CredentialServer();

  /** Ratings are on, and the server answers. */
  async begin(): Promise<void> {
    vi.stubGlobal("fetch", this.server.fetch);
    await saveOptions(WANTED);
  }

  /** The paths that are asked for when the alarm wakes us, with a random number that is 0 unless told. */
  async wake(at: number, random = 0): Promise<string[]> {
    this.server.now = at;
    const before = this.server.asked.length;
    await advanceCredentials(at, () => random);
    return this.server.paths().slice(before);
  }

  /** Answers a question, without sending the answer yet. */
  async answer(at: number): Promise<void> {
    this.server.now = at;
    const day = new Date(at);
    const question = await drawAnswer(genericExchange("So.", "chatgpt"), day, () => 0);
    expect(await answerQuestion(question?.id ?? "", "fine", day)).not.toBeNull();
  }

  async rate(at: number): Promise<void> {
    await this.answer(at);
    await sendDue(at + RATING_HOLD_MS);
  }

  /** Sends a report; its body as it was shown. */
  async report(site: string, at: number): Promise<string> {
    const id = crypto.randomUUID();
    const tag = await contributorTag(await installSecret(), site, new Date(at));
    const body = JSON.stringify({ id, site, contributor_tag: tag }, null, 2);
    await hold({ id, receiptKey: "k".repeat(32), site, domain: null, body, createdOn: "2026-12-15" }, at);
    this.server.now = at;
    await flush(() => at);
    return body;
  }

  /** Known, with five ratings answered. */
  async becomeReady(): Promise<void> {
    await this.wake(NOW);
    for (let day = 0; day < 5; day += 1) await this.rate(NOW + HOUR + day * DAY);
    this.server.asked = [];
  }

  async becomeEstablished(): Promise<void> {
    await this.becomeReady();
    await this.wake(MATURE);
    await this.wake(MATURE + HOUR);
    this.server.asked = [];
  }
}
