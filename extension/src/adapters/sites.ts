/** The sites that messages.ts can read, by how their pages were built when they were last looked at. */
import { labelBefore, labelOf, onlyOne } from "./dom";
import { messagesAdapter } from "./messages";
import type { ChatAdapter } from "./types";

/** Copilot for people, and for Microsoft 365. Neither says which model answers. */
const copilot = messagesAdapter({
  id: "copilot",
  label: "Copilot",
  matches: ["https://copilot.microsoft.com/*", "https://m365.cloud.microsoft/*"],
  layouts: [
    {
      prompt: '[data-content="user-message"]',
      answer: '[data-content="ai-message"]',
      answerText: ".group\\/ai-message-item",
    },
    {
      prompt: ".fai-UserMessage",
      answer: ".fai-CopilotMessage",
      answerText: '[data-testid="markdown-reply"]',
    },
  ],
});

const mistral = messagesAdapter({
  id: "mistral",
  label: "Mistral Le Chat",
  matches: ["https://chat.mistral.ai/*"],
  layouts: [
    {
      prompt: '[data-message-author-role="user"][data-message-id]',
      promptText: ".select-text",
      answer: '[data-message-author-role="assistant"][data-message-id]',
      answerText: '[data-message-part-type="answer"]',
    },
  ],
});

/** Meta AI says of each answer whether it is complete. */
const metaAi = messagesAdapter({
  id: "meta-ai",
  label: "Meta AI",
  matches: ["https://www.meta.ai/*", "https://meta.ai/*"],
  layouts: [
    {
      prompt: '[data-message-type="user"]',
      answer: '[data-testid="assistant-message"]',
      answerText: ".markdown-content, .ur-markdown",
      writing: '[data-streaming-complete="false"]',
    },
  ],
});

/** Perplexity names the model in a line below the answer. */
const perplexity = messagesAdapter({
  id: "perplexity",
  label: "Perplexity",
  matches: ["https://www.perplexity.ai/*"],
  layouts: [{ prompt: "h1.group\\/query", answer: 'div[id^="markdown-content-"]', answerText: ".prose" }],
  modelOf(answer) {
    const footer = answer.parentElement?.textContent.match(/Prepared using ([^\n]{1,60}?)\s*(?:$|\n)/);
    return { label: footer?.[1]?.trim() ?? null, source: "text" };
  },
});

/** Grok: prompts and answers are alike, but prompts stand at the end of the line. */
const grok = messagesAdapter({
  id: "grok",
  label: "Grok",
  matches: ["https://grok.com/*"],
  layouts: [
    {
      prompt: 'div[id^="response-"]:is(.items-end, :has(> .items-end))',
      promptText: ".response-content-markdown",
      answer: 'div[id^="response-"]:not(.items-end, :has(> .items-end))',
      answerText: ".response-content-markdown",
    },
  ],
  modelOf: (answer) => ({
    label: labelOf(onlyOne(answer.ownerDocument, "#model-select-trigger")),
    source: "picker",
  }),
});

/** DeepSeek shows its thinking before the answer, in the same kind of element. */
const deepseek = messagesAdapter({
  id: "deepseek",
  label: "DeepSeek",
  matches: ["https://chat.deepseek.com/*"],
  layouts: [
    {
      prompt: ".ds-message:not(:has(.ds-markdown))",
      answer: ".ds-message:has(.ds-markdown)",
      answerText: ".ds-markdown",
      isLastOnly: true,
    },
  ],
});

/** HuggingChat links each answer's model to its settings. */
const huggingchat = messagesAdapter({
  id: "huggingchat",
  label: "HuggingChat",
  matches: ["https://huggingface.co/chat/*"],
  layouts: [
    {
      prompt: '[data-message-type="user"]',
      answer: '[data-message-role="assistant"]',
      answerText: ".prose",
    },
  ],
  modelOf(answer) {
    const link = answer.querySelector('a[href*="/settings/"]') ?? onlyOne(answer.ownerDocument, 'a[href*="/settings/"]');
    const name = link?.getAttribute("href")?.split("/settings/")[1]?.split(/[?#]/)[0] ?? "";
    return { label: name ? decodeURIComponent(name).slice(0, 120) : null, source: "message_attribute" };
  },
});

/** Open WebUI runs at an address of the person's own; the name above an answer is the model's. */
export const openWebui = messagesAdapter({
  id: "open-webui",
  label: "Open WebUI",
  matches: [],
  layouts: [
    {
      prompt: ".user-message",
      answer: '[id^="message-"]:has(#response-content-container)',
      answerText: "#response-content-container",
    },
  ],
  modelOf(answer) {
    const body = answer.querySelector("#response-content-container");
    return { label: body ? labelBefore(answer, body) : null, source: "text" };
  },
});

export const SITES: readonly ChatAdapter[] = [
  copilot,
  mistral,
  metaAi,
  perplexity,
  grok,
  deepseek,
  huggingchat,
  openWebui,
];
