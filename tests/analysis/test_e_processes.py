"""Sequential evidence: exact expectations where nothing is the matter, power where it is."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom

from analysis.e_processes import (
    TOLERATED_LOG_ODDS,
    _null_maximum,
    interaction,
    two_proportions,
)
from analysis.records import DataError


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.3, 0.5, 0.8])
def test_the_mean_of_two_proportions_is_at_most_1_after_every_block(rate):
    # All outcomes of two blocks of 2 target ratings and 3 others, with their exact probabilities.
    n_target, n_other = np.array([2, 2]), np.array([3, 3])
    mean = np.zeros(2)
    for a, b, c, d in product(range(3), range(4), range(3), range(4)):
        weight = np.prod(binom.pmf([a, c], 2, rate)) * np.prod(binom.pmf([b, d], 3, rate))
        found = two_proportions(np.array([a, c]), n_target, np.array([b, d]), n_other)
        mean += weight * np.exp(found)
    assert (mean <= 1 + 1e-12).all()
    assert mean[1] > 0.9  # and it is no empty bet


def test_two_proportions_by_hand():
    # First block: .18 / .36 on both sides, no bet. Then 1.18 / 1.36 against .18 / 1.36, half pooled.
    found = two_proportions(np.array([1, 1]), np.array([1, 1]), np.array([0, 0]), np.array([1, 1]))
    first, second = 1.18 / 1.36, 0.18 / 1.36
    assert found == pytest.approx([0.0, np.log(first / 0.5) + np.log((1 - second) / 0.5)])


def test_a_target_that_is_better_never_gathers_evidence():
    ones = np.full(50, 4)
    assert (two_proportions(ones * 0, ones, ones // 2, ones) == 0).all()


def alarms(probability: np.ndarray, *, n_worlds: int) -> int:
    """Worlds of half a year, about 2 target ratings a day, in which the process ever reaches 20."""
    rng = np.random.default_rng(7)
    found = 0
    for _ in range(n_worlds):
        total = rng.poisson([[2, 6], [8, 24]], (182, 2, 2))
        evidence = interaction(rng.binomial(total, probability), total)
        found += bool(evidence.max() >= np.log(20))
    return found


def table(vendor: float, domain: float, both: float = 0.0) -> np.ndarray:
    logits = -2.2 + np.array([[vendor + domain + both, vendor], [domain, 0.0]])
    return 1 / (1 + np.exp(-logits))


@pytest.mark.parametrize(("vendor", "domain"), [(0, 0), (1.1, 0), (0, 1.1), (1.1, 1.1)])
def test_a_worse_vendor_and_a_harder_domain_are_no_interaction(vendor, domain):
    assert alarms(table(vendor, domain), n_worlds=50) == 0


def test_an_interaction_is_found():
    # 10 % in the cell would be expected, 37 % is there.
    assert alarms(table(0.0, 0.0, 1.7), n_worlds=50) >= 45


def test_a_small_interaction_is_tolerated():
    assert alarms(table(0.5, 0.5, np.log(1.2)), n_worlds=50) == 0


def test_millions_of_ratings_do_not_overflow():
    total = np.full((1, 2, 2), 10_000_000)
    alike, worse = np.full((1, 2, 2), 1_000_000), np.full((1, 2, 2), 1_000_000)
    worse[0, 0, 0] *= 3
    assert interaction(alike, total)[0] < 0
    assert interaction(worse, total)[0] > 100_000


def test_the_null_is_fitted_to_its_maximum():
    # On the border the fit must reproduce both margins of the target's row and column.
    bad, total = np.array([[400_003, 80_011], [79_987, 80_021]]), np.full((2, 2), 800_000)
    found = _null_maximum(bad, total, TOLERATED_LOG_ODDS)
    place = np.array([-2.0, 0.0, 0.0])
    shift = np.array([TOLERATED_LOG_ODDS, 0.0, 0.0, 0.0])
    design = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 1], [1, 0, 0]], dtype=float)
    n, k = total.ravel(), bad.ravel()
    for _ in range(50):  # Newton, by the textbook
        share = 1 / (1 + np.exp(-(design @ place + shift)))
        slope = design.T @ (k - n * share)
        place = place + np.linalg.solve(
            design.T @ (design * (n * share * (1 - share))[:, None]), slope
        )
    share = 1 / (1 + np.exp(-(design @ place + shift)))
    best = (k * np.log(share) + (n - k) * np.log(1 - share)).sum()
    assert found == pytest.approx(best, abs=1e-3)


def test_counts_that_cannot_be_are_refused():
    one = np.array([1])
    for arguments in [(one * 2, one, one, one), (-one, one, one, one), (one, one, one, np.ones(2))]:
        with pytest.raises(DataError):
            two_proportions(*arguments)
    with pytest.raises(DataError):
        two_proportions(one, one, np.ones(2, int), np.ones(2, int))
    with pytest.raises(DataError):
        interaction(np.ones((1, 2, 3), int), np.ones((1, 2, 3), int))
