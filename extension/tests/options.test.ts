import { describe, expect, it } from "vitest";
import { holdMinutesOf, serverOrigin, wordsToHide } from "../src/entrypoints/options/fields";

describe("the server", () => {
  it.each([
    ["https://plumbline.example/some/page?x=1", "https://plumbline.example"],
    [" http://127.0.0.1:8000/ ", "http://127.0.0.1:8000"],
    ["http://localhost:4711", "http://localhost:4711"],
    ["https://localhost:8443", "https://localhost:8443"],
  ])("of %s is %s", (text, origin) => {
    expect(serverOrigin(text)).toBe(origin);
  });

  it.each([
    ["plumbline", "That is not an address. It looks like https://plumbline.example"],
    [
      "http://plumbline.example",
      "The address must begin with https://, unless the server is on this computer.",
    ],
    ["javascript:alert(1)", "The address must begin with https://, unless the server is on this computer."],
    [
      "http://localhost.example.org",
      "The address must begin with https://, unless the server is on this computer.",
    ],
  ])("is not %s", (text, words) => {
    expect(() => serverOrigin(text)).toThrow(words);
  });
});

describe("the hold", () => {
  it.each([
    ["0", 0],
    ["10", 10],
    [" 1440 ", 1440],
  ])("of %s is %i minutes", (text, minutes) => {
    expect(holdMinutesOf(text)).toBe(minutes);
  });

  it.each(["", "-1", "1441", "1.5", "ten", "1e2"])("is not %s", (text) => {
    expect(() => holdMinutesOf(text)).toThrow("The hold lasts 0 to 1440 minutes.");
  });
});

it("hides each word once, and no single characters", () => {
  expect(wordsToHide(" Jane Miller\n\nx\nAcme Widgets \nJane Miller")).toEqual([
    "Jane Miller",
    "Acme Widgets",
  ]);
});
