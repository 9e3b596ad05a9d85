import { defineContentScript } from "wxt/utils/define-content-script";
import { adapterFor, genericExchange } from "../adapters/registry";
import { siteOf } from "../catalogue";
import { send } from "../messages";
import { offerAnswers } from "../ui/answers";

/** On the chat sites: a flag at each finished answer. */
export default defineContentScript({
  matches: ["https://chatgpt.com/*", "https://chat.openai.com/*", "https://claude.ai/*", "https://gemini.google.com/*"],
  runAt: "document_idle",
  main(context) {
    const adapter = adapterFor(location.hostname);
    if (!adapter) return;
    const stop = offerAnswers(document, adapter, (exchange) => {
      // Unsure: the review page opens empty, for the person to paste what they mean.
      void send("exchangeFlagged", {
        exchange: exchange ?? { ...genericExchange(""), site: siteOf(location.href) },
      });
    });
    context.onInvalidated(stop);
  },
});
