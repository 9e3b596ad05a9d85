import { beforeEach, describe, expect, it } from "vitest";
import { FreshAnswers } from "../src/ui/fresh";

let fresh: FreshAnswers;
const answer = (): HTMLElement => document.body.appendChild(document.createElement("article"));

beforeEach(() => {
  document.body.replaceChildren();
  fresh = new FreshAnswers();
});

describe("an answer is fresh", () => {
  it("if it comes after all that were there", () => {
    const [first, second] = [answer(), answer()];
    expect(fresh.next([first, second], 0)).toBeNull();
    const third = answer();
    expect(fresh.next([first, second, third], 900)).toBe(third);
    expect(fresh.next([first, second, third], 1_800)).toBeNull();
  });

  it("if it is the first of a chat that has been empty for a while", () => {
    expect(fresh.next([], 0)).toBeNull();
    expect(fresh.next([], 2_000)).toBeNull();
    const first = answer();
    expect(fresh.next([first], 3_000)).toBe(first);
  });
});

describe("an answer is not fresh", () => {
  it("if the page opens with it", () => {
    expect(fresh.next([answer()], 0)).toBeNull();
  });

  it("if it appears soon after the page", () => {
    fresh.next([], 0);
    expect(fresh.next([answer()], 2_999)).toBeNull();
  });

  it("if several come at once", () => {
    const first = answer();
    fresh.next([first], 0);
    expect(fresh.next([first, answer(), answer()], 9_000)).toBeNull();
  });

  it("if it is loaded above the others", () => {
    const first = answer();
    fresh.next([first], 0);
    expect(fresh.next([answer(), first], 9_000)).toBeNull();
  });

  it("if the others are gone: another chat was opened, or it was written again", () => {
    const first = answer();
    fresh.next([first], 0);
    first.remove();
    expect(fresh.next([answer()], 9_000)).toBeNull();
  });
});
