"""Line B's evidence on rates: processes that may be looked at after every block of ratings.

All are returned as natural logarithms. Where the null hypothesis holds, the probability that such a
process *ever* reaches `ln(1 / alpha)` is at most alpha, however often one looks and whenever one stops.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, xlog1py, xlogy

from analysis.records import DataError, Floats, Ints

_PRIOR_BAD, _PRIOR_ALL = 0.18, 0.36
_MIXTURE_BAD, _MIXTURE_GOOD = 0.5, 2.0
TOLERATED_LOG_ODDS = float(np.log(1.25))
"""Interaction below which two rates are called alike: an odds ratio of 1.25."""


def two_proportions(bad: Ints, total: Ints, bad_other: Ints, total_other: Ints) -> Floats:
    """Evidence that a target's rate of bad answers exceeds its comparator's, block by block.

    Each block is bet on with what was learned before it; where the target does not look worse, the
    bet is nothing.

    Parameters
    ----------
    bad, total, bad_other, total_other : ndarray of shape (n_blocks,), dtype=int64
        Bad and all ratings of the target and of its comparator, in the order of time.

    Returns
    -------
    ndarray of shape (n_blocks,), dtype=float64
        Natural logarithm of the e-process after each block.

    Raises
    ------
    DataError
        If shapes differ, or a count is negative or above its total.

    References
    ----------
    .. [1] Turner, Ly, Grünwald (2024), Generic e-variables for exact sequential k-sample tests that
       allow for optional stopping. J. Stat. Plan. Inference 230, 106116. arXiv:2106.02693

    Examples
    --------
    >>> worse = two_proportions(np.full(30, 3), np.full(30, 5), np.full(30, 1), np.full(30, 5))
    >>> bool(worse[-1] > np.log(20))
    True
    """
    _check(bad, total)
    _check(bad_other, total_other)
    if len(bad) != len(bad_other):
        raise DataError("target and comparator have different numbers of blocks")
    rate, rate_other = _learned(bad, total), _learned(bad_other, total_other)
    both = total + total_other
    pooled = (total * rate + total_other * rate_other) / np.maximum(both, 1)
    gain = _log_likelihood(bad, total, rate) - _log_likelihood(bad, total, pooled)
    gain += _log_likelihood(bad_other, total_other, rate_other)
    gain -= _log_likelihood(bad_other, total_other, pooled)
    evidence: Floats = np.cumsum(np.where((rate > rate_other) & (both > 0), gain, 0.0))
    return evidence


def interaction(bad: Ints, total: Ints, *, tolerated: float = TOLERATED_LOG_ODDS) -> Floats:
    """Evidence that a vendor is worse in one domain *beyond* being worse, and the domain harder.

    Universal inference on four cells: a mixture over all rates, against the largest likelihood
    under `logit p = a + vendor + domain + delta` with `delta <= tolerated`.

    Parameters
    ----------
    bad, total : ndarray of shape (n_blocks, 2, 2), dtype=int64
        Bad and all ratings per block; first axis of the table target vendor and others, second
        target domain and others.
    tolerated : float
        In logits.

    Returns
    -------
    ndarray of shape (n_blocks,), dtype=float64
        Natural logarithm of the e-process after each block.

    References
    ----------
    .. [1] Wasserman, Ramdas, Balakrishnan (2020), Universal inference. PNAS 117(29), 16880-16890.
       doi:10.1073/pnas.1922664117

    Examples
    --------
    A target cell at 50 % where vendor and domain alone would give 10 %:

    >>> bad, total = np.array([[[400, 80], [80, 80]]]), np.full((1, 2, 2), 800)
    >>> bool(interaction(bad, total)[0] > np.log(1000))
    True
    """
    _check(bad, total)
    if bad.ndim != 3 or bad.shape[1:] != (2, 2):
        raise DataError("the table of each block must be 2 x 2")
    bads, totals = np.cumsum(bad, axis=0), np.cumsum(total, axis=0)
    mixture = betaln(_MIXTURE_BAD + bads, _MIXTURE_GOOD + totals - bads)
    mixture = (mixture - betaln(_MIXTURE_BAD, _MIXTURE_GOOD)).sum(axis=(1, 2))
    null = [_null_maximum(b, n, tolerated) for b, n in zip(bads, totals, strict=True)]
    evidence: Floats = np.asarray(mixture - np.array(null), dtype=np.float64)
    return evidence


def _null_maximum(bad: Ints, total: Ints, tolerated: float) -> float:
    """Largest log-likelihood of a 2 x 2 table whose interaction does not exceed `tolerated`.

    Where the observed interaction is larger, the maximum lies on the border; the three remaining
    parameters are found by descent on a function with one maximum.
    """
    free = float((xlogy(bad, bad) + xlogy(total - bad, total - bad) - xlogy(total, total)).sum())
    if (total == 0).any() or _log_odds_ratio(bad, total) <= tolerated:
        return free
    sign = np.array([[1.0, 0.0], [0.0, 0.0]]) * tolerated

    def loss(place: Floats) -> tuple[float, Floats]:
        logits = place[0] + place[1] * _VENDOR + place[2] * _DOMAIN + sign
        value = float((total * np.logaddexp(0.0, logits) - bad * logits).sum())
        slope = total / (1 + np.exp(-logits)) - bad
        return value, np.array([slope.sum(), (slope * _VENDOR).sum(), (slope * _DOMAIN).sum()])

    share = (bad.sum() + 0.5) / (total.sum() + 1.0)
    start = np.array([np.log(share / (1 - share)), 0.0, 0.0])
    # To the last digit: a maximum that is missed would count as evidence against the null.
    fit = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(-30.0, 30.0)] * 3,
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1_000},
    )  # fmt: skip
    return -float(fit.fun)


_VENDOR = np.array([[1.0, 1.0], [0.0, 0.0]])
_DOMAIN = np.array([[1.0, 0.0], [1.0, 0.0]])


def _log_odds_ratio(bad: Ints, total: Ints) -> float:
    """Observed interaction of a 2 x 2 table, in logits; infinite where a cell has none."""
    good = total - bad
    above = [bad[0, 0], good[0, 1], good[1, 0], bad[1, 1]]
    below = [good[0, 0], bad[0, 1], bad[1, 0], good[1, 1]]
    if min(above) == 0:
        return -np.inf
    return float(np.log(above).sum() - np.log(below).sum()) if min(below) else np.inf


def _check(bad: Ints, total: Ints) -> None:
    if bad.shape != total.shape:
        raise DataError("bad and all ratings differ in shape")
    if (bad < 0).any() or (bad > total).any():
        raise DataError("bad ratings must lie between 0 and all ratings")


def _learned(bad: Ints, total: Ints) -> Floats:
    """Rate estimated before each block, from the blocks before it."""
    rate: Floats = (_PRIOR_BAD + np.cumsum(bad) - bad) / (_PRIOR_ALL + np.cumsum(total) - total)
    return rate


def _log_likelihood(bad: Ints, total: Ints, rate: Floats) -> Floats:
    found: Floats = np.asarray(xlogy(bad, rate) + xlog1py(total - bad, -rate), dtype=np.float64)
    return found
