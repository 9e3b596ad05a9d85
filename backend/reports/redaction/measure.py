"""python -m backend.reports.redaction.measure PATH...: what the rules find in labelled texts.

PATH is a `.jsonl[.gz]` file of `{"text": ..., "spans": [{"start", "end", "type"}]}`. Prints, per type, the
share of entities of which every letter and digit is covered, and how often the texts still look risky.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from pathlib import Path

from tqdm import tqdm

from backend.reports.redaction import redact, residual_risk


def measure(path: Path) -> list[tuple[str, int, float, float]]:
    """(type, entities, share covered by tier 1, share covered by tier 1 or marked) per type."""
    total: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    marked: Counter[str] = Counter()
    risky = 0
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in tqdm(rows, desc=path.name):
        text = row["text"]
        result = redact(text)
        risky += bool(residual_risk(*result.texts))
        hidden = {i for span in result.spans[0] for i in range(span.start, span.end)}
        looked = hidden | {i for span in result.marked[0] for i in range(span.start, span.end)}
        for span in row.get("spans", []):
            places = {i for i in range(span["start"], span["end"]) if text[i].isalnum()}
            total[span["type"]] += 1
            covered[span["type"]] += places <= hidden
            marked[span["type"]] += places <= looked
    table = [(t, n, covered[t] / n, marked[t] / n) for t, n in total.most_common()]
    return [*table, ("(texts that still look risky)", len(rows), risky / max(len(rows), 1), 0.0)]


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        for type_, count, share, looked_at in measure(Path(argument)):
            sys.stdout.write(f"{type_:<30} {count:>6} {share:>6.3f} {looked_at:>6.3f}\n")
