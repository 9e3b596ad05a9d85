"""A cell against its own past: bounds and evidence by hand, and worlds whose cells never change."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nchypergeom_fisher, norm

from analysis.config import AnalysisConfig
from analysis.e_processes import log_mean
from analysis.interaction import interaction_evidence
from analysis.monitoring import watch
from analysis.past import (
    GRID,
    PAIRS,
    cell_detectors,
    daily_likelihoods,
    grid_likelihoods,
    past_detectors,
    since_start,
    since_start_averaged,
)
from analysis.rates import InteractionEvidence, interaction_since, shared_evenly
from analysis.rating_counts import cell_tables
from analysis.records import DataError
from analysis.synthetic_ratings import RatingWorld, draw_counts, draw_tables

CONFIG = AnalysisConfig()
ONE = int(np.flatnonzero(GRID == 0)[0])
ALL_DAYS = np.ones(1_000, dtype=bool)


def by_start(daily, **changes):
    """Since-start evidence on one odds ratio, 4, with a bound at the maximum unless told otherwise."""
    given_ = {"odds_ratios": (4.0,), "tolerated": 0.0, "z": 0.0} | changes
    return since_start(daily, ALL_DAYS[: len(daily)], CONFIG, **given_)


counts = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=4)


@given(counts)
@settings(max_examples=60, deadline=None)
def test_likelihoods_of_an_interaction_are_those_of_the_margins(sides):
    bad = np.array([[min(pair) for pair in sides]])
    total = np.array([[max(pair) for pair in sides]])
    found = grid_likelihoods(bad, total)[0]
    ratios = tuple(np.exp(GRID[[ONE + 9, ONE + 60]]))
    exact = interaction_evidence(
        bad.reshape(1, 2, 2), total.reshape(1, 2, 2), odds_ratios=ratios, tolerated=0.0
    )[0]
    assert found[[ONE + 9, ONE + 60]] - found[ONE] == pytest.approx(exact, abs=1e-9)


@given(counts)
@settings(max_examples=60, deadline=None)
def test_likelihoods_of_two_rates_are_fishers(sides):
    (a, b), (c, d) = sides[:2]
    bad, total = np.array([[min(a, b), min(c, d)]]), np.array([[max(a, b), max(c, d)]])
    found = grid_likelihoods(bad, total)[0]

    def exact(place: int) -> float:
        n, m = int(total[0, 0]), int(total[0, 1])
        return float(nchypergeom_fisher.logpmf(bad[0, 0], n + m, n, bad.sum(), np.exp(GRID[place])))

    assert found[ONE + 30] - found[ONE] == pytest.approx(exact(ONE + 30) - exact(ONE), abs=1e-6)


def test_busy_and_quiet_days_are_computed_alike():
    # 121 possible counts and more are added up in another way: the same block beside a small one.
    bad, total = np.array([[130, 300], [1, 2]]), np.array([[400, 900], [3, 9]])
    together = grid_likelihoods(bad, total)
    ratio = np.exp(GRID[ONE + 12])
    exact = [nchypergeom_fisher.logpmf(130, 1300, 400, 430, r) for r in (ratio, 1.0)]
    assert together[0, ONE + 12] - together[0, ONE] == pytest.approx(exact[0] - exact[1], abs=1e-6)
    assert together[1] == pytest.approx(grid_likelihoods(bad[1:], total[1:])[0])


def test_the_bound_is_where_the_likelihood_has_fallen_by_half_of_z_squared():
    # A parabola with its top at GRID[ONE + 8]: 2 (l_max - l) = ((delta - top) / sd)^2, sd = 1 step.
    step = GRID[1] - GRID[0]
    a_day = -0.5 * ((GRID - GRID[ONE + 8]) / step) ** 2 / 56
    found = by_start(np.tile(a_day, (57, 1)), z=2.5)
    assert np.isnan(found.bound[:8]).all()  # fewer than eight weeks before
    assert found.bound[8] == pytest.approx(GRID[ONE + 8 + 3])  # 2.5 steps, rounded up to the next


def test_the_evidence_of_a_start_is_a_likelihood_ratio_against_its_own_bound():
    # Fifty-six days: one rating on each side, bad by turns; then two days, the target's is bad.
    turn = np.array([[1, 0], [0, 1]])
    bad = np.concatenate([np.tile(turn, (28, 1)), [[1, 0], [1, 0]]])
    found = by_start(grid_likelihoods(bad, np.ones_like(bad)))
    # The likelihood of the past is largest at 1; the next step of the grid, 1.25^(1/4), is the bound.
    null, bet = 1.25**0.25, np.exp(GRID[np.searchsorted(GRID, np.log(4.0))])
    bet *= null
    expected = 2 * np.log(bet / (1 + bet) / (null / (1 + null)))
    assert found.bound[8] == pytest.approx(np.log(null))
    assert found.log_e[-1, 8, 0] == pytest.approx(expected)
    assert (found.log_e[:, :8] == -np.inf).all()
    assert (found.log_e[:56, 8] == -np.inf).all()


def test_nothing_from_the_start_on_changes_the_bound():
    bad, total = draw_tables(RatingWorld(n_days=140), runs=1, seed=1)
    worse = bad.copy()
    worse[84:, ..., 0, 0] = total[84:, ..., 0, 0]
    before, after = (past_detectors(part, total, CONFIG) for part in (bad, worse))
    assert (before.bound[8:13] == after.bound[8:13]).all()  # up to the week of day 84
    assert (before.bound[13:] < after.bound[13:]).all()
    assert (before.log_m[:84] == after.log_m[:84]).all()


def test_weeks_without_ratings_are_no_past():
    daily = grid_likelihoods(np.tile([[1, 0], [0, 1]], (70, 1)), np.ones((140, 2), dtype=int))
    rated = np.arange(140) >= 70
    found = since_start(daily, rated, CONFIG, odds_ratios=(4.0,), tolerated=0.0, z=1.28)
    assert np.isnan(found.bound[:18]).all()
    assert np.isfinite(found.bound[18:]).all()


def test_a_past_reaches_back_a_year_and_no_further():
    bad, total = draw_tables(RatingWorld(n_days=7 * 60), runs=1, seed=2)
    other = bad.copy()
    other[:7, ..., 0, 0] = total[:7, ..., 0, 0]  # the first week was dreadful
    one, two = (past_detectors(part, total, CONFIG).bound[:, 0] for part in (bad, other))
    assert (one[8:53] < two[8:53]).all()
    assert (one[53:] == two[53:]).all()


def test_exactly_one_at_the_bound_and_less_below():
    # All outcomes of five blocks of two ratings a side after a fixed past, at the null's own rates.
    past = np.tile([[1, 1], [0, 1]], (28, 1))
    total = np.full((61, 2), 2)
    fixed = grid_likelihoods(np.concatenate([past, np.zeros((5, 2), int)]), total)
    null = by_start(fixed).bound[8]
    for log_ratio, is_at in ((null, True), (null - 0.4, False)):
        share = nchypergeom_fisher.pmf(np.arange(3), 4, 2, 2, np.exp(log_ratio))
        mean = 0.0
        for outcome in product(range(3), repeat=5):
            bad = np.concatenate([past, [[x, 2 - x] for x in outcome]])
            evidence = by_start(grid_likelihoods(bad, total)).log_e[-1, 8, 0]
            mean += float(np.prod(share[list(outcome)]) * np.exp(evidence))
        assert mean == pytest.approx(1.0) if is_at else mean < 1.0


STEP = GRID[1] - GRID[0]


def parabolas(past_top: float, past_sd: float, top: float, sd: float):
    """Eight weeks whose likelihoods add up to one normal, and a day with another."""
    past = -0.5 * ((GRID - past_top) / past_sd) ** 2 / 56
    return np.concatenate([np.tile(past, (56, 1)), [-0.5 * ((GRID - top) / sd) ** 2]])


def averaged(daily, **changes):
    """Averaged evidence on the last day for the start after eight weeks, over bets."""
    given_ = {"odds_ratios": (4.0,)} | changes
    found = since_start_averaged(daily, ALL_DAYS[: len(daily)], CONFIG, **given_)
    return found.log_e[-1, 8]


@pytest.mark.parametrize(("top", "sd"), [(1.5, 0.3), (0.3, 0.5), (0.9, 0.2)])
def test_averaged_evidence_is_that_of_a_shifted_normal(top, sd):
    # What was estimated before is N(d, .25^2), what since N(d + shift, sd^2): their difference is
    # normal around the shift, whatever d is, and the evidence is the ratio of its densities.
    shift = float(np.ceil(np.log(4.0) / STEP)) * STEP
    spread = np.hypot(0.25, sd)
    expected = norm.logpdf(top - 0.2, shift, spread) - norm.logpdf(top - 0.2, 0.0, spread)
    assert averaged(parabolas(0.2, 0.25, top, sd))[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("past_n", [8, 60, 120])
@pytest.mark.parametrize("odds_ratio", [0.5, 1.0, 4.0])
def test_averaged_evidence_holds_for_counts_that_are_far_from_normal(past_n, odds_ratio):
    # Exactly, over all outcomes of a past and of 60 ratings since, at the same odds ratio: the mean
    # is 1 where likelihoods are normal; of counts it is less, or at most a tenth more.
    before, since = Outcomes(past_n, odds_ratio), Outcomes(60, odds_ratio)
    evidence = np.array([
        [log_mean(found) for found in averaged_of(past, since.likelihood)]
        for past in before.likelihood
    ])  # fmt: skip
    mean = before.probability @ np.exp(evidence) @ since.probability
    beyond = before.probability @ (evidence >= np.log(20)) @ since.probability
    assert mean <= 1.1
    assert beyond <= 0.0075  # Markov's inequality would allow 1/20


class Outcomes:
    """All counts of so many ratings beside five times as many others, one in ten of all bad."""

    def __init__(self, n: int, odds_ratio: float) -> None:
        drawn = round(0.6 * n)
        given_margins = nchypergeom_fisher(6 * n, n, drawn, odds_ratio)
        x = np.arange(min(n, drawn) + 1)
        bad, total = np.stack([x, drawn - x], axis=1), np.tile([n, 5 * n], (len(x), 1))
        self.probability = given_margins.pmf(x)
        self.likelihood = grid_likelihoods(bad, total)


def averaged_of(past, since):
    """Averaged evidence of each of some last days after eight weeks of that past, over bets."""
    weeks = np.tile(past / 56, (56, 1))
    return [
        averaged(np.concatenate([weeks, [day]]), odds_ratios=CONFIG.rate_odds_ratios)
        for day in since
    ]


def test_a_short_past_limits_what_can_be_said_against_it():
    # However long it is worse, by exactly what is bet on: no more than the past itself excludes.
    shift = float(np.ceil(np.log(2.25) / STEP)) * STEP
    for sd in (0.4, 0.1):
        found = averaged(parabolas(0.0, sd, shift, 0.001), odds_ratios=(2.25,))[0]
        assert found == pytest.approx(shift**2 / (2 * sd**2), rel=1e-3)


def test_a_bet_beyond_the_grid_is_its_end():
    # The past lies two steps below the end of the grid: a bet of 4 can be no more than those two.
    end = GRID[-1]
    beyond = averaged(parabolas(end - 2 * STEP, STEP / 4, end, STEP))[0]
    assert beyond == pytest.approx(2.0, abs=0.3)  # (2 steps of one sd each) squared, halved
    assert np.isfinite(averaged(parabolas(0.0, 0.001, end, 0.001))).all()


def test_averaged_evidence_needs_weeks_with_ratings_and_can_begin_later():
    daily = grid_likelihoods(np.tile([[1, 0], [0, 1]], (70, 1)), np.ones((140, 2), dtype=int))
    rated = np.arange(140) >= 70
    every, late = (
        since_start_averaged(daily, rated, CONFIG, odds_ratios=(4.0,), weeks=weeks).log_e[-1, :, 0]
        for weeks in (slice(None), slice(19, None))
    )
    assert (every[:18] == -np.inf).all()
    assert np.isfinite(every[18:]).all()
    assert (late[:19] == -np.inf).all()
    assert late[19] == every[19]


def test_detectors_from_a_later_day_forget_the_starts_before():
    bad, total = draw_tables(RatingWorld(n_days=210, ratio=5.0, onset=100), runs=1, seed=3)
    every, late = (cell_detectors(bad, total, 0, CONFIG, first=day) for day in (0, 126))
    assert (late.log_m[:126] == -np.inf).all()
    assert (late.log_m[-1] < every.log_m[-1]).all()
    assert late.start[-1] >= 126


def test_detectors_are_seven_times_the_sum_over_starts():
    bad, total = draw_tables(RatingWorld(n_days=84), runs=1, seed=4)
    daily, rated = daily_likelihoods(bad, total, 0, PAIRS[0])
    one = since_start_averaged(daily, rated, CONFIG, odds_ratios=CONFIG.rate_odds_ratios)
    expected = 7 * np.exp(one.log_e[-1]).mean(axis=1).sum()
    found = past_detectors(bad, total, CONFIG)
    assert np.exp(found.log_m[-1, 0, 0]) == pytest.approx(expected)


def test_starts_without_a_past_hold_evidence_of_one():
    # Two starts with evidence 53 and 3, fifty others: (53 + 3 + 50) / 52.
    found = shared_evenly(np.array([[np.log(53.0)], [np.log(3.0)], [-np.inf]]), CONFIG)
    assert np.exp(found) == pytest.approx(106 / 52)


def test_the_interaction_pays_for_what_the_cell_has_always_been():
    # A cell with an interaction of 4 all the time, and one that gets it: the first is no evidence.
    shape = (250, 6, 12)
    rng = np.random.default_rng(5)
    total = rng.poisson(10.0, shape)
    always, later = np.full(shape, 0.1), np.full(shape, 0.1)
    always[:, 0, 0] = later[150:, 0, 0] = 4 / 13
    found = []
    for rate in (always, later):
        tables = [cell_tables(part[:, None]) for part in (rng.binomial(total, rate), total)]
        found.append(InteractionEvidence(*tables, CONFIG).log_e[0])
    assert found[0] < 0.5
    assert found[1] > 50


@pytest.mark.parametrize("per_day", [1.0, 10.0])
def test_strengths_and_weaknesses_that_stay_are_not_said(per_day):
    # 144 cells: about 1 alarm may come (1 in 60 a year, 40 weeks); 8 or more have probability 1e-4.
    raised, firm = 0, 0
    rng = np.random.default_rng(6)
    for _ in range(2):
        world = RatingWorld(n_days=280, ratings_per_day=per_day, interaction_sd=0.5, day_sd=0.3)
        bad, total = (cell_tables(part[:, None]) for part in draw_counts(world, rng))
        alarms = watch(bad, total, CONFIG).is_raised.any(axis=0)
        raised += int(alarms.sum())
        log_e = [
            shared_evenly(interaction_since(bad, total, cell, CONFIG).T, CONFIG).max()
            for cell in np.flatnonzero(alarms)
        ]
        firm += sum(value > np.log(72 / 0.05) for value in log_e)
    assert raised < 8
    assert firm == 0


def test_a_good_cell_that_becomes_like_all_others_is_worse_than_before():
    # 5 % where all others have 20 %; from day 150 on 20 % as well: no level shows it.
    rng = np.random.default_rng(7)
    rate = np.full((250, 6, 12), 0.2)
    rate[:150, 0, 0] = 0.05
    total = rng.poisson(6.0, rate.shape)
    bad, all_ = (cell_tables(part[:, None]) for part in (rng.binomial(total, rate), total))
    seen = watch(bad, all_, CONFIG)
    assert np.flatnonzero(seen.is_raised[-1]).tolist() == [0]
    assert abs(int(seen.since[0]) - 150) <= 14


def test_a_weak_cell_that_gets_worse_and_recovers_to_its_weakness_is_over():
    # Odds 8 times those of others all the time, 32 times for 100 days: over once it is 8 again.
    rng = np.random.default_rng(8)
    rate = np.full((600, 6, 12), 0.1)
    rate[:, 0, 0] = 8 / 17
    rate[200:300, 0, 0] = 32 / 41
    total = rng.poisson(6.0, rate.shape)
    bad, all_ = (cell_tables(part[:, None]) for part in (rng.binomial(total, rate), total))
    seen = watch(bad[:, :, :1], all_[:, :, :1], CONFIG)
    assert seen.is_raised[299, 0]
    assert abs(int(seen.since[0]) - 200) <= 14
    assert 300 <= seen.resolved[0] < 400
    assert not seen.is_raised[-1, 0]


def test_counts_that_cannot_be_are_refused():
    with pytest.raises(DataError, match="between 0"):
        grid_likelihoods(np.array([[2, 0]]), np.array([[1, 1]]))
    with pytest.raises(DataError, match="shape"):
        grid_likelihoods(np.array([[1, 0]]), np.array([[1, 1, 1, 1]]))


def test_a_stricter_bound_is_a_larger_one():
    bad, total = draw_tables(RatingWorld(n_days=210), runs=3, seed=9)
    loose, strict = (
        past_detectors(bad, total, replace(CONFIG, rate_past_z=z)).bound[8:] for z in (0.5, 1.645)
    )
    assert (strict > loose).all()
