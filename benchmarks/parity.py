"""python -m benchmarks.parity DATA: both redaction engines on every text of the sets in DATA.

Prints how many texts differ between Python and JavaScript (in the redacted text, in what was
replaced, or in what was marked), and how long JavaScript took per text. Exits with 1 if any differs.
DATA is a folder of folders with gzip'd JSONL files of rows with `text`, `prompt` or `question`.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tqdm import tqdm

from backend.reports.redaction import Span, redact

EXTENSION = Path(__file__).parents[1] / "extension"
LONGEST_CHARS = 60_000
RUNNER = """
import { readFileSync, writeFileSync } from "node:fs";
import { redact } from "./redact.mjs";
const texts = JSON.parse(readFileSync("texts.json", "utf8"));
const cut = (text, spans) => spans.map((s) => [text.slice(s.start, s.end), s.type, s.ruleId]);
const times = [];
const results = texts.map((text) => {
  const begun = performance.now();
  const { texts: [redacted], spans: [spans], marked: [marked] } = redact([text]);
  times.push(performance.now() - begun);
  return [redacted, cut(text, spans), cut(text, marked)];
});
times.sort((a, b) => a - b);
const share = (part) => times[Math.floor((times.length - 1) * part)].toFixed(2);
const begun = performance.now();
redact([texts.join("\\n").slice(0, LONGEST)]);
const long = (performance.now() - begun).toFixed(0);
console.log(`JavaScript: median ${share(0.5)} ms, p95 ${share(0.95)} ms; ${LONGEST} characters ${long} ms`);
writeFileSync("results.json", JSON.stringify(results));
""".replace("LONGEST", str(LONGEST_CHARS))


def texts_of(data: Path) -> list[str]:
    """Every text of every set."""
    texts = []
    for path in sorted(data.glob("*/*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                found = [row.get(field) for field in ("text", "prompt", "question")]
                texts += [text for text in found if isinstance(text, str) and text][:1]
    return texts


def of_javascript(texts: list[str]) -> list[Any]:
    """What the extension's engine gives for each text."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
        (folder / "run.mjs").write_text(RUNNER, encoding="utf-8")
        esbuild = EXTENSION / "node_modules" / ".bin" / "esbuild"
        subprocess.run(
            [esbuild, EXTENSION / "src" / "redact.ts", "--bundle", "--format=esm",
             "--log-level=error", f"--outfile={folder / 'redact.mjs'}"], check=True,
        )  # fmt: skip
        subprocess.run(["node", "run.mjs"], cwd=folder, check=True)
        return list(json.loads((folder / "results.json").read_text(encoding="utf-8")))


def _cut(text: str, spans: tuple[Span, ...]) -> list[list[str]]:
    return [[text[span.start : span.end], span.type, span.rule_id] for span in spans]


def main(data: Path) -> int:
    texts = texts_of(data)
    differing = []
    for text, theirs in zip(tqdm(texts), of_javascript(texts), strict=True):
        result = redact(text)
        ours = [result.texts[0], _cut(text, result.spans[0]), _cut(text, result.marked[0])]
        if ours != theirs:
            differing.append(text)
    sys.stdout.write(f"{len(differing)} of {len(texts)} texts differ\n")
    for text in differing[:5]:
        sys.stdout.write(f"  {text[:100]!r}\n")
    return 1 if differing else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
