"""How many people stand behind the numbers of ratings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tests.analysis.test_rates import LAST, ratings_of, results


def people_of(cell: str) -> dict[str, int]:
    """Of the cell m0 in d0, rated by few, among others; `cell` moves one rating of a sixth person."""
    rows, people = [], []
    for day in range(6):  # one person every day, four others once; all say bad but the first
        rows.append((LAST - timedelta(days=day), "m0", "v0", "d0", day > 0, 0.02))
        people.append(1)
    for person in (2, 3, 4, 5):
        rows.append((LAST, "m0", "v0", "d0", True, 0.02))
        people.append(person)
    rows.append((LAST, *cell.split(), False, 0.02))
    people.append(6)
    rows += [
        (LAST - timedelta(days=70), "m0", "v0", "d0", bad, 0.02) for bad in (True, False, True)
    ]
    people += [1, 1, 7]
    ratings = replace(ratings_of(rows), contributor=np.array(people))
    found = next(r for r in results(ratings) if (r.model, r.domain) == ("m0", "d0"))
    return {name: getattr(found, name) for name in vars(found) if "raters" in name or "few" in name}


@pytest.mark.parametrize(
    ("cell", "told"),
    [("m0 v0 d0", (6, 5, 2, 0, 0)), ("m0 v0 d1", (5, 5, 1, 0, 0)), ("m1 v1 d0", (5, 5, 1, 0, 0))],
)
def test_people_are_counted_once_however_much_they_rate(cell, told) -> None:
    found = people_of(cell)
    assert tuple(found.values())[:3] == told[:3]
    assert (found["fewest_domain"], found["fewest_model"]) == told[3:]
    assert found["fewest_before"] == 1  # two called it bad, one of them also fine


def test_of_what_is_compared_the_smaller_side_is_counted() -> None:
    rows = [(LAST, "m0", "v0", "d0", True, 0.02)]
    rows += [(LAST, "m1", "v1", "d0", n < 3, 0.02) for n in range(10)]
    rows += [(LAST, "m0", "v0", "d1", n < 6, 0.02) for n in range(10)]
    rows += [(LAST, "m2", "v0", "d0", n < 5, 0.02) for n in range(10)]  # the same vendor: no side
    found = next(r for r in results(ratings_of(rows)) if (r.model, r.domain) == ("m0", "d0"))
    assert (found.n_domain, found.fewest_domain) == (10, 3)
    assert (found.n_model, found.fewest_model) == (10, 4)
