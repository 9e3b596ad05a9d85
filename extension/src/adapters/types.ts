/** How an adapter reads a chat page. Adapters are pure functions of the page: they change nothing. */

/** Where a model label was read. */
export type LabelSource = "message_attribute" | "picker" | "text" | "user" | "none";

/** One prompt and its response, as Markdown. */
export interface Exchange {
  site: string;
  adapter: string;
  prompt: string;
  response: string;
  modelLabel: string | null;
  modelLabelSource: LabelSource;
}

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
