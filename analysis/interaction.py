"""Is a vendor worse in one domain beyond being worse, and the domain harder? Universal inference."""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, xlogy

from analysis.e_processes import PRIOR_BAD, PRIOR_GOOD, check_counts
from analysis.records import DataError, Floats, Ints

TOLERATED_LOG_ODDS = float(np.log(1.25))
"""Interaction below which two rates are called alike: an odds ratio of 1.25."""
_REMEMBERED_MAX = 300.0
_STEPS_MAX = 200


def interaction(
    bad: Ints,
    total: Ints,
    *,
    bad_before: Ints | None = None,
    total_before: Ints | None = None,
    tolerated: float = TOLERATED_LOG_ODDS,
) -> Floats:
    """Evidence that a vendor is worse in one domain *beyond* being worse, and the domain harder.

    Universal inference on four cells: a mixture over all rates, against the largest likelihood
    under `logit p = a + vendor + domain + delta` with `delta <= tolerated`. Half of the mixture
    expects of the three other cells what they showed before the start: whatever was known then may
    be bet on, and where it still holds the evidence comes sooner.

    Parameters
    ----------
    bad, total : ndarray of shape (..., 2, 2), dtype=int64
        Bad and all ratings since the start; first axis of the table target vendor and others,
        second target domain and others.
    bad_before, total_before : ndarray of the same shape, dtype=int64, optional
        Ratings before the start; they count as at most 300.
    tolerated : float
        In logits.

    Returns
    -------
    ndarray of shape (...), dtype=float64
        Natural logarithm of the e-process of each table, whose start is that of its counts.

    Raises
    ------
    DataError
        If the last axes are not 2 x 2, shapes differ, or a count is negative or above its total.

    References
    ----------
    .. [1] Wasserman, Ramdas, Balakrishnan (2020), Universal inference. PNAS 117(29), 16880-16890.
       doi:10.1073/pnas.1922664117

    Examples
    --------
    A target cell at 50 % where vendor and domain alone would give 10 %:

    >>> bad, total = np.array([[400, 80], [80, 80]]), np.full((2, 2), 800)
    >>> bool(interaction(bad, total) > np.log(1000))
    True
    """
    check_counts(bad, total)
    if bad.ndim < 2 or bad.shape[-2:] != (2, 2):
        raise DataError("the table of each block must be 2 x 2")
    numerator = _mixture(bad, total, np.full(bad.shape, PRIOR_BAD), np.full(bad.shape, PRIOR_GOOD))
    if bad_before is not None and total_before is not None:
        check_counts(bad_before, total_before)
        share: Floats = np.minimum(1.0, _REMEMBERED_MAX / np.maximum(total_before, 1.0))
        share[..., 0, 0] = 0.0  # of the target nothing is taken for granted
        expected: Floats = PRIOR_BAD + share * bad_before
        expected_good: Floats = PRIOR_GOOD + share * (total_before - bad_before)
        informed = _mixture(bad, total, expected, expected_good)
        numerator = np.logaddexp(numerator, informed) - np.log(2)
    evidence: Floats = numerator - null_maximum(bad, total, tolerated=tolerated)
    return evidence


def _mixture(bad: Ints, total: Ints, prior_bad: Floats, prior_good: Floats) -> Floats:
    """Log-likelihood of tables, averaged over beta-distributed rates."""
    cells = betaln(prior_bad + bad, prior_good + total - bad) - betaln(prior_bad, prior_good)
    found: Floats = cells.sum(axis=(-2, -1))
    return found


def null_maximum(bad: Ints, total: Ints, *, tolerated: float = TOLERATED_LOG_ODDS) -> Floats:
    """Largest log-likelihood of 2 x 2 tables whose interaction does not exceed `tolerated`.

    Where the observed interaction is larger, the maximum lies on the border. There the likelihood
    equations say that the fitted counts have the observed sums of the target's row, its column and
    the table: one count x stands for all four, and its log odds ratio rises with x. So three
    parameters are one root, found by Newton's steps, halved into the bracket where they leave it.

    Parameters
    ----------
    bad, total : ndarray of shape (..., 2, 2), dtype=int64
    tolerated : float
        In logits.

    Returns
    -------
    ndarray of shape (...), dtype=float64
        Exact to rounding.
    """
    n = total.reshape(-1, 4).astype(np.float64)
    fitted = bad.reshape(-1, 4).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = _log_odds_ratio(fitted, n)
    # A zero above and one below: nothing is known, and the larger likelihood is the careful one.
    border = np.flatnonzero((n > 0).all(axis=1) & (observed > tolerated))
    if len(border):
        fitted[border] = _on_the_border(fitted[border], n[border], tolerated)
    good = n - fitted
    observed_bad = bad.reshape(-1, 4)
    safe = np.maximum(n, 1.0)
    likelihood = xlogy(observed_bad, fitted / safe) + xlogy(n - observed_bad, good / safe)
    found: Floats = likelihood.sum(axis=1).reshape(total.shape[:-2])
    return found


_SIGN = np.array([1.0, -1.0, -1.0, 1.0])
"""With x more in the target cell, the other cells of its row and column have x less."""


def _on_the_border(bad: Floats, n: Floats, tolerated: float) -> Floats:
    """Fitted counts with the observed margins and the odds ratio exp(tolerated), shape (k, 4)."""
    # Movement m of the target count, from the observed: every cell must stay within [0, n].
    low = (-np.where(_SIGN > 0, bad, n - bad)).max(axis=1)
    high = np.zeros(len(bad))  # the observed odds ratio is too large
    move = (low + high) / 2
    for _ in range(_STEPS_MAX):
        fitted = bad + move[:, None] * _SIGN
        with np.errstate(divide="ignore", invalid="ignore"):
            excess = _log_odds_ratio(fitted, n) - tolerated
            slope = (n / (fitted * (n - fitted))).sum(axis=1)
            step = move - excess / slope
        high, low = np.where(excess > 0, move, high), np.where(excess > 0, low, move)
        inside = (step > low) & (step < high)
        following = np.where(inside, step, (low + high) / 2)
        if (np.abs(following - move) <= 1e-13 * n.max(axis=1)).all():
            break
        move = following
    found: Floats = bad + move[:, None] * _SIGN
    return found


def _log_odds_ratio(bad: Floats, n: Floats) -> Floats:
    """Interaction of tables as rows of four, in logits; NaN where it cannot be told."""
    found: Floats = (_SIGN * (np.log(bad) - np.log(n - bad))).sum(axis=1)
    return found
