/** What was hidden, what should be looked at, and the person's word on each. */
import type { RedactionResult, Span } from "../../redact";
import { removalWords, say } from "../../strings";
import { el, fill, twiceButton } from "../../ui/build";
import type { Page } from "./main";
import { originals } from "./state";

/** Draws the list of hidden values and of those to look at. */
export function drawRemovals(section: HTMLElement, page: Page, redaction: RedactionResult): void {
  const hidden = valuesOf(page, redaction.spans);
  const { keep } = page.choices;
  const words = hidden.length === 0 ? say("hidden_none") : say("hidden_count", hidden.length);
  fill(
    section,
    el("h2", {}, say("hidden_title")),
    el(
      "p",
      { role: "status", "data-testid": "removal-count" },
      words,
      keep.length > 0 ? ` ${say("kept_count", keep.length)}` : "",
    ),
    el(
      "ul",
      { class: "plain tiles" },
      ...hidden.map(([value, span]) => hiddenRow(page, value, span)),
      ...keep.map((value) => keptRow(page, value)),
    ),
    ...lookRows(page, valuesOf(page, redaction.marked)),
  );
}

/** Each different value once, with the first span that has it. */
function valuesOf(page: Page, spans: Span[][]): [string, Span][] {
  const values = new Map<string, Span>();
  const texts = originals(page.choices);
  spans.forEach((found, index) => {
    for (const span of found) {
      const value = (texts[index] ?? "").slice(span.start, span.end);
      if (!values.has(value)) values.set(value, span);
    }
  });
  return [...values];
}

function hiddenRow(page: Page, value: string, span: Span): HTMLElement {
  const { name, why } = removalWords(span.type);
  return el(
    "li",
    { "data-testid": "removed-value", "data-type": span.type },
    el(
      "div",
      { class: "row" },
      el("strong", {}, name),
      el("span", { class: "value" }, value),
      "→",
      el("mark", { class: "placeholder" }, span.placeholder),
      putBack(page, value, span),
    ),
    el("div", { class: "soft" }, why),
  );
}

function putBack(page: Page, value: string, span: Span): HTMLButtonElement | null {
  const { hide, keep } = page.choices;
  if (hide.includes(value))
    return small(say("unhide"), "unhide", () =>
      page.change({ hide: hide.filter((other) => other !== value) }),
    );
  // A word of the person's own list: that is changed in the options.
  if (span.type === "HIDDEN") return null;
  const act = (): void => page.change({ keep: [...new Set([...keep, value])] });
  // Exercises are full of invented people; everything else takes a second thought.
  if (span.type === "PERSON") return small(say("keep_person"), "keep", act);
  return twiceButton(say("keep"), say("keep_really"), { class: "small", "data-testid": "keep" }, act);
}

function keptRow(page: Page, value: string): HTMLElement {
  const again = small(say("unkeep"), "unkeep", () =>
    page.change({ keep: page.choices.keep.filter((other) => other !== value) }),
  );
  return el(
    "li",
    { class: "row", "data-testid": "kept-value" },
    el("span", { class: "value" }, say("kept", value)),
    again,
  );
}

function lookRows(page: Page, marked: [string, Span][]): HTMLElement[] {
  if (marked.length === 0) return [];
  const hideThese = (values: string[]): void =>
    page.change({ hide: [...new Set([...page.choices.hide, ...values])] });
  const types = [...new Set(marked.map(([, span]) => span.type))];
  const groups = types.map((type) => {
    const values = marked.filter(([, span]) => span.type === type).map(([value]) => value);
    const { name, why } = removalWords(type);
    return el(
      "li",
      { "data-testid": "look-group", "data-type": type },
      el(
        "div",
        { class: "row" },
        el("strong", {}, name),
        values.length > 1 ? small(say("look_hide_all"), "look-hide-all", () => hideThese(values)) : null,
      ),
      el("div", { class: "soft" }, why),
      el(
        "div",
        { class: "row" },
        ...values.map((value) =>
          el(
            "span",
            { class: "look-value" },
            el("span", { class: "value" }, value),
            small(say("look_hide"), "look-hide", () => hideThese([value])),
          ),
        ),
      ),
    );
  });
  return [
    el("h2", {}, say("look_title")),
    el("p", { class: "soft" }, say("look_intro")),
    el("ul", { class: "plain" }, ...groups),
  ];
}

function small(label: string, testid: string, act: () => void): HTMLButtonElement {
  return el("button", { type: "button", class: "small", "data-testid": testid, onclick: act }, label);
}
