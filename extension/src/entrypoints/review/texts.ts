/** Prompt, answer and comment: original and redacted, side by side. */
import type { RedactionResult } from "../../redact";
import { say } from "../../strings";
import { el, fill } from "../../ui/build";
import { originalView, redactedView } from "../../ui/highlight";
import type { Page } from "./main";
import { FIELDS, type Field } from "./state";

const editing = new Set<Field>();

/** Draws the texts. A field that is being typed in keeps its text box, and with it the cursor. */
export function drawTexts(section: HTMLElement, page: Page, redaction: RedactionResult): void {
  if (section.childElementCount === 0) {
    for (const field of FIELDS) {
      if (field === "comment" || !page.choices[field]) editing.add(field);
      section.append(el("div", { "data-field": field }));
    }
  }
  FIELDS.forEach((field, index) => {
    const holder = section.children[index];
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
    return [textBox(page, field, label), field === "comment" ? "" : doneButton(page, field)];
  const view = el(
    "div",
    { class: "text", tabindex: "0", role: "region", "data-testid": `${field}-original`, "aria-label": label },
    ...originalView(page.choices[field], redaction.spans[index] ?? [], redaction.marked[index] ?? []),
  );
  const hide = el(
    "button",
    {
      type: "button",
      class: "small",
      "data-testid": `${field}-hide-selection`,
      onclick: () => hideSelection(page, view),
    },
    say("hide_selection"),
  );
  const edit = el(
    "button",
    { type: "button", class: "small", "data-testid": `${field}-edit-button` },
    say("edit"),
  );
  edit.addEventListener("click", () => {
    editing.add(field);
    again();
    document.querySelector<HTMLElement>(`[data-testid="${field}-edit"]`)?.focus();
  });
  return [view, el("p", { class: "row" }, hide, edit)];
}

function doneButton(page: Page, field: Field): HTMLElement {
  const done = el(
    "button",
    { type: "button", class: "small", "data-testid": `${field}-done` },
    say("edit_done"),
  );
  done.addEventListener("click", () => {
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
    rows: field === "comment" ? "3" : "8",
  });
  box.value = page.choices[field];
  box.addEventListener("input", () => page.change({ [field]: box.value }));
  return box;
}

/** A selection inside one text is hidden wherever it appears. */
function hideSelection(page: Page, view: HTMLElement): void {
  const selection = getSelection();
  const text = selection?.toString().trim() ?? "";
  if (!text || !view.contains(selection?.anchorNode ?? null) || !view.contains(selection?.focusNode ?? null))
    return;
  page.change({ hide: [...new Set([...page.choices.hide, text])] });
}
