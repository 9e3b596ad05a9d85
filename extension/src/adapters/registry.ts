import { chatgpt } from "./chatgpt";
import { claude } from "./claude";
import { gemini } from "./gemini";
import type { ChatAdapter, Exchange } from "./types";

/** Every adapter of a chat site; each has its fixtures under tests/fixtures/<id>. */
export const ADAPTERS: readonly ChatAdapter[] = [chatgpt, claude, gemini];

/** The adapter of a host, or null: then there is still the manual way. */
export function adapterFor(host: string): ChatAdapter | null {
  return ADAPTERS.find((adapter) => adapter.hosts.includes(host)) ?? null;
}

/** The manual way: selected or pasted text, on any site. The person fills in the rest. */
export function genericExchange(response: string): Exchange {
  return {
    site: "other",
    adapter: "generic",
    prompt: "",
    response: response.trim(),
    modelLabel: null,
    modelLabelSource: "none",
  };
}
