/** Reading text out of a page, as Markdown, without what only decorates it. */

const SKIPPED = new Set([
  "BUTTON",
  "SCRIPT",
  "STYLE",
  "SVG",
  "NOSCRIPT",
  "TEMPLATE",
  "INPUT",
  "TEXTAREA",
  "SELECT",
  "IFRAME",
]);
const BLOCKS = new Set([
  "P",
  "DIV",
  "SECTION",
  "ARTICLE",
  "BLOCKQUOTE",
  "UL",
  "OL",
  "TABLE",
  "PRE",
  "H1",
  "H2",
  "H3",
  "H4",
  "H5",
  "H6",
  "HR",
  "LI",
  "TR",
  "FIGURE",
]);
/** Keeps line breaks as they stand. */
const VERBATIM = ".whitespace-pre-wrap";
/** The bar above a code block, outside of `pre`, that names its language. */
const CODE_HEADER = "code-block-decoration";
const HIDDEN_CLASSES = ["sr-only", "visually-hidden", "cdk-visually-hidden"];

/** Markdown of an element's visible text; "" if there is none. Keeps fences, lists, tables and TeX. */
export function textOf(root: Element): string {
  return root.tagName === "PRE" ? fenceOf(root) : blocksOf(root);
}

/** The elements among `found`, which are in the order of the page, that no other of them contains. */
export function outermost(found: Iterable<Element>): Element[] {
  const kept: Element[] = [];
  // In that order, what contains an element comes before it, and nothing outside of it in between.
  for (const element of found) if (kept.at(-1)?.contains(element) !== true) kept.push(element);
  return kept;
}

/** True where a later element follows an earlier one in the page. */
export function follows(later: Node, earlier: Node): boolean {
  return (earlier.compareDocumentPosition(later) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}

/** The only element that matches, or null if there are none or several. */
export function onlyOne(root: ParentNode, selector: string): Element | null {
  const found = root.querySelectorAll(selector);
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** The last of `candidates` that stands before `node` in the page, or null. */
export function lastBefore(candidates: Iterable<Element>, node: Node): Element | null {
  let last: Element | null = null;
  for (const candidate of candidates) if (follows(node, candidate)) last = candidate;
  return last;
}

/** A short label's text on one line; null if it is empty or too long to be a label. */
export function labelOf(element: Element | null): string | null {
  const text = element?.textContent.replace(/\s+/g, " ").trim() ?? "";
  return text.length > 0 && text.length <= 120 ? text : null;
}

/** The first line of text that stands before `body` inside `region`; null if there is none, or no label. */
export function labelBefore(region: Element, body: Element): string | null {
  const walker = region.ownerDocument.createTreeWalker(region, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (body.contains(node)) return null;
    const holder = node.parentElement;
    if (!holder || holder.closest("button") || isSkipped(holder)) continue;
    if (node.textContent?.trim()) return labelOf(holder);
  }
  return null;
}

function isSkipped(element: Element): boolean {
  if (SKIPPED.has(element.tagName.toUpperCase())) return true;
  if (element.getAttribute("aria-hidden") === "true" || element.hasAttribute("hidden")) return true;
  if (element.hasAttribute("data-exclude-from-copy")) return true;
  if (/(?:^|[;\s])(?:display:\s*none|visibility:\s*hidden)/i.test(element.getAttribute("style") ?? ""))
    return true;
  return [...HIDDEN_CLASSES, CODE_HEADER].some((name) => element.classList.contains(name));
}

function texOf(element: Element): string | null {
  const annotation = element.querySelector('annotation[encoding="application/x-tex"]');
  const tex = annotation?.textContent.trim();
  if (!tex) return null;
  const isDisplay =
    element.classList.contains("katex-display") || element.getAttribute("display") === "block";
  return isDisplay ? `$$${tex}$$` : `$${tex}$`;
}

function isMath(element: Element): boolean {
  return (
    ["katex", "katex-display", "MathJax"].some((name) => element.classList.contains(name)) ||
    element.tagName.toLowerCase() === "math"
  );
}

function fenceOf(pre: Element): string {
  const code = pre.querySelector("code") ?? pre;
  const text = code.textContent.replace(/\n+$/, "");
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${languageOf(pre, code)}\n${text}\n${fence}`;
}

/** The language of a code block: its class, or the one word in the bar above it; "" if neither. */
function languageOf(pre: Element, code: Element): string {
  const named = /(?:^|\s)language-([\w+#.-]+)/.exec(code.getAttribute("class") ?? "")?.[1];
  if (named) return named;
  const bar = pre.closest("code-block")?.querySelector(`.${CODE_HEADER}`) ?? (code === pre ? null : pre);
  const word = bar ? wordsBeside(bar, code).trim() : "";
  return /^[\w+#.-]{1,20}$/.test(word) ? word.toLowerCase() : "";
}

/** Text of an element without its buttons and without `inner`. */
function wordsBeside(element: Element, inner: Element): string {
  return [...element.childNodes]
    .map((node) => {
      if (node === inner) return "";
      if (!(node instanceof Element)) return node.textContent ?? "";
      return node.tagName === "BUTTON" ? "" : wordsBeside(node, inner);
    })
    .join(" ");
}

function inlineOf(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) {
    const text = node.textContent ?? "";
    return node.parentElement?.closest(VERBATIM) ? text : text.replace(/[ \t\r\n]+/g, " ");
  }
  if (!(node instanceof Element)) return "";
  if (isMath(node)) return texOf(node) ?? "";
  if (isSkipped(node)) return "";
  switch (node.tagName.toUpperCase()) {
    case "BR":
      return "\n";
    case "CODE":
      return `\`${node.textContent}\``;
    case "STRONG":
    case "B":
      return wrap(inlineAll(node), "**");
    case "EM":
    case "I":
      return wrap(inlineAll(node), "*");
    default:
      return inlineAll(node);
  }
}

function wrap(text: string, mark: string): string {
  const inner = text.trim();
  return inner ? text.replace(inner, () => `${mark}${inner}${mark}`) : text;
}

function inlineAll(element: Element): string {
  return [...element.childNodes].map(inlineOf).reduce(joined, "");
}

/** Adds text to a line; a space after a space is none, as on the screen. */
function joined(line: string, text: string): string {
  return /\s$/.test(line) && text.startsWith(" ") ? line + text.slice(1) : line + text;
}

function holdsBlocks(element: Element): boolean {
  return [...element.children].some((child) => BLOCKS.has(child.tagName.toUpperCase()) || holdsBlocks(child));
}

function blocksOf(element: Element): string {
  const parts: string[] = [];
  let line = "";
  const flush = (): void => {
    const text = line
      .replace(/[ \t]+\n/g, "\n")
      .replace(/\n{3,}/g, "\n\n")
      .trim();
    if (text) parts.push(text);
    line = "";
  };
  for (const child of element.childNodes) {
    if (!(child instanceof Element) || isMath(child)) line = joined(line, inlineOf(child));
    else if (isSkipped(child)) continue;
    else if (BLOCKS.has(child.tagName.toUpperCase()) || holdsBlocks(child)) {
      flush();
      const block = blockOf(child);
      if (block) parts.push(block);
    } else line = joined(line, inlineOf(child));
  }
  flush();
  return parts.join("\n\n");
}

function blockOf(element: Element): string {
  const tag = element.tagName.toUpperCase();
  if (tag === "PRE") return fenceOf(element);
  if (tag === "UL" || tag === "OL") return listOf(element);
  if (tag === "TABLE") return tableOf(element);
  if (tag === "HR") return "---";
  const inner = blocksOf(element);
  if (!inner) return "";
  const heading = /^H([1-6])$/.exec(tag);
  if (heading) return `${"#".repeat(Number(heading[1]))} ${inner}`;
  if (tag === "BLOCKQUOTE") return inner.replace(/^/gm, "> ");
  return inner;
}

function listOf(list: Element): string {
  const isOrdered = list.tagName.toUpperCase() === "OL";
  let number = Number(list.getAttribute("start") ?? "1") || 1;
  const lines: string[] = [];
  for (const item of list.children) {
    if (item.tagName.toUpperCase() !== "LI" || isSkipped(item)) continue;
    const mark = isOrdered ? `${number}. ` : "- ";
    number += 1;
    const text = blocksOf(item).replace(/\n\n(?=\s*(?:-|\d+\.) )/g, "\n");
    lines.push(mark + text.replace(/\n(?!\n)/g, `\n${" ".repeat(mark.length)}`));
  }
  return lines.join("\n");
}

function tableOf(table: Element): string {
  const rows = [...table.querySelectorAll("tr")].map((row) =>
    [...row.children].map((cell) => inlineAll(cell).trim().replaceAll("|", "\\|").replaceAll("\n", " ")),
  );
  const [head, ...body] = rows.filter((row) => row.length > 0);
  if (!head) return "";
  const line = (cells: string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...body.map(line)].join("\n");
}
