// node peers.mjs compromise|redact-pii: ranges of what a peer finds, for the texts on standard input.
// Offsets are code points, as in Python.
import { readFileSync } from "node:fs";

const texts = JSON.parse(readFileSync(0, "utf8"));
const points = (text, units) => [...text.slice(0, units)].length;

async function ofCompromise() {
  const { default: nlp } = await import("compromise");
  return texts.map((text) =>
    nlp(text)
      .people()
      .json({ offset: true })
      .map(({ offset }) => [points(text, offset.start), points(text, offset.start + offset.length)]),
  );
}

// It only gives back the changed text: what stands between two kept passages was hidden.
async function ofRedactPii() {
  const { SyncRedactor } = await import("redact-pii").then((module) => module.default ?? module);
  const redactor = new SyncRedactor({ globalReplaceWith: "\u0000" });
  return texts.map((text) => {
    const ranges = [];
    let at = 0;
    for (const kept of redactor.redact(text).split("\u0000")) {
      const start = text.indexOf(kept, at);
      if (start > at) ranges.push([points(text, at), points(text, start)]);
      at = Math.max(at, start) + kept.length;
    }
    if (at < text.length) ranges.push([points(text, at), points(text, text.length)]);
    return ranges;
  });
}

process.stdout.write(JSON.stringify(await (process.argv[2] === "compromise" ? ofCompromise() : ofRedactPii())));
