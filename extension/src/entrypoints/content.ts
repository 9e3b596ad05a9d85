import { defineContentScript } from "wxt/utils/define-content-script";
import { genericExchange } from "../adapters/generic";
import { adapterFor } from "../adapters/registry";
import { openWebui } from "../adapters/sites";
import { send } from "../messages";
import { offerAnswers } from "../ui/answers";

/** On the chat sites that the person has turned on: a flag at each finished answer. */
export default defineContentScript({
  registration: "runtime",
  main(context) {
    // At an address that is nobody else's, the person has said that it is a chat of their own.
    const adapter = adapterFor(location.href) ?? openWebui;
    const stop = offerAnswers(document, adapter, (exchange) => {
      // Unsure: the review page opens empty, for the person to paste what they mean.
      send("exchangeFlagged", { exchange: exchange ?? genericExchange("", adapter.id) }).catch(
        () => undefined,
      );
    });
    context.onInvalidated(stop);
  },
});
