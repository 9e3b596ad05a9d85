"""The conditional interaction: exact expectations under the null, and power where others have none."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom

from analysis.conditional_odds import conditional_interaction
from analysis.e_processes import TOLERATED_LOG_ODDS, interaction
from analysis.records import DataError


def table(base: float, row: float, column: float, both: float = 0.0) -> np.ndarray:
    logits = base + np.array([[row + column + both, row], [column, 0.0]])
    return 1 / (1 + np.exp(-logits))


@pytest.mark.parametrize(
    ("rates", "is_exact"),
    [
        (table(-1.0, 0.0, 0.0, TOLERATED_LOG_ODDS), True),
        (table(-0.5, 1.0, -0.7, TOLERATED_LOG_ODDS), True),
        (table(-0.5, 1.0, -0.7), False),
    ],
)
def test_the_mean_is_1_at_the_tolerated_interaction_and_less_below(rates, is_exact):
    # All tables of 3, 2, 2 and 3 answers with their exact probabilities.
    total = np.array([[3, 2], [2, 3]])
    mean = 0.0
    for found in product(range(4), range(3), range(3), range(4)):
        bad = np.array(found).reshape(2, 2)
        weight = binom.pmf(bad, total, rates).prod()
        mean += weight * np.exp(conditional_interaction(bad[None], total[None])[0])
    if is_exact:
        assert mean == pytest.approx(1.0, abs=1e-12)
    else:
        assert 0.8 < mean < 1.0


def test_without_controls_in_the_second_column_a_block_says_nothing():
    total = np.array([[[5, 0], [5, 0]]])
    assert conditional_interaction(np.array([[[5, 0], [0, 0]]]), total) == pytest.approx([0.0])


def test_bad_answers_of_the_cell_alone_may_be_its_row_and_its_column():
    total = np.array([[[5, 5], [5, 5]]])
    assert conditional_interaction(np.array([[[5, 0], [0, 0]]]), total) == pytest.approx([0.0])


def test_an_empty_day_says_nothing():
    assert conditional_interaction(*[np.zeros((2, 2, 2), int)] * 2) == pytest.approx([0.0, 0.0])


def test_one_block_by_two_hypergeometric_laws():
    beyond = np.array([0.25, 0.5, 1.0, 1.5, 2.0])
    bad, total = np.array([[[3, 1], [1, 2]]]), np.array([[[5, 9], [7, 8]]])
    x = np.arange(0, 5)
    # C(5, x) C(9, 4 - x) C(7, 4 - x) C(8, 7 - 8 + x): two hypergeometric laws, multiplied.
    weight = hypergeom.pmf(x, 14, 5, 4) * hypergeom.pmf(4 - x, 15, 7, 3)
    chance = [weight[3] * np.exp(d * 3) / (weight * np.exp(d * x)).sum() for d in beyond]
    null = weight[3] / weight.sum()
    found = conditional_interaction(bad, total, tolerated=0.0)
    assert np.exp(found) == pytest.approx([np.mean(chance) / null])


def test_rates_that_change_every_day_are_no_interaction():
    # Ville: at most 5 % of 200 worlds ever reach 20; 31 or more with a chance below 1e-7.
    rng = np.random.default_rng(1)
    assert binom.sf(30, 200, 0.05) < 1e-6
    alarms = 0
    for _ in range(200):
        days = [table(*rng.normal(-1.0, 1.0, 3)) for _ in range(20)]
        total = rng.poisson([[6, 20], [6, 20]], (20, 2, 2))
        alarms += conditional_interaction(rng.binomial(total, days), total).max() >= np.log(20)
    assert alarms <= 30


def test_it_finds_what_learning_four_rates_cannot():
    # 34 % to 52 % in one cell, 100 ratings a week, 13 weeks, against 13 times as many others.
    rng = np.random.default_rng(2)
    rates = np.array([[0.52, 0.38], [0.34, 0.38]])
    total = np.tile(np.array([[100, 1_300], [100, 1_300]]), (13, 1, 1))
    found = []
    for _ in range(20):
        bad = rng.binomial(total, rates)
        found.append((conditional_interaction(bad, total)[-1], interaction(bad, total)[-1]))
    level = np.log(84 / 0.05)
    ours, universal = np.array(found).T
    assert (ours >= level).sum() >= 15
    assert (universal >= level).sum() <= 5


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 6), min_size=8, max_size=8))
def test_rows_and_columns_may_change_places(values):
    bad = np.array(values[:4]).reshape(1, 2, 2)
    total = bad + np.array(values[4:]).reshape(1, 2, 2)
    flipped = conditional_interaction(bad.transpose(0, 2, 1), total.transpose(0, 2, 1))
    assert flipped == pytest.approx(conditional_interaction(bad, total), abs=1e-9)


def test_counts_that_cannot_be_are_refused():
    one = np.ones((1, 2, 2), int)
    for bad, total in ((one * 2, one), (-one, one), (one[0], one[0]), (one, one[:, :1])):
        with pytest.raises(DataError):
            conditional_interaction(bad, total)
