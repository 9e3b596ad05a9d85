/** How an adapter reads a chat page. Adapters are pure functions of the page: they change nothing. */

/** Where a model label was read. */
export type LabelSource = "message_attribute" | "picker" | "text" | "user" | "none";

/** How an answer came about, as far as the page shows it. Null is unknown. */
export interface Circumstances {
  /** The site's own number of the answer's turn. */
  turnIndex: number | null;
  /** Prompts on the page before this one. */
  earlierTurns: number | null;
  hasAttachments: boolean | null;
  /** Whether the page shows that a search, code or another tool was used. */
  hasTools: boolean | null;
  /** What the page states openly: another model answered, or it won't help. */
  notice: "none" | "fallback" | "refusal" | null;
}

/** One prompt and its response, as Markdown. */
export interface Exchange {
  site: string;
  adapter: string;
  prompt: string;
  response: string;
  modelLabel: string | null;
  modelLabelSource: LabelSource;
  circumstances: Circumstances;
}

/** One element of a page, without what it says. */
export interface SkeletonNode {
  depth: number;
  tag: string;
  classes: string[];
  attributes: string[];
  /** Characters of its own text, rounded up to tens. */
  textLength: number;
}

/** How a part of a page is built, in the order of the page. */
export type Skeleton = SkeletonNode[];

export interface ChatAdapter {
  /** Slug of the site in the catalogue; goes into the report. */
  id: string;
  /** Name of the site, for people. */
  label: string;
  /** Match patterns of the site's pages: `https://<host>/*`. */
  matches: readonly string[];
  /** The element of each finished answer, in the order of the page. Answers still being written are left out. */
  findAnswers(page: Document): Element[];
  /** The exchange that ends in this answer; null if anything about it is unsure. */
  readExchange(answer: Element): Exchange | null;
}
