import { defineContentScript } from "wxt/utils/define-content-script";
import { genericExchange } from "../adapters/generic";
import { adapterFor, MATCHES } from "../adapters/registry";
import { send } from "../messages";
import { offerAnswers } from "../ui/answers";

/** On the chat sites: a flag at each finished answer. */
export default defineContentScript({
  matches: MATCHES,
  runAt: "document_idle",
  main(context) {
    const adapter = adapterFor(location.href);
    if (!adapter) return;
    const stop = offerAnswers(document, adapter, (exchange) => {
      // Unsure: the review page opens empty, for the person to paste what they mean.
      send("exchangeFlagged", { exchange: exchange ?? genericExchange("", adapter.id) }).catch(
        () => undefined,
      );
    });
    context.onInvalidated(stop);
  },
});
