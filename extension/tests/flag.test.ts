import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { genericExchange } from "../src/adapters/generic";
import type { ChatAdapter, Exchange } from "../src/adapters/types";
import { offerAnswers } from "../src/ui/answers";
import { FLAG_TAG } from "../src/ui/flag";

const EXCHANGE: Exchange = {
  ...genericExchange(""),
  site: "chatgpt",
  adapter: "chatgpt",
  prompt: "p",
  response: "r",
  modelLabel: null,
  modelLabelSource: "none",
};
const adapter: ChatAdapter = {
  id: "chatgpt",
  label: "ChatGPT",
  matches: [],
  findAnswers: (page) => [...page.querySelectorAll(".answer")],
  readExchange: (answer) => (answer.classList.contains("odd") ? null : EXCHANGE),
};
const flagged = vi.fn<(exchange: Exchange | null, answer: Element) => void>();
let stop: () => void = () => undefined;

function answer(...classes: string[]): HTMLElement {
  const element = document.createElement("div");
  element.classList.add("answer", ...classes);
  return element;
}

const flags = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(FLAG_TAG)];
const buttonOf = (flag: HTMLElement | undefined): HTMLButtonElement =>
  flag?.shadowRoot?.querySelector("button") as HTMLButtonElement;

function click(button: HTMLButtonElement, isTrusted: boolean): void {
  const event = new MouseEvent("click", { bubbles: true });
  Object.defineProperty(event, "isTrusted", { value: isTrusted });
  button.dispatchEvent(event);
}

/** Everything is in sight. */
class Sight {
  constructor(private readonly tell: (entries: { target: Element; isIntersecting: boolean }[]) => void) {}
  observe(target: Element): void {
    this.tell([{ target, isIntersecting: true }]);
  }
  unobserve(): void {
    // Nothing to forget.
  }
  disconnect(): void {
    // Nothing to forget.
  }
}

beforeEach(async () => {
  vi.stubGlobal("IntersectionObserver", Sight);
  vi.useFakeTimers();
  flagged.mockReset();
  document.body.replaceChildren(answer(), answer("odd"));
  stop = offerAnswers(document, adapter, { onFlag: flagged });
  await settle();
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(1000);
}

describe("the flag", () => {
  it("stands after each finished answer, with a name", () => {
    expect([...document.body.children].map((child) => child.className || child.localName)).toEqual([
      "answer",
      FLAG_TAG,
      "answer odd",
      FLAG_TAG,
    ]);
    expect(buttonOf(flags()[0]).getAttribute("aria-label")).toBe("Report this answer to Plumbline");
    expect(buttonOf(flags()[0]).tabIndex).toBe(0);
  });

  it("gives the exchange, or null where the adapter is unsure", () => {
    for (const flag of flags()) click(buttonOf(flag), true);
    expect(flagged.mock.calls.map(([exchange]) => exchange as unknown)).toEqual([EXCHANGE, null]);
    const answers = [...document.querySelectorAll(".answer")];
    expect(answers).toContain(flagged.mock.calls[1]?.[1]);
  });

  it("can't be pressed by the page", () => {
    click(buttonOf(flags()[0]), false);
    buttonOf(flags()[0]).click();
    expect(flagged).not.toHaveBeenCalled();
  });

  it("does not let the page see the click", () => {
    const seen = vi.fn();
    document.body.addEventListener("click", seen);
    click(buttonOf(flags()[0]), true);
    document.body.removeEventListener("click", seen);
    expect(seen).not.toHaveBeenCalled();
  });
});

describe("a long page", () => {
  it("gets flags where the person looks, and no others", async () => {
    stop();
    let scrolled = 0;
    const answers = Array.from({ length: 300 }, () => answer());
    answers.forEach((element, index) => {
      // Each as high as a window.
      const box = (): DOMRect => new DOMRect(0, (index - scrolled) * innerHeight, 600, innerHeight - 1);
      vi.spyOn(element, "getBoundingClientRect").mockImplementation(box);
    });
    document.body.replaceChildren(...answers);
    stop = offerAnswers(document, adapter, { onFlag: flagged });
    await settle();
    expect(flags()).toHaveLength(2);
    scrolled = 100;
    document.body.dispatchEvent(new Event("scroll"));
    await settle();
    // The one in the window, and the one on either side.
    expect(flags()).toHaveLength(5);
    expect(answers[100]?.nextElementSibling?.localName).toBe(FLAG_TAG);
  });

  it("tells every finished answer to whoever wants to know", () => {
    stop();
    const onLook = vi.fn<(answers: readonly Element[]) => void>();
    stop = offerAnswers(document, adapter, { onFlag: flagged, onLook });
    expect(onLook.mock.calls.map(([answers]) => answers.length)).toEqual([2]);
  });

  it("is not looked at again while nothing changes", async () => {
    stop();
    const findAnswers = vi.fn(() => []);
    stop = offerAnswers(document, { ...adapter, findAnswers }, { onFlag: flagged });
    await settle();
    expect(findAnswers).toHaveBeenCalledOnce();
  });
});

describe("while the page changes", () => {
  it("comes to a new answer, once", async () => {
    document.body.append(answer());
    expect(flags()).toHaveLength(2);
    await settle();
    document.body.append(document.createElement("p"));
    await settle();
    expect(flags()).toHaveLength(3);
  });

  it("goes when its answer goes", async () => {
    document.querySelector(".odd")?.remove();
    await settle();
    expect(flags()).toHaveLength(1);
  });

  it("comes back when the page has thrown it away", async () => {
    flags()[0]?.remove();
    document.body.append(document.createElement("p"));
    await settle();
    expect(document.querySelector(".answer")?.nextElementSibling?.localName).toBe(FLAG_TAG);
  });

  it("leaves when it is told to stop", async () => {
    stop();
    document.body.append(answer());
    await settle();
    expect(flags()).toHaveLength(0);
  });

  it("never throws into a page that it does not understand", async () => {
    stop();
    const broken: ChatAdapter = {
      ...adapter,
      findAnswers: () => {
        throw new Error("What is this?");
      },
    };
    stop = offerAnswers(document, broken, { onFlag: flagged });
    document.body.append(answer());
    await settle();
    expect(flags()).toHaveLength(0);
  });

  it("opens the empty review when reading fails", async () => {
    stop();
    const broken: ChatAdapter = {
      ...adapter,
      readExchange: () => {
        throw new Error("What is this?");
      },
    };
    stop = offerAnswers(document, broken, { onFlag: flagged });
    await settle();
    click(buttonOf(flags()[0]), true);
    expect(flagged.mock.calls.map(([exchange]) => exchange as unknown)).toEqual([null]);
  });
});
