"""When something began and ended: steps in the weekly counts of one cell, and their detector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, xlogy

from analysis.e_processes import check_counts
from analysis.records import DataError, Floats, Ints


@dataclass(frozen=True)
class Step:
    """First week of the raised rate and first week after it, with the weeks that fit as well.

    Weeks count from 0; `end == n_weeks` means that it lasts to the end of the data. `low` and
    `high` bound the profile-likelihood set. `ratio` is the rate inside over the rate outside.
    """

    start: int
    start_low: int
    start_high: int
    end: int
    end_low: int
    end_high: int
    ratio: float


def epidemic_step(
    observed: Floats,
    expected: Floats,
    *,
    interval_drop: float,
    overlap: tuple[int, int],
    is_used: NDArray[np.bool_] | None = None,
) -> Step:
    """The one stretch of weeks whose rate differs most, upwards, from all others.

    Counts are Poisson with mean `expected` times one rate inside the stretch and another outside;
    both are estimated, so a cell that always draws more than expected is no change. Start and end
    are those of largest likelihood; each set holds the weeks tau with `2 (l_max - l(tau)) <=
    interval_drop`, where l(tau) is maximised over everything else.

    Parameters
    ----------
    observed, expected : ndarray of shape (n_weeks,), dtype=float64
        Contributors per week. Range: >= 0.
    interval_drop : float
        3.84 for an approximate 95 % set.
    overlap : tuple of int
        (first, last) week of the signal; the stretch must share a week with it.
    is_used : ndarray of shape (n_weeks,), dtype=bool, optional
        False for weeks of another event of the cell, which count for neither side.

    Returns
    -------
    Step

    Raises
    ------
    DataError
        If shapes differ, a number is negative or none, nothing was observed, or no week of the data
        lies in `overlap`.

    References
    ----------
    .. [1] Levin, Kline (1985), The cusum test of homogeneity with an application in spontaneous
       abortion epidemiology. doi:10.1002/sim.4780040409

    Examples
    --------
    >>> observed = np.array([1.0, 1, 9, 8, 9, 1, 0, 1])
    >>> step = epidemic_step(observed, np.ones(8), interval_drop=3.84, overlap=(2, 4))
    >>> step.start, step.end
    (2, 5)
    """
    if observed.shape != expected.shape or observed.sum() <= 0:
        raise DataError("weekly counts and expectations differ in shape, or nothing was observed")
    if not ((observed >= 0).all() and (expected >= 0).all()):
        raise DataError("a weekly count or expectation is negative or no number")
    if overlap[0] >= len(observed) or overlap[1] < 0:
        raise DataError("no week of the data lies in the signal's weeks")
    used = np.ones(len(observed), dtype=np.bool_) if is_used is None else is_used
    count = np.concatenate([[0.0], np.cumsum(np.where(used, observed, 0.0))])
    # A week without any expectation would make every count in it infinitely surprising.
    floor = 1e-6 * max(float(expected.mean()), 1e-6)
    mean = np.concatenate([[0.0], np.cumsum(np.where(used, np.maximum(expected, floor), 0.0))])
    starts, ends = np.triu_indices(len(observed) + 1, 1)
    fits = (starts <= overlap[1]) & (ends > overlap[0])
    starts, ends = starts[fits], ends[fits]
    likelihood, ratio = _log_likelihood(count, mean, starts, ends)
    best = int(np.argmax(likelihood))
    near = 2 * (likelihood[best] - likelihood) <= interval_drop
    return Step(
        start=int(starts[best]),
        start_low=int(starts[near].min()),
        start_high=int(starts[near].max()),
        end=int(ends[best]),
        end_low=int(ends[near].min()),
        end_high=int(ends[near].max()),
        ratio=float(ratio[best]),
    )


def _log_likelihood(
    count: Floats, mean: Floats, starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Profile log-likelihood of each stretch (up to a constant), and its rate ratio."""
    inside, inside_mean = count[ends] - count[starts], mean[ends] - mean[starts]
    outside, outside_mean = count[-1] - inside, mean[-1] - inside_mean
    with np.errstate(divide="ignore", invalid="ignore"):
        rate_in = np.where(inside_mean > 0, inside / inside_mean, 0.0)
        rate_out = np.where(outside_mean > 0, outside / outside_mean, 0.0)
        ratio = np.where(rate_out > 0, rate_in / rate_out, np.inf)
    pooled = count[-1] / mean[-1]
    raised = rate_in > rate_out
    likelihood = np.where(
        raised,
        xlogy(inside, rate_in) + xlogy(outside, rate_out),
        xlogy(count[-1], pooled),
    )
    return likelihood, ratio


def relative_step(
    bad: Ints,
    total: Ints,
    bad_other: Ints,
    total_other: Ints,
    *,
    interval_drop: float,
    overlap: tuple[int, int] | None = None,
) -> Step:
    """The one stretch of weeks in which a target was most worse, relative to its comparator.

    Two cells, target and comparator. Given how many ratings of a week are bad at all, the target's
    are binomial with the odds `ratio n / n_other`: what moves both alike drops out. The ratio takes
    one value inside the stretch and another outside. Where rates are high the sets are wider than
    need be, since counts then vary less than this model lets them.

    Parameters
    ----------
    bad, total, bad_other, total_other : ndarray of shape (n_weeks,), dtype=int64
        Bad and all ratings of the target and of its comparator.
    interval_drop : float
        3.84 for approximate 95 % sets {tau : 2 (l_max - l(tau)) <= 3.84}.
    overlap : tuple of int, optional
        (first, last) week of what is known to have been raised; the stretch must share a week with it.

    Returns
    -------
    Step
        As `epidemic_step` gives it; `ratio` is inside over outside.

    Raises
    ------
    DataError
        If shapes differ, counts are impossible, or no week has a bad rating on either side.

    Examples
    --------
    >>> bad = np.array([1, 1, 1, 9, 9, 9, 1, 1])
    >>> step = relative_step(
    ...     bad, np.full(8, 20), np.full(8, 10), np.full(8, 100), interval_drop=3.84
    ... )
    >>> step.start, step.end
    (3, 6)
    """
    check_counts(bad, total)
    check_counts(bad_other, total_other)
    if bad.shape != bad_other.shape:
        raise DataError("target and comparator have different numbers of weeks")
    used = (total > 0) & (total_other > 0) & (bad + bad_other > 0)
    if not used.any():
        raise DataError("no week has a bad rating and ratings on both sides")
    starts, ends = np.triu_indices(len(bad) + 1, 1)
    if overlap is not None:
        fits = (starts <= overlap[1]) & (ends > overlap[0])
        starts, ends = starts[fits], ends[fits]
    week = np.arange(len(bad))
    inside = (week >= starts[:, None]) & (week < ends[:, None])
    drawn = np.where(used, bad + bad_other, 0)
    offset = np.log(np.where(used, total / np.maximum(total_other, 1), 1.0))
    hits = np.where(used, bad, 0)
    log_in, inner = _ratio_fit(hits, drawn, offset, inside)
    log_out, outer = _ratio_fit(hits, drawn, offset, ~inside)
    pooled = _ratio_fit(hits, drawn, offset, np.ones((1, len(bad)), dtype=np.bool_))[1][0]
    likelihood = np.where(log_in > log_out, inner + outer, pooled)
    best = int(np.argmax(likelihood))
    near = 2 * (likelihood[best] - likelihood) <= interval_drop
    return Step(
        start=int(starts[best]),
        start_low=int(starts[near].min()),
        start_high=int(starts[near].max()),
        end=int(ends[best]),
        end_low=int(ends[near].min()),
        end_high=int(ends[near].max()),
        ratio=float(np.exp(log_in[best] - log_out[best])),
    )


_RATIO_MAX = 20.0


def _ratio_fit(
    hits: Ints, drawn: Ints, offset: Floats, part: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Log ratio of largest likelihood for each row of weeks, and that log-likelihood."""
    n, k = drawn * part, (hits * part).sum(axis=1)
    all_drawn = n.sum(axis=1)
    at = np.zeros(len(part))
    for _ in range(30):  # one parameter, one maximum: a handful of Newton's steps
        share = expit(at[:, None] + offset)
        slope = k - (n * share).sum(axis=1)
        bend = np.maximum((n * share * (1 - share)).sum(axis=1), 1e-12)
        move = np.clip(slope / bend, -2.0, 2.0)
        before, at = at, np.clip(at + move, -_RATIO_MAX, _RATIO_MAX)
        if np.abs(at - before).max() < 1e-10:
            break
    at = np.where(all_drawn > 0, at, 0.0)
    share = expit(at[:, None] + offset)
    likelihood = (xlogy(hits * part, share) + xlogy(n - hits * part, 1 - share)).sum(axis=1)
    return at, np.asarray(likelihood, dtype=np.float64)


def shiryaev_roberts(log_e: Floats, is_start: NDArray[np.bool_] | None = None) -> Floats:
    """Detector of a change at an unknown time: the sum of the e-processes of all starts so far.

    `M_t = (M_{t-1} + 1) e_t`, in logarithms. Where nothing is the matter, the mean of M_t is at
    most the number of starts, so an alarm at M >= A comes on average after no fewer than A starts,
    and within n starts with a probability of at most n / A.

    Parameters
    ----------
    log_e : ndarray of shape (n_steps, ...), dtype=float64
    is_start : ndarray of shape (n_steps, ...), dtype=bool, optional
        False where nothing may begin, since there is nothing to see; all True by default.

    Returns
    -------
    ndarray of shape (n_steps, ...), dtype=float64

    Raises
    ------
    DataError
        If an e-value is not a number.

    References
    ----------
    .. [1] Shin, Ramdas, Rinaldo (2024), E-detectors: a nonparametric framework for sequential
       change detection. N. Engl. J. Stat. Data Sci. 2(2), 229-260. arXiv:2203.03532

    Examples
    --------
    (0 + 1) 2 = 2, (2 + 1) 2 = 6, (6 + 1) / 7 = 1.

    >>> np.exp(shiryaev_roberts(np.log([2.0, 2.0, 1 / 7]))).round(9).tolist()
    [2.0, 6.0, 1.0]
    """
    if np.isnan(log_e).any():
        raise DataError("an e-value is not a number")
    new = np.zeros(log_e.shape) if is_start is None else np.where(is_start, 0.0, -np.inf)
    value = np.full(log_e.shape[1:], -np.inf)
    found = np.empty(log_e.shape)
    for step in range(len(log_e)):
        value = np.logaddexp(value, new[step]) + log_e[step]
        found[step] = value
    return found


def ended_evidence(observed: Floats, expected: Floats, step: Step) -> float:
    """Evidence, as a logarithm, that after its end less than half of the excess went on.

    The likelihood of the weeks after the end at the rate from before the start, over that at a rate
    half way up to the one inside. Its mean is at most 1 while half of the excess or more goes on,
    the dates and rates being as estimated.

    Parameters
    ----------
    observed, expected : ndarray of shape (n_weeks,), dtype=float64
    step : Step
    """
    before, inside, after = (
        slice(0, step.start),
        slice(step.start, step.end),
        slice(step.end, len(observed)),
    )
    usual = (observed[before].sum() + 0.5) / (expected[before].sum() + 0.5)
    raised = observed[inside].sum() / expected[inside].sum()
    half = (usual + raised) / 2
    if raised <= usual:
        return 0.0
    return float(
        observed[after].sum() * np.log(usual / half) + (half - usual) * expected[after].sum()
    )
