/** What a person may type into the options, and what it means. */
import { HOLD_MINUTES_MAX } from "../../storage";
import { say } from "../../strings";

const LOCAL_HOSTS = ["127.0.0.1", "localhost"];
/** A single character would hide half the text. */
const WORD_CHARS_MIN = 2;

/** The origin of an address that may serve as server; throws an Error that says what is wrong. */
export function serverOrigin(text: string): string {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    throw new Error(say("server_no_address"));
  }
  const isLocal = url.protocol === "http:" && LOCAL_HOSTS.includes(url.hostname);
  if (url.protocol !== "https:" && !isLocal) throw new Error(say("server_not_https"));
  return url.origin;
}

/** Whole minutes from 0 to the maximum; throws an Error for anything else. */
export function holdMinutesOf(text: string): number {
  const minutes = /^\s*\d+\s*$/.test(text) ? Number(text) : NaN;
  if (!(minutes <= HOLD_MINUTES_MAX)) throw new Error(say("hold_wrong", HOLD_MINUTES_MAX));
  return minutes;
}

/** The origins of chats of the person's own, one of each; throws an Error that names the first that is none. */
export function ownChatsOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const origins = lines.map((line) => {
    if (!URL.canParse(line) || !/^https?:$/.test(new URL(line).protocol)) throw new Error(say("own_chat_wrong", line));
    return new URL(line).origin;
  });
  return [...new Set(origins)];
}

/** The words to hide, one of each, in the order they were typed. */
export function wordsToHide(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter((line) => line.length >= WORD_CHARS_MIN))];
}
