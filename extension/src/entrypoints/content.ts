import { defineContentScript } from "wxt/utils/define-content-script";
import { genericExchange } from "../adapters/generic";
import { adapterFor } from "../adapters/registry";
import type { ChatAdapter } from "../adapters/types";
import { openWebui } from "../adapters/sites";
import { skeletonOf } from "../adapters/skeleton";
import { send } from "../messages";
import { offerAnswers } from "../ui/answers";
import { FreshAnswers } from "../ui/fresh";
import { askRating } from "../ui/rate";

/** Tells of an answer that has just been finished, if the person lets anything be counted; asks, if it was drawn. */
async function tellOf(adapter: ChatAdapter, answer: Element): Promise<void> {
  if (!(await send("controlsWanted", {}))) return;
  const exchange = adapter.readExchange(answer);
  const id = exchange && (await send("answerFinished", { exchange }));
  if (id) askRating(document, (verdict) => void send("answerRated", { id, verdict }).catch(() => undefined));
}

/** On the chat sites that the person has turned on: a flag at each finished answer. */
export default defineContentScript({
  registration: "runtime",
  main(context) {
    // At an address that is nobody else's, the person has said that it is a chat of their own.
    const adapter = adapterFor(location.href) ?? openWebui;
    const fresh = new FreshAnswers();
    const stop = offerAnswers(document, adapter, {
      onLook(answers) {
        const answer = fresh.next(answers, Date.now());
        if (answer) void tellOf(adapter, answer).catch(() => undefined);
      },
      onFlag(exchange, answer) {
        // Unsure: the review page opens empty, for the person to paste what they mean.
        const flagged = exchange
          ? { exchange, skeleton: null }
          : { exchange: genericExchange("", adapter.id), skeleton: skeletonOf(answer) };
        send("exchangeFlagged", flagged).catch(() => undefined);
      },
    });
    context.onInvalidated(stop);
  },
});
