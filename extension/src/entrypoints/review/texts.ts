/** Every text: original and redacted, side by side. What the person may add is folded away. */
import type { RedactionResult } from "../../redact";
import { say, type Phrase } from "../../strings";
import { el, fill } from "../../ui/build";
import { originalView, redactedView } from "../../ui/highlight";
import type { Page } from "./main";
import { FIELDS, type Field } from "./state";

/** What the person writes here, rather than what the page showed. */
const OWN: ReadonlySet<Field> = new Set(["comment", "expected"]);
const CUT = "[…]";
const editing = new Set<Field>();
/** The texts before each cut, so that it can be taken back. */
const cuts = new Map<Field, string[]>();

/** Draws the texts. A field that is being typed in keeps its text box, and with it the cursor. */
export function drawTexts(section: HTMLElement, page: Page, redaction: RedactionResult): void {
  if (section.childElementCount === 0) {
    const more = el("details", { "data-testid": "say-more" }, el("summary", {}, say("say_more")));
    for (const field of FIELDS) {
      if (OWN.has(field) || !page.choices[field]) editing.add(field);
      (OWN.has(field) ? more : section).append(el("div", { "data-field": field }));
    }
    section.append(more);
  }
  FIELDS.forEach((field, index) => {
    const holder = section.querySelector(`[data-field="${field}"]`);
    if (holder) drawField(holder, page, field, redaction, index);
  });
}

function drawField(
  holder: Element,
  page: Page,
  field: Field,
  redaction: RedactionResult,
  index: number,
): void {
  const title = say(field);
  const sent = el(
    "div",
    {
      class: "text",
      tabindex: "0",
      "data-testid": `${field}-redacted`,
      role: "region",
      "aria-label": say("as_sent_of", title),
    },
    ...redactedView(redaction.texts[index] ?? ""),
  );
  if (editing.has(field) && holder.querySelector("textarea")) {
    holder.querySelector(`[data-testid="${field}-redacted"]`)?.replaceWith(sent);
    return;
  }
  const again = (): void => drawField(holder, page, field, redaction, index);
  fill(
    holder,
    el("h2", {}, title),
    el(
      "div",
      { class: "columns" },
      el(
        "div",
        {},
        el("p", { class: "caption" }, say("original")),
        ...original(page, field, redaction, index, again),
      ),
      el("div", {}, el("p", { class: "caption" }, say("as_sent")), sent),
    ),
  );
}

function original(
  page: Page,
  field: Field,
  redaction: RedactionResult,
  index: number,
  again: () => void,
): (Node | string)[] {
  const label = say("original_of", say(field));
  if (editing.has(field))
    return [textBox(page, field, label), OWN.has(field) ? "" : doneButton(page, field)];
  const view = el(
    "div",
    { class: "text", tabindex: "0", role: "region", "data-testid": `${field}-original`, "aria-label": label },
    ...originalView(page.choices[field], redaction.spans[index] ?? [], redaction.marked[index] ?? []),
  );
  const hide = small("hide_selection", `${field}-hide-selection`, () => hideSelection(page, view));
  const edit = small("edit", `${field}-edit-button`, () => {
    editing.add(field);
    again();
    document.querySelector<HTMLElement>(`[data-testid="${field}-edit"]`)?.focus();
  });
  const cut = small("cut_selection", `${field}-cut-selection`, () => cutSelection(page, field, view));
  const back = cuts.get(field)?.length
    ? small("uncut", `${field}-uncut`, () => page.change({ [field]: cuts.get(field)?.pop() ?? "" }))
    : "";
  return [view, el("p", { class: "row" }, hide, cut, back, edit)];
}

function small(words: Phrase, testid: string, act: () => void): HTMLButtonElement {
  return el("button", { type: "button", class: "small", "data-testid": testid, onclick: act }, say(words));
}

function doneButton(page: Page, field: Field): HTMLElement {
  const done = small("edit_done", `${field}-done`, () => {
    if (!page.choices[field].trim()) return;
    editing.delete(field);
    page.change({});
  });
  return el("p", { class: "row" }, done);
}

function textBox(page: Page, field: Field, label: string): HTMLTextAreaElement {
  const box = el("textarea", {
    "aria-label": label,
    "data-testid": `${field}-edit`,
    rows: OWN.has(field) ? "3" : "8",
  });
  box.value = page.choices[field];
  box.addEventListener("input", () => page.change({ [field]: box.value }));
  return box;
}

/** What is selected inside one text, and where it begins there; null if nothing is. */
function selectionIn(view: HTMLElement): { text: string; start: number } | null {
  const selection = getSelection();
  if (!selection?.rangeCount || !view.contains(selection.anchorNode) || !view.contains(selection.focusNode))
    return null;
  const range = selection.getRangeAt(0);
  const before = document.createRange();
  before.selectNodeContents(view);
  before.setEnd(range.startContainer, range.startOffset);
  const text = range.toString();
  return text.trim() ? { text, start: before.toString().length } : null;
}

/** A selection is hidden wherever it appears. */
function hideSelection(page: Page, view: HTMLElement): void {
  const selected = selectionIn(view);
  if (selected) page.change({ hide: [...new Set([...page.choices.hide, selected.text.trim()])] });
}

/** A selected passage is left out; a mark says that something stood there. */
function cutSelection(page: Page, field: Field, view: HTMLElement): void {
  const selected = selectionIn(view);
  if (!selected) return;
  const text = page.choices[field];
  cuts.set(field, [...(cuts.get(field) ?? []), text]);
  page.change({
    [field]: text.slice(0, selected.start) + CUT + text.slice(selected.start + selected.text.length),
  });
}
