import { expect, it } from "vitest";
import type { Span } from "../src/redact";
import { originalView, redactedView } from "../src/ui/highlight";

const span = (start: number, end: number, tier: number, type = "EMAIL"): Span => ({
  start,
  end,
  type,
  tier,
  placeholder: tier === 1 ? `[${type}_1]` : "",
  ruleId: "x",
});

function shown(nodes: Node[]): [string, string][] {
  return nodes.map((node) => [node instanceof HTMLElement ? node.className : "", node.textContent ?? ""]);
}

it("marks what is hidden and what to look at, and keeps every character", () => {
  expect(shown(originalView("abcdefgh", [span(1, 3, 1)], [span(5, 8, 2, "DATE")]))).toEqual([
    ["", "a"],
    ["removed", "bc"],
    ["", "de"],
    ["look", "fgh"],
  ]);
});

it("shows a removal where both kinds overlap, and nothing twice", () => {
  const nodes = originalView("abcdef", [span(0, 4, 1)], [span(2, 6, 2, "PLACE")]);
  expect(shown(nodes)).toEqual([
    ["removed", "abcd"],
    ["", "ef"],
  ]);
});

it("shows text as text", () => {
  const box = document.createElement("div");
  box.append(
    ...originalView("<img src=x onerror=alert(1)>", [span(0, 4, 1)], []),
    ...redactedView("<b>[EMAIL_1]</b>"),
  );
  expect(box.querySelector("img, b")).toBeNull();
  expect(box.textContent).toBe("<img src=x onerror=alert(1)><b>[EMAIL_1]</b>");
});

it("marks placeholders and nothing that only looks a little like one", () => {
  expect(shown(redactedView("To [NATIONAL_ID_12], a[1] and [email_1]"))).toEqual([
    ["", "To "],
    ["placeholder", "[NATIONAL_ID_12]"],
    ["", ", a[1] and [email_1]"],
  ]);
});
