"""python -m backend.reports.redaction.measure PATH...: what the rules find, and what they spoil.

Each PATH is a `.jsonl` or `.csv` file, gzip'd or not. What is measured follows from its fields:

- `text` and `spans` ({start, end, type}): per type, the share of entities of which every letter and
  digit is hidden, and the share that is hidden or marked;
- `text`, `label` (T or F), `start`, `end`: the share of true and of false secrets touched;
- anything else is ordinary text: the share of texts changed, of texts that lost a digit, and of
  texts that still look risky.

No such file belongs in the repository.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tqdm import tqdm

from backend.reports.redaction import redact, residual_risk

_TEXT_FIELDS = ("text", "prompt", "question", "answer", "response")
Table = list[tuple[str, int, float, float]]


def measure(path: Path) -> Table:
    """Rows of (what, how many, share, second share), as the module's docstring says."""
    rows = _rows(path)
    first = rows[0] if rows else {}
    if "spans" in first:
        return [*_of_entities(rows), *_of_ordinary(rows)]
    if "label" in first and "start" in first:
        return _of_secrets(rows)
    return _of_ordinary(rows)


def _rows(path: Path) -> list[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        if ".csv" in path.suffixes:
            return list(csv.DictReader(lines))
        return [json.loads(line) for line in lines]


def _of_entities(rows: list[dict[str, Any]]) -> Table:
    total: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    marked: Counter[str] = Counter()
    for row in tqdm(rows):
        text = row["text"]
        result = redact(text)
        hidden = {i for span in result.spans[0] for i in range(span.start, span.end)}
        looked = hidden | {i for span in result.marked[0] for i in range(span.start, span.end)}
        for span in row["spans"]:
            places = {i for i in range(span["start"], span["end"]) if text[i].isalnum()}
            total[span["type"]] += 1
            covered[span["type"]] += places <= hidden
            marked[span["type"]] += places <= looked
    return [(t, n, covered[t] / n, marked[t] / n) for t, n in total.most_common()]


def _of_secrets(rows: list[dict[str, Any]]) -> Table:
    total: Counter[str] = Counter()
    touched: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for row in tqdm(rows):
        spans = [span for span in redact(row["text"]).spans[0] if span.type == "SECRET"]
        hidden = {i for span in spans for i in range(span.start, span.end)}
        places = {i for i in range(row["start"], row["end"]) if row["text"][i].isalnum()}
        total[row["label"]] += 1
        touched[row["label"]] += bool(places & hidden)
        whole[row["label"]] += places <= hidden
    return [(f"secrets labelled {t}", n, touched[t] / n, whole[t] / n) for t, n in total.items()]


def _of_ordinary(rows: list[dict[str, Any]]) -> Table:
    changed, lost_digits, risky = 0, 0, 0
    for row in tqdm(rows):
        text = "\n".join(str(row[field]) for field in _TEXT_FIELDS if field in row)
        result = redact(text)
        changed += bool(result.spans[0])
        lost_digits += any(
            any(c.isdigit() for c in text[span.start : span.end]) for span in result.spans[0]
        )
        risky += bool(residual_risk(*result.texts))
    n = max(len(rows), 1)
    return [
        ("(texts changed; that lost a digit)", len(rows), changed / n, lost_digits / n),
        ("(texts that still look risky)", len(rows), risky / n, 0.0),
    ]


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        for what, count, share, second in measure(Path(argument)):
            sys.stdout.write(f"{what:<36} {count:>6} {share:>6.3f} {second:>6.3f}\n")
