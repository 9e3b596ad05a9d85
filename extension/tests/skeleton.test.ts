import { expect, it } from "vitest";
import { NODES_MAX, skeletonOf } from "../src/adapters/skeleton";

const page = (html: string): Element => {
  document.body.innerHTML = html;
  const answer = document.querySelector("#answer");
  if (!answer) throw new Error("no answer");
  return answer;
};

it("tells how the page is built around an answer, and no word of it", () => {
  const answer = page(
    `<main class="chat" data-user="casey"><div role="log"><article id="answer" class="msg md:p-2 prose" data-message-id="canary-1" aria-label="canary-2">
       canary text <p title="canary-3">of somebody</p><img src="https://example.org/canary.png" alt="canary-4"></article></div></main>`,
  );
  expect(skeletonOf(answer)).toEqual([
    { depth: 0, tag: "body", classes: [], attributes: [], textLength: 0 },
    { depth: 1, tag: "main", classes: ["chat"], attributes: ["class", "data-user"], textLength: 0 },
    { depth: 2, tag: "div", classes: [], attributes: ["role"], textLength: 0 },
    {
      depth: 3,
      tag: "article",
      classes: ["msg", "md:p-2", "prose"],
      attributes: ["id", "class", "data-message-id", "aria-label"],
      textLength: 20,
    },
    { depth: 4, tag: "p", classes: [], attributes: ["title"], textLength: 20 },
    { depth: 4, tag: "img", classes: [], attributes: ["src", "alt"], textLength: 0 },
  ]);
  expect(JSON.stringify(skeletonOf(answer))).not.toMatch(/canary|casey|somebody|example/);
});

it("leaves out what may be somebody's number or name", () => {
  const answer = page('<div id="answer" class="ok user-48151623 a1b2c3d4e5f6a7 Jöns @casey" data-4815="x"></div>');
  expect(skeletonOf(answer).at(-1)).toEqual({
    depth: 1,
    tag: "div",
    classes: ["ok"],
    attributes: ["id", "class"],
    textLength: 0,
  });
});

it("ends at its limit", () => {
  const answer = page(`<div id="answer">${"<i></i>".repeat(NODES_MAX + 100)}</div>`);
  expect(skeletonOf(answer)).toHaveLength(NODES_MAX);
});
