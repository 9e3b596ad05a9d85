/** Prompt, answer and comment: original and redacted, side by side. */
import type { RedactionResult, Span } from "../../redact";
import { el, fill, twiceButton } from "../../ui/build";
import { originalView, redactedView, removalName } from "../../ui/highlight";
import type { Page } from "./main";
import { FIELDS, type Field } from "./state";

const TITLES: Record<Field, string> = { prompt: "Prompt", response: "Answer", comment: "Your comment (optional)" };
const editing = new Set<Field>();

/** Draws the texts and the list of removals. A field that is being typed in keeps its text box. */
export function drawTexts(section: HTMLElement, page: Page, redaction: RedactionResult): void {
  if (section.childElementCount === 0) {
    for (const field of FIELDS) {
      if (field === "comment" || !page.choices[field]) editing.add(field);
      section.append(el("div", { "data-field": field }));
    }
    section.append(el("div", { "data-field": "removals" }));
  }
  FIELDS.forEach((field, index) => drawField(holder(section, field), page, field, redaction, index));
  drawRemovals(holder(section, "removals"), page, redaction);
}

function holder(section: HTMLElement, field: string): HTMLElement {
  return section.querySelector(`[data-field="${field}"]`) as HTMLElement;
}

function drawField(div: HTMLElement, page: Page, field: Field, redaction: RedactionResult, index: number): void {
  const sent = el("div", { class: "text", tabindex: "0", "data-testid": `${field}-redacted`, "aria-label": `${TITLES[field]}, as it will be sent` }, ...redactedView(redaction.texts[index] ?? ""));
  const box = div.querySelector("textarea");
  if (box && editing.has(field)) {
    box.closest(".columns")?.lastElementChild?.replaceWith(sent);
    return;
  }
  fill(
    div,
    el("h2", {}, TITLES[field]),
    el("div", { class: "columns" }, el("div", {}, ...original(page, field, redaction, index, () => drawField(div, page, field, redaction, index))), sent),
  );
}

function original(page: Page, field: Field, redaction: RedactionResult, index: number, again: () => void): Node[] {
  if (editing.has(field)) return [textBox(page, field)];
  const view = el("div", { class: "text", tabindex: "0", "data-testid": `${field}-original`, "aria-label": `${TITLES[field]}, original` }, ...originalView(page.choices[field], redaction.spans[index] ?? [], redaction.marked[index] ?? []));
  const hide = el("button", { type: "button", class: "small", onclick: () => hideSelection(page, view) }, "Hide what I select");
  const edit = el("button", { type: "button", class: "small", onclick: () => { editing.add(field); again(); } }, "Edit or cut");
  return [view, el("p", { class: "row" }, hide, edit)];
}

function textBox(page: Page, field: Field): HTMLTextAreaElement {
  const box = el("textarea", { "aria-label": TITLES[field], "data-testid": `${field}-edit`, rows: field === "comment" ? "3" : "8" });
  box.value = page.choices[field];
  box.addEventListener("input", () => page.change({ [field]: box.value }));
  return box;
}

function hideSelection(page: Page, view: HTMLElement): void {
  const selection = getSelection();
  const text = selection?.toString().trim() ?? "";
  if (!text || !selection?.anchorNode || !view.contains(selection.anchorNode)) return;
  page.change({ hide: [...new Set([...page.choices.hide, text])] });
}

function drawRemovals(div: HTMLElement, page: Page, redaction: RedactionResult): void {
  const values = new Map<string, Span>();
  redaction.spans.forEach((spans, index) => {
    const text = page.choices[FIELDS[index] as Field];
    for (const span of spans) values.set(text.slice(span.start, span.end), span);
  });
  const rows = [...values].map(([value, span]) =>
    el("li", { class: "row", "data-testid": "removed-value" }, el("strong", {}, removalName(span.type)), el("span", {}, `${value} → ${span.placeholder}`), putBack(page, value, span)),
  );
  const kept = page.choices.keep.map((value) =>
    el("li", { class: "row" }, `You kept: ${value}`, el("button", { type: "button", class: "small", onclick: () => page.change({ keep: page.choices.keep.filter((other) => other !== value) }) }, "Hide it after all")),
  );
  const words = rows.length === 0 ? "Nothing was found to hide. Please read the texts: is anybody recognisable?" : `${rows.length} hidden. Is anybody still recognisable?`;
  fill(div, el("h2", {}, "Hidden"), el("p", { role: "status", "data-testid": "removal-count" }, words), el("ul", { class: "plain" }, ...rows, ...kept));
}

function putBack(page: Page, value: string, span: Span): HTMLButtonElement {
  if (page.choices.hide.includes(value))
    return el("button", { type: "button", class: "small", onclick: () => page.change({ hide: page.choices.hide.filter((other) => other !== value) }) }, "Show again");
  const label = span.type === "PERSON" ? "Not a real person" : "Keep it visible";
  return twiceButton(label, "Really publish this?", { class: "small", "data-testid": "keep" }, () => page.change({ keep: [...page.choices.keep, value] }));
}
