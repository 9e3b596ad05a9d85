"""Onset and offset: where a step was planted, and how sure one may be."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from analysis.change import epidemic_step, shiryaev_roberts
from analysis.records import DataError


def planted(rng, *, inside: float, start: int = 20, end: int = 38, n_weeks: int = 52):
    expected = np.full(n_weeks, 0.5)
    mean = expected.copy()
    mean[start:end] *= inside
    return rng.poisson(mean).astype(float), expected


def test_the_likelihood_is_the_poisson_one():
    # Four weeks, the third and fourth raised: compare with scipy over all stretches by hand.
    observed, expected = np.array([3.0, 2.0, 4.0, 9.0]), np.array([1.0, 2.0, 1.0, 2.0])
    best, ratio = {}, {}
    for start in range(4):
        for end in range(start + 1, 5):
            inside = np.zeros(4, dtype=bool)
            inside[start:end] = True
            rate = np.where(
                inside,
                observed[inside].sum() / expected[inside].sum(),
                observed[~inside].sum() / expected[~inside].sum() if (~inside).any() else 0.0,
            )
            if not (~inside).any() or rate[start] > rate[~inside][0]:
                best[start, end] = poisson.logpmf(observed, rate * expected).sum()
                ratio[start, end] = rate[start] / rate[~inside][0] if (~inside).any() else np.inf
    wanted = max(best, key=best.get)
    near = [k for k, value in best.items() if 2 * (best[wanted] - value) <= 3.84]
    step = epidemic_step(observed, expected, interval_drop=3.84, overlap=(0, 3))
    assert (step.start, step.end) == wanted
    assert (step.start_low, step.start_high) == (min(s for s, _ in near), max(s for s, _ in near))
    assert step.ratio == pytest.approx(ratio[wanted])


def test_the_sets_hold_the_planted_weeks_and_the_estimates_are_near():
    # 200 worlds at rate ratio 8. The sets are approximate 95 % sets for one bound each; that 200
    # binomial(.9) trials give fewer than 150 has probability below 1e-9.
    rng = np.random.default_rng(5)
    covered = near = 0
    for _ in range(200):
        step = epidemic_step(*planted(rng, inside=8.0), interval_drop=3.84, overlap=(24, 34))
        covered += step.start_low <= 20 <= step.start_high and step.end_low <= 38 <= step.end_high
        near += abs(step.start - 20) <= 2 and abs(step.end - 38) <= 2
    assert covered >= 150
    assert near >= 180


def test_what_lasts_has_no_end():
    rng = np.random.default_rng(6)
    observed, expected = planted(rng, inside=10.0, end=52)
    assert epidemic_step(observed, expected, interval_drop=3.84, overlap=(30, 51)).end_high == 52


def test_a_busy_model_is_no_change():
    # Counts and expectation double together: the only change is the one planted in week 40.
    expected = np.repeat([1.0, 4.0], 26)
    observed = expected.copy()
    observed[40:44] = 40.0
    step = epidemic_step(observed, expected, interval_drop=3.84, overlap=(30, 51))
    assert (step.start, step.end) == (40, 44)


def test_weeks_of_another_event_count_for_neither_side():
    observed = np.ones(30)
    observed[5:8] = 30.0
    observed[20:24] = 6.0
    used = np.ones(30, dtype=bool)
    used[5:8] = False
    step = epidemic_step(observed, np.ones(30), interval_drop=3.84, overlap=(18, 26), is_used=used)
    assert (step.start, step.end) == (20, 24)


def test_nothing_observed_is_refused():
    with pytest.raises(DataError, match="nothing was observed"):
        epidemic_step(np.zeros(5), np.ones(5), interval_drop=3.84, overlap=(0, 4))


def test_the_detector_by_hand():
    # Two starts, the second only where it may: (0+1) 2 = 2; then 2 * 3 = 6 or (2+1) 3 = 9.
    log_e = np.log([[2.0, 2.0], [3.0, 3.0]])
    is_start = np.array([[True, True], [False, True]])
    assert np.exp(shiryaev_roberts(log_e, is_start)) == pytest.approx(np.array([[2, 2], [6, 9.0]]))
