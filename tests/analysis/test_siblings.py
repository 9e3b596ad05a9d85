"""SIMULATED worlds in which one vendor has several models, and what the comparison makes of them."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.evaluate.line_a import noticed_after
from analysis.evaluate.siblings import family_world, sibling_rows
from analysis.synthetic_reports import EPISODE


@pytest.mark.parametrize("n_worse", [1, 4])
def test_so_many_models_of_the_vendor_get_worse(n_worse):
    world, planted, vendor = family_world(1, 10.0, n_worse)
    family = np.flatnonzero(vendor == vendor[planted.vendor])
    assert len(family) == 4
    assert len(np.unique(vendor)) == 3
    worse = world.cause == EPISODE
    assert set(world.domain[worse].tolist()) == set(planted.domains)
    models = set(world.vendor[worse].tolist())
    assert models <= set(family.tolist())
    assert len(models) == n_worse
    assert planted.vendor in models
    assert world.day[worse].min() >= planted.first_day


def test_models_that_get_worse_together_hide_each_other_unless_they_are_on_no_side():
    late = []
    for seed in range(1, 5):
        world, planted, vendor = family_world(seed, 10.0, 4)
        cell, days = (
            (planted.vendor, planted.domains[0]),
            (planted.first_day, planted.first_day + 27),
        )
        ours = noticed_after(world, cell, *days, vendor=vendor)
        peer = noticed_after(world, cell, *days)
        assert 0 < ours <= (peer or 28)
        late.append(peer or 28)
        assert ours < 14
    assert max(late) > 14


def test_each_world_is_judged_in_both_ways():
    rows = sibling_rows(runs=1, seed=1, tell=lambda *_: None)
    assert [row.peer for row in rows] == [
        "", *(["", "", *["compared with its vendor's other models too"] * 2] * 4)
    ]  # fmt: skip
    assert rows[0].is_met
    assert {row.measure for row in rows[1:]} == {"noticed within 14 weeks", "median days"}
