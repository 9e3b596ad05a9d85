"""Onset and offset: where a step was planted, and how sure one may be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import poisson

from analysis.change import Step, ended_evidence, epidemic_step, relative_step, shiryaev_roberts
from analysis.records import DataError
from analysis.segments import segment_starts


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


@pytest.mark.parametrize(
    ("observed", "expected", "overlap", "words"),
    [
        ([1.0, math.nan, 3.0], [1.0, 1.0, 1.0], (0, 2), "no number"),
        ([1.0, 2.0, 3.0], [1.0, math.nan, 1.0], (0, 2), "no number"),
        ([-1.0, 2.0, 3.0], [1.0, 1.0, 1.0], (0, 2), "negative"),
        ([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], (3, 5), "no week"),
        ([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], (-4, -1), "no week"),
    ],
)
def test_weeks_that_cannot_be_are_refused(observed, expected, overlap, words):
    with pytest.raises(DataError, match=words):
        epidemic_step(np.array(observed), np.array(expected), interval_drop=3.84, overlap=overlap)


def test_a_detector_of_what_is_no_number_is_refused():
    with pytest.raises(DataError, match="not a number"):
        shiryaev_roberts(np.array([math.nan, 1.0]))


def test_the_detector_by_hand():
    # Two starts, the second only where it may: (0+1) 2 = 2; then 2 * 3 = 6 or (2+1) 3 = 9.
    log_e = np.log([[2.0, 2.0], [3.0, 3.0]])
    is_start = np.array([[True, True], [False, True]])
    assert np.exp(shiryaev_roberts(log_e, is_start)) == pytest.approx(np.array([[2, 2], [6, 9.0]]))


def rated(rng, *, ratio: float, start: int = 20, end: int = 38, storm: float = 1.0):
    """52 weeks, 21 target ratings and 105 others a week; a storm moves both alike."""
    rate = np.full(52, 0.1)
    rate[5:12] *= storm
    total, total_other = rng.poisson(21, 52), rng.poisson(105, 52)
    other = rng.binomial(total_other, rate)
    rate[start:end] *= ratio
    return rng.binomial(total, rate), total, other, total_other


def test_the_sets_of_a_rate_hold_the_planted_weeks():
    # 40 worlds, tripled from week 20 to 37. Each set covers 95 %, so both together at least 90 %:
    # that 40 such trials give fewer than 25 has probability below 1e-6.
    rng = np.random.default_rng(3)
    covered = 0
    for _ in range(40):
        step = relative_step(*rated(rng, ratio=3.0), interval_drop=3.84)
        covered += step.start_low <= 20 <= step.start_high and step.end_low <= 38 <= step.end_high
    assert covered >= 25


def test_what_moves_target_and_comparator_alike_is_no_step():
    # Four times as many bad answers everywhere in weeks 5 to 11, and the target alone from 20 on.
    step = relative_step(*rated(np.random.default_rng(8), ratio=4.0, storm=4.0), interval_drop=3.84)
    assert 18 <= step.start <= 22
    assert 36 <= step.end <= 40


def test_the_relative_likelihood_is_the_binomial_one():
    # Three weeks, equal numbers of ratings: of the bad ones the target has 1/4, 3/4, 3/4. Inside
    # weeks 1 and 2 the odds are 6/2, outside 1/3: a ratio of 9.
    ten = np.full(3, 10)
    bad, other = np.array([1, 3, 3]), np.array([3, 1, 1])
    step = relative_step(bad, ten, other, ten, interval_drop=3.84)
    assert (step.start, step.end) == (1, 3)
    assert step.ratio == pytest.approx(9.0)


def test_more_ratings_of_the_target_are_no_step():
    # From week 10 on it is rated four times as often, at the same rate; only week 20 is worse.
    total = np.repeat([10, 40], [10, 20])
    bad, other = total // 10, np.full(30, 10)
    bad[20] = 30
    step = relative_step(bad, total, other, np.full(30, 100), interval_drop=3.84)
    assert (step.start, step.end) == (20, 21)
    assert step.ratio == pytest.approx(7.5)  # 30 of 40 against 1 of 10, at a known comparator


def test_no_bad_rating_is_no_step():
    ten = np.full(3, 10)
    with pytest.raises(DataError, match="no week has a bad rating"):
        relative_step(ten * 0, ten, ten * 0, ten, interval_drop=3.84)


def test_segments_are_the_planted_stretches():
    rng = np.random.default_rng(4)
    rate = np.repeat([0.1, 0.4, 0.1], [20, 15, 17])
    bad = rng.binomial(100, rate)
    starts = segment_starts(bad, np.full(52, 100), penalty=3.0)
    assert len(starts) == 3
    assert starts[0] == 0
    assert np.abs(np.array(starts[1:]) - [20, 35]).max() <= 1


def test_weeks_of_one_rate_are_one_segment():
    assert segment_starts(np.full(30, 3), np.full(30, 30), penalty=3.0) == [0]
    assert segment_starts(np.zeros(0, int), np.zeros(0, int), penalty=3.0) == []


def test_an_end_is_held_against_half_of_the_excess_going_on():
    """Usual (2 + .5) / (2 + .5) = 1, inside 10, half way 5.5: 2 ln(1 / 5.5) + (5.5 - 1) 2, by hand."""
    step = Step(2, 2, 2, 4, 4, 4, 10.0)
    observed = np.array([1.0, 1, 10, 10, 1, 1])
    found = ended_evidence(observed, np.ones(6), step)
    assert found == pytest.approx(2 * math.log(1 / 5.5) + 9, rel=1e-12)
    still = np.array([1.0, 1, 10, 10, 5.5, 5.5])
    assert ended_evidence(still, np.ones(6), step) < 0 < found
    assert ended_evidence(np.ones(6), np.ones(6), step) == 0.0
