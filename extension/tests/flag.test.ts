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

beforeEach(() => {
  vi.useFakeTimers();
  flagged.mockReset();
  document.body.replaceChildren(answer(), answer("odd"));
  stop = offerAnswers(document, adapter, flagged);
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
    stop = offerAnswers(document, broken, flagged);
    document.body.append(answer());
    await settle();
    expect(flags()).toHaveLength(0);
  });

  it("opens the empty review when reading fails", () => {
    stop();
    const broken: ChatAdapter = {
      ...adapter,
      readExchange: () => {
        throw new Error("What is this?");
      },
    };
    stop = offerAnswers(document, broken, flagged);
    click(buttonOf(flags()[0]), true);
    expect(flagged.mock.calls.map(([exchange]) => exchange as unknown)).toEqual([null]);
  });
});
