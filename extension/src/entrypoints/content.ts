import { defineContentScript } from "wxt/utils/define-content-script";
import { genericExchange } from "../adapters/generic";
import { adapterFor } from "../adapters/registry";
import { openWebui } from "../adapters/sites";
import { skeletonOf } from "../adapters/skeleton";
import { send } from "../messages";
import { offerAnswers } from "../ui/answers";

/** On the chat sites that the person has turned on: a flag at each finished answer. */
export default defineContentScript({
  registration: "runtime",
  main(context) {
    // At an address that is nobody else's, the person has said that it is a chat of their own.
    const adapter = adapterFor(location.href) ?? openWebui;
    const stop = offerAnswers(document, adapter, {
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
