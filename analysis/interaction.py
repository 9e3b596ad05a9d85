"""Is a vendor worse in one domain beyond being worse, and the domain harder?"""

from __future__ import annotations

import numpy as np
from scipy.special import betaln, gammaln, logsumexp, xlogy

from analysis.e_processes import PRIOR_BAD, PRIOR_GOOD, check_counts
from analysis.records import DataError, Floats, Ints

TOLERATED_LOG_ODDS = float(np.log(1.25))
"""Interaction below which two rates are called alike: an odds ratio of 1.25."""
_STEPS_MAX = 200
_CHUNK = 5_000
_SIGN = np.array([1.0, -1.0, -1.0, 1.0])
"""With one more in the target cell, the others of its row and column have one less."""


def interaction_evidence(
    bad: Ints,
    total: Ints,
    *,
    odds_ratios: tuple[float, ...],
    tolerated: float = TOLERATED_LOG_ODDS,
) -> Floats:
    """Evidence of single blocks that a vendor is worse in one domain *beyond* being worse there.

    Under `logit p = a + vendor + domain + delta` the bad ratings of the target's row, of its column
    and of the whole table are sufficient for the first three. Given those, only the count x of the
    target cell is left, and its distribution depends on delta alone. The evidence is its likelihood
    ratio at the bet against `delta = tolerated`; it rises with x, so its mean is at most 1 at every
    smaller delta, whatever vendor, domain and day are like: each block may have rates of its own.

    Parameters
    ----------
    bad, total : ndarray of shape (..., 2, 2), dtype=int64
        Bad and all ratings of the block; first axis of the table target vendor and others, second
        target domain and others.
    odds_ratios : tuple of float
        Interactions that are bet on, as ratios of odds ratios. Range: above exp(tolerated).
    tolerated : float
        In logits.

    Returns
    -------
    ndarray of shape (..., n_odds_ratios), dtype=float64
        Natural logarithms, to be added over blocks from any start on.

    Raises
    ------
    DataError
        If the last axes are not 2 x 2, shapes differ, or a count is negative or above its total.

    References
    ----------
    .. [1] Cox (1970), The analysis of binary data, chapter 4: conditioning on sufficient statistics.
    .. [2] Grünwald, de Heide, Koolen (2024), Safe testing. J. R. Stat. Soc. B 86(5), 1091-1128.

    Examples
    --------
    One rating in each cell; two of them bad, one in the target's row and one in its column. Either
    the target and the last cell are bad or the two others: at interaction 1 equally likely, at 4
    four times as likely.

    >>> bad, total = np.array([[1, 0], [0, 1]]), np.ones((2, 2), dtype=int)
    >>> found = interaction_evidence(bad, total, odds_ratios=(4.0,), tolerated=0.0)
    >>> round(float(np.exp(found[0])), 6)
    1.6
    """
    _check_tables(bad, total)
    flat, n = bad.reshape(-1, 4), total.reshape(-1, 4)
    bets = np.log(odds_ratios)
    found = np.zeros((len(flat), len(bets)))
    # Blocks of like size together: a busy cell must not make all others wait.
    by_size = np.argsort(n[:, 0], kind="stable")
    for first in range(0, len(flat), _CHUNK):
        part = by_size[first : first + _CHUNK]
        found[part] = _conditional(flat[part], n[part], bets, tolerated)
    return found.reshape(*bad.shape[:-2], len(bets))


def _conditional(bad: Ints, n: Ints, bets: Floats, tolerated: float) -> Floats:
    """Log likelihood ratios of rows of four counts, given their margins."""
    x = np.arange(int(n[:, 0].max(initial=0)) + 1)
    counts = bad[:, None, :] + (x[None, :] - bad[:, :1])[:, :, None] * _SIGN.astype(np.int64)
    is_possible = np.asarray(((counts >= 0) & (counts <= n[:, None, :])).all(axis=2))
    k = np.where(is_possible[..., None], counts, 0)
    ways = gammaln(k + 1.0) + gammaln(np.maximum(n[:, None, :] - k, 0) + 1.0)
    log_ways = np.where(is_possible, -ways.sum(axis=2), -np.inf)
    log_ways -= log_ways.max(axis=1, keepdims=True)

    def log_total(delta: float) -> Floats:
        return np.asarray(logsumexp(log_ways + x * delta, axis=1), dtype=np.float64)

    null = log_total(tolerated)
    gains = [bad[:, 0] * (bet - tolerated) + null - log_total(float(bet)) for bet in bets]
    return np.stack(gains, axis=1)


def universal_interaction(
    bad: Ints, total: Ints, *, tolerated: float = TOLERATED_LOG_ODDS
) -> Floats:
    """The same evidence by universal inference: the peer that the evaluation measures.

    Universal inference on four cells: a mixture over all rates, against the largest likelihood
    under `logit p = a + vendor + domain + delta` with `delta <= tolerated`. It pays for
    learning four rates, and holds only while these do not change.

    Parameters
    ----------
    bad, total : ndarray of shape (..., 2, 2), dtype=int64
        Bad and all ratings since the start; first axis of the table target vendor and others,
        second target domain and others.
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
    >>> bool(universal_interaction(bad, total) > np.log(1000))
    True
    """
    _check_tables(bad, total)
    mixture = betaln(PRIOR_BAD + bad, PRIOR_GOOD + total - bad) - betaln(PRIOR_BAD, PRIOR_GOOD)
    evidence: Floats = mixture.sum(axis=(-2, -1)) - null_maximum(bad, total, tolerated=tolerated)
    return evidence


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


def _check_tables(bad: Ints, total: Ints) -> None:
    check_counts(bad, total)
    if bad.ndim < 2 or bad.shape[-2:] != (2, 2):
        raise DataError("the table of each block must be 2 x 2")
