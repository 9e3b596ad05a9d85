/** Every message between the parts of the extension: name, payload, answer. */
import { browser } from "wxt/browser";
import type { Exchange, Skeleton } from "./adapters/types";
import type { Verdict } from "./controls/ratings";

/** What was read where a flag was clicked; with the page's skeleton where nothing could be read. */
export interface Flagged {
  exchange: Exchange;
  skeleton: Skeleton | null;
}

export interface Messages {
  /** A person clicked the flag button of an answer: open the review page. */
  exchangeFlagged: { payload: Flagged; answer: null };
  /** A person is looking at a chat: does anybody want to know of finished answers? */
  controlsWanted: { payload: Record<string, never>; answer: boolean };
  /** An answer has just been finished: the id of the question to ask about it, or null. */
  answerFinished: { payload: { exchange: Exchange }; answer: string | null };
  /** The person's word on a question; null if they would rather not. */
  answerRated: { payload: { id: string; verdict: Verdict | null }; answer: null };
  /** The outbox has changed: send what is due and set the alarm. */
  outboxChanged: { payload: Record<string, never>; answer: null };
}

type Name = keyof Messages;
type Handlers = { [K in Name]: (payload: Messages[K]["payload"]) => Promise<Messages[K]["answer"]> };
interface Envelope {
  plumbline: Name;
  payload: unknown;
}

/** Sends a message to the background and gives its answer. */
export async function send<K extends Name>(
  name: K,
  payload: Messages[K]["payload"],
): Promise<Messages[K]["answer"]> {
  return browser.runtime.sendMessage<Envelope, Messages[K]["answer"]>({ plumbline: name, payload });
}

/** Answers every message; anything that is not one of ours, from this extension, is ignored. */
export function listen(handlers: Handlers): void {
  browser.runtime.onMessage.addListener((message: unknown, sender, respond) => {
    if (
      sender.id !== browser.runtime.id ||
      !isEnvelope(message) ||
      !Object.hasOwn(handlers, message.plumbline)
    )
      return false;
    const handle = handlers[message.plumbline] as (payload: unknown) => Promise<unknown>;
    handle(message.payload).then(respond, () => respond(null));
    return true;
  });
}

function isEnvelope(message: unknown): message is Envelope {
  return typeof message === "object" && message !== null && "plumbline" in message && "payload" in message;
}
