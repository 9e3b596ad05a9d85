/** A text with its removals shown: what was there, and what stands there instead. */
import type { Span } from "../redact";
import { REMOVAL_NAMES } from "../strings";
import { el } from "./build";

export function removalName(type: string): string {
  return REMOVAL_NAMES[type] ?? type.toLowerCase().replaceAll("_", " ");
}

/** The original text; removals are marked, and so is what a person should look at. */
export function originalView(text: string, removed: readonly Span[], marked: readonly Span[]): Node[] {
  const spans = [
    ...removed.map((span) => ({ ...span, kind: "removed" })),
    ...marked.map((span) => ({ ...span, kind: "look" })),
  ].sort((a, b) => a.start - b.start || b.end - a.end);
  const nodes: Node[] = [];
  let at = 0;
  for (const span of spans) {
    if (span.start < at) continue;
    nodes.push(document.createTextNode(text.slice(at, span.start)));
    const title =
      span.kind === "removed"
        ? `${removalName(span.type)}: will be replaced by ${span.placeholder}`
        : "Look at this: does it identify somebody?";
    nodes.push(
      el("mark", { class: span.kind, title, "data-testid": span.kind === "removed" ? "removal" : "look" }, text.slice(span.start, span.end)),
    );
    at = span.end;
  }
  nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}

/** The text as it will be sent; placeholders are marked. */
export function redactedView(text: string): Node[] {
  return text.split(/(\[[A-Z][A-Z_]*_\d+\])/).map((part, index) =>
    index % 2 === 1 ? el("mark", { class: "placeholder", "data-testid": "placeholder" }, part) : document.createTextNode(part),
  );
}
