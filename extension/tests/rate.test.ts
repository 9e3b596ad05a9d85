import { beforeEach, expect, it, vi } from "vitest";
import type { Verdict } from "../src/controls/ratings";
import { askRating, RATE_TAG } from "../src/ui/rate";

const VERDICTS = ["fine", "not_fine", "cannot_tell"] as const;

const answered = vi.fn<(verdict: Verdict | null) => void>();
const hosts = (): Element[] => [...document.querySelectorAll(RATE_TAG)];
const click = (host: HTMLElement, testid: string, isTrusted: boolean): void => {
  const event = new MouseEvent("click", { bubbles: true });
  if (isTrusted) Object.defineProperty(event, "isTrusted", { value: true });
  host.shadowRoot?.querySelector(`[data-testid="${testid}"]`)?.dispatchEvent(event);
};

beforeEach(() => {
  document.body.replaceChildren();
  answered.mockClear();
});

it.each([...VERDICTS.map((verdict) => [`rate-${verdict}`, verdict] as const), ["rate-close", null] as const])(
  "takes a click on %s, once, and goes",
  (testid, verdict) => {
    const host = askRating(document, answered);
    click(host, testid, true);
    expect(answered).toHaveBeenCalledExactlyOnceWith(verdict);
    expect(hosts()).toEqual([]);
  },
);

it("takes no click of the page's own making", () => {
  const host = askRating(document, answered);
  click(host, "rate-not_fine", false);
  expect(answered).not.toHaveBeenCalled();
  expect(hosts()).toEqual([host]);
});
