"""Real answers of many models to the same 12,032 questions, from the MMLU-Pro leaderboard."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.disproportionality import Flags
from analysis.records import Floats, Strings

_NO_MODEL = {"question_id", "category", "src", "answer", "n_options"}


@dataclass(frozen=True)
class Answers:
    """Which questions each model answers wrong; an answer without a letter counts as wrong.

    Attributes
    ----------
    item, domain, template : Strings
        Of shape (n_items,). The domains are the 14 categories; the templates are what the questions
        were taken from: an exam or a collection, and the category.
    wrong : dict of str to ndarray of shape (n_items,), dtype=bool
        By model.
    """

    item: Strings
    domain: Strings
    template: Strings
    wrong: dict[str, Flags]

    def difficulty(self, leaving_out: set[str]) -> Floats:
        """Share of the *other* models that are wrong, per item, in [0, 1]."""
        others = [wrong for model, wrong in self.wrong.items() if model not in leaving_out]
        share: Floats = np.mean(others, axis=0)
        return share


def read_answers(data: Path) -> Answers:
    """The answers in `mmlu_pro/preds_wide.csv.gz` below the folder `data`."""
    with gzip.open(data / "mmlu_pro" / "preds_wide.csv.gz", "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    answer = np.array([row["answer"] for row in rows], dtype=object)
    return Answers(
        item=np.array([row["question_id"] for row in rows], dtype=object),
        domain=np.array([row["category"] for row in rows], dtype=object),
        template=np.array([f"{row['category']}/{row['src']}" for row in rows], dtype=object),
        wrong={
            model: np.array([row[model] for row in rows], dtype=object) != answer
            for model in rows[0]
            if model not in _NO_MODEL
        },
    )
