"""A change of two models that others have documented, judged as the product judges versions."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from analysis.comparisons import compare_versions
from analysis.config import AnalysisConfig
from analysis.evaluate.rows import Row
from analysis.records import RatingArrays, Strings

Tell = Callable[[str, int, int], None]

_FAMILIES = {
    "gpt-3.5-turbo-0301": ("gpt-3.5-turbo", "2023-03-01"),
    "gpt-3.5-turbo-0613": ("gpt-3.5-turbo", "2023-06-13"),
    "gpt-4-0314": ("gpt-4", "2023-03-14"),
    "gpt-4-0613": ("gpt-4", "2023-06-13"),
}
_PUBLISHED = {
    ("gpt-4", "prime"): (84.0, 51.1),
    ("gpt-3.5-turbo", "prime"): (49.6, 76.2),
    ("gpt-4", "happy"): (83.6, 35.2),
    ("gpt-3.5-turbo", "happy"): (30.6, 48.2),
    ("gpt-4", "sensitive"): (21.0, 5.0),
    ("gpt-3.5-turbo", "sensitive"): (2.0, 8.0),
    ("gpt-4", "opinion"): (97.6, 22.1),
    ("gpt-3.5-turbo", "opinion"): (94.3, 96.7),
    ("gpt-4", "leetcode"): (52.0, 10.0),
    ("gpt-3.5-turbo", "leetcode"): (22.0, 2.0),
}
"""Per cent of good answers in March and in June 2023: Chen, Zaharia, Zou, arXiv:2307.09009."""


def documented_rows(data: Path, *, tell: Tell) -> list[Row]:
    """The documented change of two models in 2023: difference and verdict against what was published."""
    found = compare_versions(_documented_ratings(data), AnalysisConfig())
    rows = []
    for place, one in enumerate(found):
        earlier, later = _PUBLISHED[one.family, one.domain]
        expected = "worse" if later < earlier else "better"
        note = f"{one.verdict}, 95 % {100 * one.difference_low:+.1f} to {100 * one.difference_high:+.1f}"
        rows.append(
            Row(
                "documented change",
                f"{one.family}, {one.domain}",
                "bad answers, June minus March, points",
                100 * one.difference,
                math.nan,
                f"{expected} ({earlier - later:+.1f} published)",
                one.verdict == expected,
                "; ".join((note, *one.cautions)),
            )
        )
        tell("documented change", place + 1, len(found))
    return rows


def _documented_ratings(data: Path) -> RatingArrays:
    with gzip.open(data / "llmdrift" / "llmdrift.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]

    def strings(values: list[str]) -> Strings:
        return np.array(values, dtype=object)

    again = [row.get("score_after_fence_strip") for row in rows]
    return RatingArrays(
        collection=strings(["llmdrift"] * len(rows)),
        item=strings([f"{row['task']}/{row['item_id']}" for row in rows]),
        model=strings([row["model"] for row in rows]),
        family=strings([_FAMILIES[row["model"]][0] for row in rows]),
        released_on=np.array([_FAMILIES[row["model"]][1] for row in rows], dtype="datetime64[D]"),
        domain=strings([row["task"] for row in rows]),
        is_bad=np.array([not row["score"] for row in rows]),
        is_bad_normalised=np.array([math.nan if a is None else float(not a) for a in again]),
        response_chars=np.array([len(row["response"]) for row in rows], dtype=np.int64),
    )
