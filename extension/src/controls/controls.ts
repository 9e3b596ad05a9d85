/** The controls as the background sees them: what to do with a finished answer, and what is due. */
import type { Exchange } from "../adapters/types";
import { followOptions } from "../credentials/credentials";
import { advanceCredentials } from "../credentials/steps";
import { CHAT_SITES, isOn } from "../sites";
import { loadOptions } from "../storage";
import { closeWeeks, countAnswer, forgetWeeks } from "./exposures";
import { takeBackAll } from "./outgoing";
import { dismissQuestion, drawAnswer } from "./ratings";
import { isNewAnswer } from "./seen";
import { sendDue } from "./sending";

/** Whether anybody wants to know of finished answers; off unless the person turned one on. */
export async function areControlsWanted(): Promise<boolean> {
  const { sendsRatings, countsExposures } = await loadOptions();
  return sendsRatings || countsExposures;
}

/** Takes note of an answer that has just been finished; the id of the question to ask about it, or null. */
export async function noteAnswer(exchange: Exchange): Promise<string | null> {
  const { sendsRatings, countsExposures } = await loadOptions();
  if (!(sendsRatings || countsExposures) || !(await isNewAnswer(exchange))) return null;
  if (countsExposures) await countAnswer(exchange);
  return sendsRatings ? ((await drawAnswer(exchange))?.id ?? null) : null;
}

/** Does what is due: weeks that are over become bodies, bodies go, and credentials are seen to. */
export async function doWhatIsDue(): Promise<void> {
  const { countsExposures, ownChats } = await loadOptions();
  if (countsExposures) {
    const on = await Promise.all(CHAT_SITES.map(async (site) => ((await isOn(site)) ? [site.slug] : [])));
    await closeWeeks([...on.flat(), ...(ownChats.length > 0 ? ["open-webui"] : [])]);
  }
  await sendDue();
  await advanceCredentials();
}

/** Forgets what a control has gathered and not sent, where it is off; and what another server has given. */
export async function forgetWhatIsOff(): Promise<void> {
  await followOptions();
  const { sendsRatings, countsExposures } = await loadOptions();
  if (!sendsRatings) {
    await dismissQuestion();
    await takeBackAll("rating");
  }
  if (!countsExposures) {
    await forgetWeeks();
    await takeBackAll("exposures");
  }
}
