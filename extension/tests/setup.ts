/** What the browser has and the tests' DOM lacks: locks, and the words in English. */
import { beforeEach, vi } from "vitest";
import { fakeBrowser } from "wxt/testing/fake-browser";
import en from "../public/_locales/en/messages.json";

const chains = new Map<string, Promise<unknown>>();

Object.defineProperty(navigator, "locks", {
  configurable: true,
  value: {
    async request<T>(name: string, work: () => Promise<T>): Promise<T> {
      const turn = (chains.get(name) ?? Promise.resolve()).then(work, work);
      chains.set(
        name,
        turn.catch(() => undefined),
      );
      return turn;
    },
  },
});

function getMessage(name: string, values: string[] = []): string {
  const phrase = (en as Record<string, { message: string } | undefined>)[name]?.message ?? "";
  return phrase.replace(/\$([1-9])/g, (_, place: string) => values[Number(place) - 1] ?? "");
}

// On a busy machine a page may need longer than vitest's second to be drawn. What never comes still ends.
const { waitFor } = vi;
vi.waitFor = (check, options = 10_000) => waitFor(check, options);

beforeEach(() => {
  chains.clear();
  fakeBrowser.reset();
  vi.spyOn(fakeBrowser.i18n, "getMessage").mockImplementation(getMessage as never);
  vi.stubGlobal("fetch", () => Promise.reject(new Error("A test must not reach for the network.")));
});
