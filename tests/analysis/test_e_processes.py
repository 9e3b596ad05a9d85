"""Sequential evidence: exact expectations where nothing is the matter, power where it is."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, nchypergeom_fisher

from analysis.change import shiryaev_roberts
from analysis.e_processes import (
    block_evidence,
    conditional_evidence,
    ratio_evidence,
    two_proportions,
)
from analysis.interaction import (
    TOLERATED_LOG_ODDS,
    interaction_evidence,
    null_maximum,
    universal_interaction,
)
from analysis.records import DataError

BETS = (2.25, 4.0, 9.0)


def outcomes_of_two_blocks():
    """All of two blocks of 2 target ratings and 3 others: bad ones of the target, of the others."""
    found = np.array(list(product(range(3), range(4), range(3), range(4))))
    return found[:, [0, 2]].T, found[:, [1, 3]].T


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.3, 0.5, 0.8])
def test_the_mean_of_two_proportions_is_at_most_1_after_every_block(rate):
    bad, other = outcomes_of_two_blocks()
    weight = (binom.pmf(bad, 2, rate) * binom.pmf(other, 3, rate)).prod(axis=0)
    log_e = ratio_evidence(
        bad, np.full(bad.shape, 2), other, np.full(bad.shape, 3), odds_ratios=BETS, half_life=28.0
    )
    mean = (weight * np.exp(two_proportions(log_e))).sum(axis=1)
    assert weight.sum() == pytest.approx(1.0)
    assert (mean <= 1 + 1e-12).all()
    assert mean[1] > 0.5  # and it is no empty bet
    # The detector: at most 1 for every start so far, with rates that differ from day to day, too.
    weight = np.prod([binom.pmf(bad[k], 2, p) * binom.pmf(other[k], 3, p)
                      for k, p in enumerate((rate, rate / 2))], axis=0)  # fmt: skip
    mean = (weight[:, None] * np.exp(shiryaev_roberts(log_e))).sum(axis=1)
    assert (mean <= np.array([[1.0], [2.0]]) + 1e-12).all()


def test_people_and_vendors_may_differ_within_a_block():
    # Target ratings at .1 and .5, others at .05, .35 and .5: both have a mean of .3.
    mean = 0.0
    target, others = np.array([0.1, 0.5]), np.array([0.05, 0.35, 0.5])
    for outcome in product(range(2), repeat=5):
        y = np.array(outcome)
        p = np.concatenate([target, others])
        weight = np.prod(np.where(y == 1, p, 1 - p))
        found = block_evidence(
            np.array([y[:2].sum()]), np.array([2]), np.array([y[2:].sum()]), np.array([3]),
            rate=np.array([0.6]), rate_other=np.array([0.2]),
        )  # fmt: skip
        mean += weight * np.exp(found[0])
    assert 0.8 < mean <= 1


def test_two_proportions_by_hand():
    # Nothing seen: the others are taken to be bad at .5 / 2.5 = .2, and odds of 1/4 times 4 are .5.
    # Then one of the others was good: .5 / 3.5 = 1/7, odds 1/6, times 4: 2/3, a rate of .4.
    one, none = np.array([1, 1]), np.array([0, 0])
    log_e = ratio_evidence(one, one, none, one, odds_ratios=(4.0,), half_life=1e12)
    first = (0.5 / 0.35) * (0.8 / 0.65)
    pooled = (0.4 + 1 / 7) / 2
    second = (0.4 / pooled) * ((6 / 7) / (1 - pooled))
    assert np.exp(two_proportions(log_e)) == pytest.approx([first, first * second])


def test_what_was_seen_long_ago_counts_half():
    # With a half-life of one block, two bad others of 2 weigh 1 of 1 a block later: 1.5 / 3.5.
    zero = np.array([0, 0, 1])
    log_e = ratio_evidence(
        zero, zero, np.array([2, 0, 0]), np.array([2, 0, 1]), odds_ratios=(4.0,), half_life=1.0
    )
    other = (0.5 + 1.0) / 3.5
    odds = 4 * other / (1 - other)
    rate = odds / (1 + odds)
    pooled = (rate + other) / 2
    wanted = np.log(rate / pooled) + np.log((1 - other) / (1 - pooled))
    assert log_e[2, 0] == pytest.approx(wanted)


def test_a_target_that_is_better_never_gathers_evidence():
    ones = np.full(50, 4)
    log_e = ratio_evidence(ones * 0, ones, ones // 2, ones, odds_ratios=BETS, half_life=28.0)
    assert (two_proportions(log_e) < 0).all()


def test_blocks_without_one_side_say_nothing():
    none, some = np.array([0]), np.array([3])
    for target, other in [(none, some), (some, none), (none, none)]:
        log_e = ratio_evidence(target, target, other, other, odds_ratios=BETS, half_life=28.0)
        assert (log_e == 0).all()


@pytest.mark.parametrize("rate", [0.1, 0.6])
@pytest.mark.parametrize(("odds_ratio", "is_null"), [(3.0, True), (5.0, True), (1.5, False)])
def test_the_mean_of_conditional_evidence_is_1_at_the_null_and_less_beyond(
    rate, odds_ratio, is_null
):
    # All outcomes of 3 target ratings and 4 others. Null: an odds ratio of 3 or more; bet: 1.
    odds = odds_ratio * rate / (1 - rate)
    bad, other = (part.ravel() for part in np.meshgrid(range(4), range(5)))
    weight = binom.pmf(bad, 3, odds / (1 + odds)) * binom.pmf(other, 4, rate)
    log_e = conditional_evidence(
        bad, np.full(20, 3), other, np.full(20, 4),
        log_null=np.full(20, np.log(3.0)), log_bet=np.zeros(20),
    )  # fmt: skip
    mean = (weight * np.exp(log_e)).sum()
    if odds_ratio == 3.0:
        assert mean == pytest.approx(1.0)
    assert (mean <= 1 + 1e-12) == is_null


def test_conditional_evidence_is_the_ratio_of_two_hypergeometric_probabilities():
    bad, total, other, total_other = 2, 5, 7, 40
    drawn, all_ = bad + other, total + total_other
    wanted = nchypergeom_fisher.logpmf(bad, all_, total, drawn, 1.0)
    wanted -= nchypergeom_fisher.logpmf(bad, all_, total, drawn, 4.0)
    found = conditional_evidence(
        *(np.array([value]) for value in (bad, total, other, total_other)),
        log_null=np.log([4.0]), log_bet=np.zeros(1),
    )  # fmt: skip
    assert found[0] == pytest.approx(wanted)


def table(vendor: float, domain: float, both: float = 0.0) -> np.ndarray:
    logits = -2.2 + np.array([[vendor + domain + both, vendor], [domain, 0.0]])
    return 1 / (1 + np.exp(-logits))


@pytest.mark.parametrize(("vendor", "domain"), [(0.0, 0.0), (1.5, 0.0), (-1.0, 2.0), (2.0, 2.0)])
@pytest.mark.parametrize(("both", "is_null"), [(0.0, True), (0.2231435, True), (0.5, False)])
def test_the_mean_of_the_interaction_is_at_most_1_whatever_vendor_and_domain_are_like(
    vendor, domain, both, is_null
):
    total = np.array([[2, 3], [2, 3]])
    bad = np.array(list(product(range(3), range(4), range(3), range(4)))).reshape(-1, 2, 2)
    weight = binom.pmf(bad, total, table(vendor, domain, both)).prod(axis=(1, 2))
    log_e = interaction_evidence(bad, np.broadcast_to(total, bad.shape), odds_ratios=BETS)
    mean = weight @ np.exp(log_e)
    assert weight.sum() == pytest.approx(1.0)
    assert ((mean <= 1 + 1e-7) == is_null).all()
    if both == pytest.approx(TOLERATED_LOG_ODDS):
        assert mean == pytest.approx(np.ones(3))


def alarms(probability: np.ndarray, *, n_worlds: int) -> tuple[int, int]:
    """Worlds of half a year, about 2 target ratings a day, that ever reach 20, by either process."""
    rng = np.random.default_rng(7)
    total = rng.poisson([[2, 6], [8, 24]], (182, n_worlds, 2, 2))
    day = rng.normal(0, 0.5, (182, n_worlds, 1, 1))
    logits = np.log(probability / (1 - probability)) + day
    bad = rng.binomial(total, 1 / (1 + np.exp(-logits)))
    exact = two_proportions(interaction_evidence(bad, total, odds_ratios=BETS))
    general = universal_interaction(np.cumsum(bad, axis=0), np.cumsum(total, axis=0))
    return tuple(int((part.max(axis=0) >= np.log(20)).sum()) for part in (exact, general))


@pytest.mark.parametrize(("vendor", "domain"), [(0, 0), (1.1, 0), (0, 1.1), (1.1, 1.1)])
def test_a_worse_vendor_and_a_harder_domain_are_no_interaction(vendor, domain):
    # At most 1 in 20 worlds may reach it; that 200 do so 30 times has probability below 1e-6.
    exact, general = alarms(table(vendor, domain), n_worlds=200)
    assert exact < 30
    assert general == 0


def test_an_interaction_is_found():
    # 10 % in the cell would be expected, 37 % is there.
    exact, general = alarms(table(0.0, 0.0, 1.7), n_worlds=50)
    assert exact == 50
    assert general >= 45


def test_millions_of_ratings_do_not_overflow():
    total = np.full((1, 2, 2), 10_000_000)
    alike, worse = np.full((1, 2, 2), 1_000_000), np.full((1, 2, 2), 1_000_000)
    worse[0, 0, 0] *= 3
    assert universal_interaction(alike, total)[0] < 0
    assert universal_interaction(worse, total)[0] > 100_000


def fitted_by_newton(bad: np.ndarray, total: np.ndarray) -> float:
    """Largest log-likelihood on the border of the null, with three parameters, by the textbook."""
    place = np.array([-2.0, 0.0, 0.0])
    shift = np.array([TOLERATED_LOG_ODDS, 0.0, 0.0, 0.0])
    design = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 1], [1, 0, 0]], dtype=float)
    n, k = total.ravel(), bad.ravel()
    for _ in range(50):
        share = 1 / (1 + np.exp(-(design @ place + shift)))
        slope = design.T @ (k - n * share)
        place = place + np.linalg.solve(
            design.T @ (design * (n * share * (1 - share))[:, None]), slope
        )
    share = 1 / (1 + np.exp(-(design @ place + shift)))
    return float((k * np.log(share) + (n - k) * np.log(1 - share)).sum())


def test_the_null_is_fitted_to_its_maximum():
    large = np.array([[400_003, 80_011], [79_987, 80_021]]), np.full((2, 2), 800_000)
    small = np.array([[5, 2], [3, 7]]), np.array([[9, 14], [21, 90]])
    bad, total = (np.stack(parts) for parts in zip(large, small, strict=True))
    found = null_maximum(bad, total)
    assert found[0] == pytest.approx(fitted_by_newton(*large), abs=1e-6)
    assert found[1] == pytest.approx(fitted_by_newton(*small), abs=1e-12)


def test_a_table_within_the_tolerance_has_its_own_likelihood():
    bad, total = np.array([[1, 1], [1, 1]]), np.full((2, 2), 4)
    assert null_maximum(bad, total) == pytest.approx(4 * (np.log(0.25) + 3 * np.log(0.75)))


def test_counts_that_cannot_be_are_refused():
    one, two = np.array([1]), np.array([2])
    for arguments in [(two, one, one, one), (-one, one, one, one), (one, one, one, np.ones(2))]:
        with pytest.raises(DataError):
            ratio_evidence(*arguments, odds_ratios=BETS, half_life=28.0)
    with pytest.raises(DataError):
        ratio_evidence(one, one, np.ones(2, int), np.ones(2, int), odds_ratios=BETS, half_life=28.0)
    with pytest.raises(DataError):
        universal_interaction(np.ones((1, 2, 3), int), np.ones((1, 2, 3), int))
    with pytest.raises(DataError):
        interaction_evidence(np.ones(4, int), np.ones(4, int), odds_ratios=BETS)


def test_thousands_of_ratings_in_one_block_do_not_overflow():
    bad = np.array([[[4_500, 500], [500, 500]]])
    found = interaction_evidence(bad, np.full((1, 2, 2), 5_000), odds_ratios=(2.25, 4.0, 9.0))
    assert np.isfinite(found).all()
    assert (found > 100).all()
