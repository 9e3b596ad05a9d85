/** Whether an answer is new to this browser session: a page that is opened again shows old ones. */
import { hex, noteSeen } from "../storage";
import type { Exchange } from "../adapters/types";

/** True the first time that this exchange comes by. Kept in memory only, as a digest. */
export async function isNewAnswer({ site, prompt, response }: Exchange): Promise<boolean> {
  const bytes = new TextEncoder().encode(JSON.stringify([site, prompt, response]));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return noteSeen(hex(new Uint8Array(digest).slice(0, 8)));
}
