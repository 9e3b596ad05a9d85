"""What would have been noticed: the least count that is reported, found by trying every count."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaincinv
from scipy.stats import hypergeom

from analysis.config import AnalysisConfig
from analysis.ladder import contributors_needed
from analysis.power import detectable_ratios
from analysis.signals import stands
from analysis.windows import Window

CONFIG = AnalysisConfig()


def window(table: np.ndarray) -> Window:
    counts = table.astype(np.int64)
    return Window(
        0,
        55,
        table[None].astype(float),
        table.astype(float),
        counts,
        counts,
        counts,
        np.arange(len(table)),
    )


def test_the_ratio_is_that_of_the_least_count_that_passes_every_rule():
    table = np.full((4, 5), 10.0)
    found = detectable_ratios(window(table), np.ones((4, 5), dtype=bool), 80, CONFIG)
    # Beside 40 of the model, 30 of the domain and 120 others, count by count; and seven more, since
    # all of it must hold without any seven.
    row, column, rest = 40, 30, 120
    expected = row * (column + 0.5) / (rest + 1)
    for count in range(5, 200):
        total = row + column + rest + count
        tail = hypergeom.sf(count - 1, total, row + count, column + count)
        if stands(count, expected, CONFIG) and tail <= CONFIG.screen_level:
            break
    assert found[0, 0] == pytest.approx(gammaincinv(count + 7, 0.8) / (row * column / rest))
    assert np.allclose(found, found[0, 0])


def test_what_nobody_else_reports_could_not_have_been_noticed():
    table = np.zeros((3, 3))
    table[0, 0] = 50
    found = detectable_ratios(window(table), np.ones((3, 3), dtype=bool), 9, CONFIG)
    assert np.isinf(found).all()


def test_more_reports_show_smaller_ratios():
    few, many = (
        detectable_ratios(window(np.full((4, 5), n)), np.ones((4, 5), dtype=bool), 20, CONFIG)
        for n in (5.0, 100.0)
    )
    assert (many < few).all()


def test_needed_contributors_grow_with_what_is_expected():
    needed = [contributors_needed(e, CONFIG) for e in np.linspace(0.0, 40.0, 81)]
    assert needed == sorted(needed)
