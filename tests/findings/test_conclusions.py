"""What a run stores of its conclusions: no number of fewer than five people."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from analysis.results import CellResult
from backend.findings.conclusions import _cell_row, _cell_rows

CELL = {
    "model": "gpt-4-0613", "vendor": "openai", "domain": "law", "symptom_kind": "silent",
    "provenance": "report", "state": "insufficient", "reason": "Nothing.", "expected": 2.3456,
    "detectable_ratio": math.inf, "n_ratings": 30, "detectable_share": 0.2468,
}  # fmt: skip


@pytest.mark.parametrize(
    ("observed", "n_raters", "told"),
    [(4, 4, (None, None, None)), (5, 4, (5, None, None)), (4, 5, (None, 30, 0.25))],
)
def test_a_cell_tells_of_ratings_from_five_contributors_on(observed, n_raters, told) -> None:
    row = _cell_row(CellResult(**CELL, observed=observed, n_raters=n_raters))
    assert (row["n_contributors"], row["n_ratings"], row["detectable_share"]) == told
    assert (row["expected"], row["detectable_ratio"]) == (2.35, None)


def test_a_cell_in_which_a_finding_goes_on_can_be_told_without_it() -> None:
    quiet = CellResult(**CELL, observed=7, n_raters=9)
    (row,) = _cell_rows(quiet, [])
    stands = replace(quiet, state="corroborated", reason="Up.", quiet_reason="Nothing.")
    up = row | {"state": "corroborated", "reason": "Up."}
    assert _cell_rows(stands, []) == [up, row]
    going_on: Any = [SimpleNamespace(state=state, reason=reason) for state, reason in (
        ("corroborated", "Up."), ("reported", "Since spring."), ("reported", "Since autumn."),
    )]  # fmt: skip
    others = [row | {"state": f.state, "reason": f.reason} for f in going_on[1:]]
    assert _cell_rows(stands, going_on) == [up, *others, row]
