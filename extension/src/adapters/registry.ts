import { chatgpt } from "./chatgpt";
import { claude } from "./claude";
import { gemini } from "./gemini";
import type { ChatAdapter } from "./types";

/** Every adapter of a chat site; each has its fixtures under tests/fixtures/<id>. */
export const ADAPTERS: readonly ChatAdapter[] = [chatgpt, claude, gemini];

/** The pages on which a flag is offered. */
export const MATCHES: string[] = ADAPTERS.flatMap((adapter) => adapter.matches);

/** The adapter of a page's origin, or null: then there is still the manual way. */
export function adapterFor(origin: string): ChatAdapter | null {
  return ADAPTERS.find((adapter) => adapter.matches.includes(`${origin}/*`)) ?? null;
}
