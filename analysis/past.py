"""A cell against its own past: what an odds ratio was before a start, and whether it is more since.

Two comparisons, one calculation. Given how many ratings of a block are bad on either side (two
rates), or in row, column and table (an interaction), only the target's count is left, with
`P(x) ~ ways(x) exp(delta x)`. Its log-likelihood on a grid of delta, added up over days, gives what every
past leaves open and the evidence of every start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from analysis.config import AnalysisConfig
from analysis.e_processes import check_counts
from analysis.records import Floats, Ints

_DAYS = 7
_STEP = float(np.log(1.25)) / 4
_LOWEST, _HIGHEST = -36, 100
GRID: Floats = np.arange(_LOWEST, _HIGHEST + 1, dtype=np.float64) * _STEP
"""Log odds ratios, from 1/7.5 to 265, in steps of 6 %. Bets and bounds are rounded up to it."""
_SIGNS = {2: (1, -1), 4: (1, -1, -1, 1)}
"""With one more in the target, one less in what it is compared with."""
_EVERY = slice(None)
_NEGLIGIBLE = 1e-20
"""Likelihood of the past, against its maximum, below which an odds ratio is left out."""
_LOG_LEAST = -600.0
_SUPPORT_MAX = 120
"""Possible counts up to which exp(delta x) cannot overflow."""
PAIRS = ((0, 2), (0, 1))
"""Places in a flat table: the target with the domain at other vendors, with its other domains."""


@dataclass(frozen=True)
class SinceStart:
    """Evidence of one comparison of one cell, for every start week.

    Attributes
    ----------
    log_e : ndarray of shape (n_shown, n_starts, n_bets), dtype=float64
        After each of the days asked for; -inf where the start is later or has no past.
    bound : ndarray of shape (n_starts,), dtype=float64
        Upper confidence bound of the log odds ratio before each start; NaN where there is no past,
        or where the bound lies beyond the grid.
    """

    log_e: Floats
    bound: Floats


@dataclass(frozen=True)
class PastDetectors:
    """What the cells' own past says about both comparators.

    Attributes
    ----------
    log_m : ndarray of shape (n_days, n_cells, 2), dtype=float64
        Detectors, natural logarithms; -inf before any start has a past.
    start : ndarray of shape (n_days, n_cells), dtype=int64
        Day of the start with most evidence against both.
    bound : ndarray of shape (n_starts, n_cells, 2), dtype=float64
        See `SinceStart`.
    """

    log_m: Floats
    start: Ints
    bound: Floats


def grid_likelihoods(bad: Ints, total: Ints) -> Floats:
    """Conditional log-likelihood of blocks at every log odds ratio of `GRID`, up to a constant.

    Parameters
    ----------
    bad, total : ndarray of shape (n_blocks, 2) or (n_blocks, 4), dtype=int64
        The target first; then its comparator, or the rest of its row, of its column and of the table.

    Returns
    -------
    ndarray of shape (n_blocks, len(GRID)), dtype=float64

    Raises
    ------
    DataError
        If shapes differ, or a count is negative or above its total.

    Examples
    --------
    One rating on each side, one of them bad, the target's: its probability is 1/2 at an odds ratio
    of 1 and 1.25 / 2.25 at 1.25, four steps further.

    >>> found = grid_likelihoods(np.array([[1, 0]]), np.array([[1, 1]]))[0]
    >>> round(float(np.exp(found[40] - found[36])), 6)
    1.111111
    """
    check_counts(bad, total)
    sign = np.array(_SIGNS[bad.shape[1]])
    down = np.where(sign > 0, bad, total - bad).min(axis=1)  # so many fewer the target may have
    up = np.where(sign > 0, total - bad, bad).min(axis=1)
    found = np.zeros((len(bad), len(GRID)))
    size = down + up
    for rows, is_small in (
        (np.flatnonzero((size > 0) & (size <= _SUPPORT_MAX)), True),
        (np.flatnonzero(size > _SUPPORT_MAX), False),
    ):
        if len(rows):
            log_ways = _log_ways(bad[rows], total[rows], sign, down[rows], size[rows])
            steps = np.arange(log_ways.shape[1])
            if is_small:
                sums = np.log(np.exp(log_ways) @ np.exp(steps[:, None] * GRID))
            else:
                sums = np.stack([logsumexp(log_ways + steps * d, axis=1) for d in GRID], axis=1)
            found[rows] = down[rows, None] * GRID - sums
    return found


def _log_ways(bad: Ints, total: Ints, sign: Ints, down: Ints, size: Ints) -> Floats:
    """Log number of ways to have each possible count, the largest set to 0; -inf beyond the last."""
    step = np.arange(int(size.max()) + 1)
    is_possible = step <= size[:, None]
    log_factorial = gammaln(np.arange(int(total.max()) + 1) + 1.0)
    ways = np.zeros(is_possible.shape)
    for side, one in enumerate(sign):
        n = total[:, side, None]
        count = bad[:, side, None] + one * (step - down[:, None])
        count = np.where(is_possible, count, 0)
        ways -= log_factorial[count] + log_factorial[n - count]
    ways = np.where(is_possible, ways, -np.inf)
    found: Floats = ways - ways.max(axis=1, keepdims=True)
    return found


@dataclass(frozen=True)
class _Starts:
    """Likelihoods of one comparison, added up to each day, and what lies before each start week."""

    before: Floats
    """Up to each day, that day not included; shape (n_days + 1, len(GRID))."""
    day: Ints
    """First days of the weeks, shape (n_starts,)."""
    past: Floats
    """Of the year before each start, shape (n_starts, len(GRID))."""
    is_known: NDArray[np.bool_]
    """Whether `window_weeks` of the weeks of that year have ratings."""

    @classmethod
    def of(cls, daily: Floats, rated: NDArray[np.bool_], config: AnalysisConfig) -> _Starts:
        before = np.concatenate([np.zeros((1, daily.shape[1])), np.cumsum(daily, axis=0)])
        day = np.arange(0, len(daily), _DAYS)
        first = np.maximum(day - _DAYS * config.rate_past_weeks, 0)
        weeks = np.add.reduceat(rated.astype(np.int64), day) > 0
        seen = np.concatenate([[0], np.cumsum(weeks)])
        is_known = seen[day // _DAYS] - seen[first // _DAYS] >= config.window_weeks
        return cls(before, day, before[day] - before[first], is_known)

    def bounds(self, z: float) -> tuple[Ints, Floats]:
        """Upper bounds of the past: places in the grid, and log odds ratios, NaN beyond the grid."""
        place = _bounds(self.past, z)
        is_told = self.is_known & (place < len(GRID))
        return place, np.where(is_told, GRID[np.minimum(place, len(GRID) - 1)], np.nan)


def _steps(odds_ratios: tuple[float, ...]) -> Ints:
    """Odds ratios in steps of the grid, rounded up."""
    found: Ints = np.ceil(np.log(odds_ratios) / _STEP - 1e-9).astype(np.int64)
    return found


def since_start(
    daily: Floats,
    rated: NDArray[np.bool_],
    config: AnalysisConfig,
    *,
    odds_ratios: tuple[float, ...],
    tolerated: float,
    z: float,
    shown: Ints | None = None,
) -> SinceStart:
    """Evidence that an odds ratio has been larger since a start than the bound of what it was before.

    The null of a start is the upper bound of the year before it, and `tolerated` more: the largest
    value of which twice the log-likelihood lies less than `z` squared below the maximum. It
    uses nothing from the start on, so an episode never enters what it is compared with, however
    long it lasts. The evidence is the likelihood ratio of a larger odds ratio: monotone in
    the target's count, so its mean is at most 1 at the null and below.

    A start has a past if `window_weeks` of the weeks before it have ratings and the bound lies within
    the grid.

    Parameters
    ----------
    daily : ndarray of shape (n_days, len(GRID)), dtype=float64
        Of `grid_likelihoods`, added up over the blocks of each day.
    rated : ndarray of shape (n_days,), dtype=bool
        Days with ratings of the target.
    odds_ratios : tuple of float
        Bets, against the bound. Range: above exp(tolerated).
    tolerated : float
        In logits; rounded up to the grid, as are the bets.
    z : float
        Normal quantile of the bound.
    shown : ndarray of int, optional
        Days whose evidence is wanted; all by default.

    References
    ----------
    .. [1] Cox (1970), The analysis of binary data, chapter 4.
    .. [2] Shin, Ramdas, Rinaldo (2024), E-detectors. arXiv:2203.03532
    """
    starts = _Starts.of(daily, rated, config)
    null, bound = starts.bounds(z)
    bets = _steps(odds_ratios)
    is_known = starts.is_known & (null + bets.max() < len(GRID))
    null = np.where(is_known, null, 0)
    at_null = null + int(np.ceil(tolerated / _STEP - 1e-9))
    at_bet = null[:, None] + bets
    days = np.arange(len(daily)) if shown is None else shown
    series = np.ascontiguousarray(starts.before.T)
    gain = series[at_bet] - series[at_null][:, None]  # (starts, bets, days and one)
    at_start = gain[np.arange(len(starts.day)), :, starts.day]
    log_e = gain[:, :, days + 1] - at_start[:, :, None]
    is_told = is_known[:, None] & (starts.day[:, None] <= days)
    log_e += np.where(is_told, 0.0, -np.inf)[:, None]
    return SinceStart(log_e.transpose(2, 0, 1), np.where(is_known, bound, np.nan))


def since_start_averaged(
    daily: Floats,
    rated: NDArray[np.bool_],
    config: AnalysisConfig,
    *,
    odds_ratios: tuple[float, ...],
    weeks: slice = _EVERY,
) -> SinceStart:
    """Evidence that an odds ratio has been larger since a start than it was before, whatever it was.

    What the past leaves open is averaged over: a bet of `r` says that the odds ratio d of the past
    has become r d, the null that it is still d, and both are weighted over d by the likelihood of
    the year before the start (a flat prior of the logarithm, on the grid). With a normal
    likelihood this is the Bayes factor of a shifted location under the right Haar prior, which is
    an e-process at every d, and of all such the one whose evidence grows fastest. Unlike a bound,
    the past cannot be wrong here; and a short one limits what can ever be said against it.

    A start has a past if `window_weeks` of the weeks before it have ratings. Evidence is of all days, and
    of the start weeks asked for. Bets beyond the grid are cut off at its end.

    Parameters
    ----------
    daily, rated
        As for `since_start`.
    odds_ratios : tuple of float
        Bets, against the past. Range: above 1.
    weeks : slice
        Numbers of start weeks; the others are told as if they had no past.

    References
    ----------
    .. [1] Hendriksen, de Heide, Grünwald (2021), Optional stopping with Bayes factors. Bayesian Anal.
       16(3), 961-989. doi:10.1214/20-BA1234
    .. [2] Pérez-Ortiz, Lardy, de Heide, Grünwald (2024), E-statistics, group invariance and
       anytime-valid testing. Ann. Stat. 52(4), 1410-1432. doi:10.1214/24-AOS2394
    """
    starts = _Starts.of(daily, rated, config)
    bets = np.concatenate([[0], _steps(odds_ratios)])
    log_e = np.full((len(daily), len(starts.day), len(odds_ratios)), -np.inf)
    for week in np.arange(len(starts.day))[weeks][starts.is_known[weeks]].tolist():
        start = int(starts.day[week])
        weight, low = _shifted(starts.past[week], bets)
        since = starts.before[start:, low : low + len(weight)]
        since = since[1:] - since[0]
        # Above the smallest number there is: evidence beyond exp(600) is all one.
        fall = np.maximum(since - since.max(axis=1, keepdims=True), _LOG_LEAST)
        averages = np.log(np.exp(fall) @ weight)
        log_e[start:, week] = averages[:, 1:] - averages[:, :1]
    return SinceStart(log_e, starts.bounds(config.rate_past_z)[1])


def _shifted(past: Floats, bets: Ints) -> tuple[Floats, int]:
    """Weights of the past moved by each bet, one column each, and the place of the first row."""
    weight = np.exp(past - past.max())
    held = np.flatnonzero(weight >= _NEGLIGIBLE)
    low, n_held = int(held[0]), int(held[-1] - held[0]) + 1
    weight = weight[low : low + n_held]
    last = len(GRID) - 1 - low
    shifted = np.zeros((min(n_held + int(bets.max()), last + 1), len(bets)))
    for column, bet in enumerate(bets.tolist()):
        n_inside = max(0, min(n_held, last - bet))
        shifted[bet : bet + n_inside, column] = weight[:n_inside]
        shifted[-1, column] += weight[n_inside:].sum()
    return shifted, low


def _bounds(likelihood: Floats, z: float) -> Ints:
    """Place in the grid just above the likelihood's upper bound, for each row."""
    is_near = likelihood >= likelihood.max(axis=1, keepdims=True) - z**2 / 2
    last = likelihood.shape[1] - 1 - np.argmax(is_near[:, ::-1], axis=1)
    found: Ints = last + 1
    return found


def past_detectors(bad: Ints, total: Ints, config: AnalysisConfig) -> PastDetectors:
    """Detectors of the rise of all cells against each comparator, beyond what it was before.

    Shiryaev and Roberts' sum over start weeks, each for its seven days.

    Parameters
    ----------
    bad, total : ndarray of shape (n_days, n_classes, n_cells, 2, 2), dtype=int64
    """
    cells = [cell_detectors(bad, total, cell, config) for cell in range(bad.shape[2])]
    return PastDetectors(
        np.stack([one.log_m for one in cells], axis=1),
        np.stack([one.start for one in cells], axis=1),
        np.stack([one.bound for one in cells], axis=1),
    )


def cell_detectors(
    bad: Ints, total: Ints, cell: int, config: AnalysisConfig, *, first: int = 0
) -> PastDetectors:
    """Those of one cell, without the axis of cells, from starts on day `first` or later."""
    sides, log_m, bound = [], [], []
    for places in PAIRS:
        daily, rated = daily_likelihoods(bad, total, cell, places)
        found = since_start_averaged(
            daily, rated, config,
            odds_ratios=config.rate_odds_ratios, weeks=slice(-(-first // _DAYS), None),
        )  # fmt: skip
        by_start, summed = _added_up(found.log_e)
        sides.append(by_start)
        log_m.append(summed)
        bound.append(found.bound)
    start = _DAYS * np.argmax(np.minimum(*sides), axis=1)
    return PastDetectors(np.stack(log_m, axis=1), start, np.stack(bound, axis=1))


def _added_up(log_e: Floats) -> tuple[Floats, Floats]:
    """Mean over bets for each day and start; sum of these over starts, seven days each."""
    top = np.maximum(log_e.max(axis=(1, 2)), -1e300)
    parts = np.exp(log_e - top[:, None, None]).sum(axis=2)
    with np.errstate(divide="ignore"):
        mean, all_starts = np.log(parts), np.log(parts.sum(axis=1))
    shift = top - np.log(log_e.shape[2])
    return mean + shift[:, None], all_starts + shift + np.log(_DAYS)


def daily_likelihoods(
    bad: Ints, total: Ints, cell: int, places: tuple[int, ...]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Likelihoods of a cell by day, over classes, and whether a day has ratings of the target."""
    n_days, n_classes = bad.shape[:2]
    parts = [p[:, :, cell].reshape(n_days * n_classes, 4)[:, places] for p in (bad, total)]
    daily = grid_likelihoods(*parts).reshape(n_days, n_classes, -1).sum(axis=1)
    return daily, np.asarray(total[:, :, cell, 0, 0].sum(axis=1) > 0)
