import type { Exchange } from "./types";

/** The manual way: selected or pasted text, on any site. The person fills in the rest. */
export function genericExchange(response: string, site = "other"): Exchange {
  return {
    site,
    adapter: "generic",
    prompt: "",
    response: response.trim(),
    modelLabel: null,
    modelLabelSource: "none",
    circumstances: {
      turnIndex: null,
      earlierTurns: null,
      hasAttachments: null,
      hasTools: null,
      notice: null,
    },
  };
}
