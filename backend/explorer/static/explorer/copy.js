// Buttons that copy a text, hidden where this file does not run; and what is folded, on paper.
"use strict";

// A text that is shown formatted is copied as it was sent: as the page in `from` has it.
async function sent(button) {
  const answer = await fetch(button.dataset.from);
  if (!answer.ok) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById(button.dataset.copy).textContent;
}

// Safari takes what comes after a click only as a promise, handed over at once.
async function copy(coming) {
  if (!window.ClipboardItem) return navigator.clipboard.writeText(await coming);
  const plain = coming.then((words) => new Blob([words], { type: "text/plain" }));
  return navigator.clipboard.write([new ClipboardItem({ "text/plain": plain })]);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  const text = document.getElementById(button.dataset.copy);
  if (!text || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const before = button.dataset.before ??= button.textContent;
    try {
      await (button.dataset.from ? copy(sent(button)) : navigator.clipboard.writeText(text.textContent));
      button.textContent = button.dataset.done;
    } catch {
      button.textContent = button.dataset.failed;
    }
    setTimeout(() => { button.textContent = before; }, 2000);
  });
}

// Where the style sheet can unfold what is folded for the paper, it does.
if (!CSS.supports("selector(::details-content)")) {
  const unfolded = [];
  window.addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("main details:not([open], .long)")) {
      fold.open = true;
      unfolded.push(fold);
    }
  });
  window.addEventListener("afterprint", () => {
    for (const fold of unfolded.splice(0)) fold.open = false;
  });
}
