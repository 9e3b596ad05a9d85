import { circumstancesOf } from "./circumstances";
import { follows, labelOf, lastBefore, onlyOne, outermost, textOf } from "./dom";
import type { ChatAdapter, Exchange } from "./types";

const ANSWER = '[data-is-streaming="false"]';
const PROMPT = '[data-testid="user-message"]';
const PICKER = '[data-testid="model-selector-dropdown"]';

/** The parts of an answer that are its text; thinking and tool use stand outside them. */
function partsOf(answer: Element): Element[] {
  const parts = outermost(answer.querySelectorAll(".standard-markdown"));
  if (parts.length > 0) return parts;
  const whole = onlyOne(answer, ".font-claude-response");
  return whole ? [whole] : [];
}

/** Claude: the answer says whether it is still being written; the model is the picker's choice. */
export const claude: ChatAdapter = {
  id: "claude",
  label: "Claude",
  matches: ["https://claude.ai/*"],

  findAnswers(page) {
    return [...page.querySelectorAll(ANSWER)].filter((answer) => partsOf(answer).length > 0);
  },

  readExchange(answer): Exchange | null {
    if (answer.getAttribute("data-is-streaming") !== "false") return null;
    const page = answer.ownerDocument;
    const prompts = [...page.querySelectorAll(PROMPT)];
    const asked = lastBefore(prompts, answer);
    const spoken = lastBefore(page.querySelectorAll("[data-is-streaming]"), answer);
    if (!asked || (spoken && follows(spoken, asked))) return null;
    const prompt = textOf(asked);
    const bodies = partsOf(answer);
    const response = bodies.map(textOf).filter(Boolean).join("\n\n");
    if (!prompt || !response) return null;
    const label = labelOf(onlyOne(page, PICKER));
    return {
      site: "claude",
      adapter: "claude",
      prompt,
      response,
      modelLabel: label,
      modelLabelSource: label ? "picker" : "none",
      circumstances: circumstancesOf({ prompts, asked, answer, bodies, response }),
    };
  },
};
