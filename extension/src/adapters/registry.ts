import { chatgpt } from "./chatgpt";
import { claude } from "./claude";
import { gemini } from "./gemini";
import { lmarena } from "./lmarena";
import { SITES } from "./sites";
import type { ChatAdapter } from "./types";

/** Every adapter of a chat site; each has its fixtures under tests/fixtures/<id>. */
export const ADAPTERS: readonly ChatAdapter[] = [chatgpt, claude, gemini, ...SITES, lmarena];

/** The pages on which a flag is offered. */
export const MATCHES: string[] = ADAPTERS.flatMap((adapter) => adapter.matches);

/** The adapter of a page's address, or null: then there is still the manual way. */
export function adapterFor(address: string): ChatAdapter | null {
  return (
    ADAPTERS.find(({ matches }) => matches.some((match) => address.startsWith(match.replace(/\*$/, "")))) ?? null
  );
}
