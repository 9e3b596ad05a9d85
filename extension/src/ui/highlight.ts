/** A text with its removals shown: what was there, and what stands there instead. */
import type { Span } from "../redact";
import { removalWords, say } from "../strings";
import { el } from "./build";

/** The original text; removals are marked, and so is what a person should look at. */
export function originalView(text: string, removed: readonly Span[], marked: readonly Span[]): Node[] {
  const spans = [...removed, ...marked].sort((a, b) => a.start - b.start || b.end - a.end);
  const nodes: Node[] = [];
  let at = 0;
  for (const span of spans) {
    if (span.start < at) continue;
    if (span.start > at) nodes.push(document.createTextNode(text.slice(at, span.start)));
    nodes.push(mark(text.slice(span.start, span.end), span));
    at = span.end;
  }
  if (at < text.length) nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}

function mark(value: string, span: Span): HTMLElement {
  const { name, why } = removalWords(span.type);
  const attributes = { "data-type": span.type };
  return span.tier === 1
    ? el(
        "mark",
        {
          class: "removed",
          "data-testid": "removal",
          title: say("replaced_by", name, span.placeholder, why),
          ...attributes,
        },
        value,
      )
    : el(
        "mark",
        { class: "look", "data-testid": "look", title: say("look_at", name, why), ...attributes },
        value,
      );
}

/** The text as it will be sent; placeholders are marked. */
export function redactedView(text: string): Node[] {
  return text
    .split(/(\[[A-Z][A-Z_]*_\d+\])/)
    .map((part, index) =>
      index % 2 === 1
        ? el("mark", { class: "placeholder", "data-testid": "placeholder" }, part)
        : document.createTextNode(part),
    );
}
