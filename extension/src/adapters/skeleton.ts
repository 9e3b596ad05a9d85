/**
 * How a part of a page is built, without what it says: for mending an adapter that no longer reads
 * it. Names of elements, classes and attributes, and how long the texts are, rounded. Never a text,
 * an address, an id or the value of an attribute.
 */
import type { Skeleton, SkeletonNode } from "./types";

/** As many elements as the server takes. */
export const NODES_MAX = 400;
const CLASSES_MAX = 20;
const ATTRIBUTES_MAX = 20;
const LEVELS_UP = 4;
const CHARS_STEP = 10;
const CLASS = /^[a-zA-Z][a-zA-Z0-9_:/[\].-]{0,39}$/;
/** Longer runs of digits or hex may be somebody's number. */
const NUMBER_LIKE = /[0-9]{3,}|[0-9a-f]{12,}/i;
const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** The skeleton around an answer: some levels up, and what stands there. */
export function skeletonOf(answer: Element): Skeleton {
  let root = answer;
  for (let level = 0; level < LEVELS_UP; level += 1) {
    const parent: Element | null = root.parentElement;
    if (!parent || parent === answer.ownerDocument.documentElement) break;
    root = parent;
  }
  const nodes: SkeletonNode[] = [];
  const visit = (element: Element, depth: number): void => {
    if (nodes.length >= NODES_MAX) return;
    nodes.push(nodeOf(element, depth));
    for (const child of element.children) visit(child, depth + 1);
  };
  visit(root, 0);
  return nodes;
}

function nodeOf(element: Element, depth: number): SkeletonNode {
  const tag = element.tagName.toLowerCase();
  const texts = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
  const chars = texts.reduce((sum, node) => sum + (node.textContent ?? "").trim().length, 0);
  return {
    depth: Math.min(depth, 60),
    tag: NAME.test(tag) ? tag : "other",
    classes: [...element.classList].filter((name) => CLASS.test(name) && !NUMBER_LIKE.test(name)).slice(0, CLASSES_MAX),
    attributes: element
      .getAttributeNames()
      .filter((name) => NAME.test(name) && !NUMBER_LIKE.test(name))
      .slice(0, ATTRIBUTES_MAX),
    textLength: Math.ceil(chars / CHARS_STEP) * CHARS_STEP,
  };
}
