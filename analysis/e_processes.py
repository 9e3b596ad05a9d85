"""Line B's evidence on rates: processes that may be looked at after every block of ratings.

All are returned as natural logarithms. Where the null hypothesis holds, the probability that such a
process *ever* reaches `ln(1 / alpha)` is at most alpha, however often one looks and whenever one stops.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter
from scipy.special import expit, gammaln, logit, xlog1py, xlogy

from analysis.records import DataError, Floats, Ints

PRIOR_BAD, PRIOR_GOOD = 0.5, 2.0
"""Ratings that a rate is thought to rest on before any was seen."""


def block_evidence(
    bad: Ints,
    total: Ints,
    bad_other: Ints,
    total_other: Ints,
    *,
    rate: Floats,
    rate_other: Floats,
) -> Floats:
    """Evidence of single blocks that a target's rate exceeds its comparator's, for a stated bet.

    The bet (`rate`, `rate_other`) must have been made before the block was seen. Then the mean of
    the e-value is at most 1 wherever the *mean* rate of the block's target ratings does not exceed
    that of its comparator's: people, days and the mix of comparators may differ as they like.

    Proof. With `t0` the pooled bet, one target rating multiplies the e-value by a factor whose mean
    is a(p), linear in its rate p and rising, since rate >= t0; one comparator rating by b(p), linear
    and falling. By the inequality of means the expected product is at most the n-th power of the
    average factor `(n_a a(p_a) + n_b b(p_b)) / n`, p_a and p_b being the mean rates. For p_a <= p_b
    it does not fall when p_a is raised to p_b, and at p_a = p_b = p it is
    `p t0/t0 + (1-p)(1-t0)/(1-t0) = 1`.

    Parameters
    ----------
    bad, total, bad_other, total_other : ndarray of one shape, or shapes that broadcast, dtype=int64
        Bad and all ratings of the block's target and of its comparator.
    rate, rate_other : ndarray, broadcast with them, dtype=float64
        Rates that are bet on, in (0, 1). Where rate <= rate_other nothing is bet.

    Returns
    -------
    ndarray of the common shape, dtype=float64
        Natural logarithms; 0 where either side has no rating.

    References
    ----------
    .. [1] Turner, Ly, Grünwald (2024), Generic e-variables for exact sequential k-sample tests that
       allow for optional stopping. J. Stat. Plan. Inference 230, 106116. arXiv:2106.02693

    Examples
    --------
    One bad target rating, one good of the comparator, bet on .3 against .1: (.3/.2) (.9/.8).

    >>> one, none = np.array([1]), np.array([0])
    >>> bet, other = np.array([0.3]), np.array([0.1])
    >>> found = block_evidence(one, one, none, one, rate=bet, rate_other=other)
    >>> round(float(np.exp(found[0])), 4)
    1.6875
    """
    both = np.maximum(total + total_other, 1)
    pooled = (total * rate + total_other * rate_other) / both
    is_bet = (rate > rate_other) & (total > 0) & (total_other > 0)
    pooled = np.where(is_bet, pooled, 0.5)
    gain = xlogy(bad, rate) + xlog1py(total - bad, -rate)
    gain += xlogy(bad_other, rate_other) + xlog1py(total_other - bad_other, -rate_other)
    all_bad = bad + bad_other
    gain -= xlogy(all_bad, pooled) + xlog1py(total + total_other - all_bad, -pooled)
    evidence: Floats = np.where(is_bet, gain, 0.0)
    return evidence


def ratio_evidence(
    bad: Ints,
    total: Ints,
    bad_other: Ints,
    total_other: Ints,
    *,
    odds_ratios: tuple[float, ...],
    half_life: float,
) -> Floats:
    """Evidence of every block for each of some odds ratios between target and comparator.

    The comparator's rate is learned from its earlier blocks, the later ones counting more; the
    target's bet is that rate, moved by the odds ratio. Neither depends on when something began, so
    one pass serves every start.

    Parameters
    ----------
    bad, total, bad_other, total_other : ndarray of shape (n_blocks, ...), dtype=int64
        In the order of time along the first axis.
    odds_ratios : tuple of float
        Above 1.
    half_life : float
        Blocks after which a comparator rating counts half.

    Returns
    -------
    ndarray of shape (n_blocks, ..., n_odds_ratios), dtype=float64
        Natural logarithms, to be added along time from any start on.

    Raises
    ------
    DataError
        If shapes differ, or a count is negative or above its total.
    """
    check_counts(bad, total)
    check_counts(bad_other, total_other)
    if bad.shape != bad_other.shape:
        raise DataError("target and comparator have different numbers of blocks")
    decay = 0.5 ** (1 / half_life)
    learned = _learned(bad_other, total_other, decay)[..., None]
    bets = expit(logit(learned) + np.log(odds_ratios))
    return block_evidence(
        bad[..., None], total[..., None], bad_other[..., None], total_other[..., None],
        rate=bets, rate_other=learned,
    )  # fmt: skip


def two_proportions(log_e: Floats) -> Floats:
    """The process that starts with the first block: the mean, over odds ratios, of the products.

    Parameters
    ----------
    log_e : ndarray of shape (n_blocks, ..., n_odds_ratios), dtype=float64
        As `ratio_evidence` gives it.

    Returns
    -------
    ndarray of shape (n_blocks, ...), dtype=float64
        Natural logarithm of the e-process after each block.

    Examples
    --------
    >>> five, one, three = np.full(30, 5), np.full(30, 1), np.full(30, 3)
    >>> worse = ratio_evidence(three, five, one, five, odds_ratios=(2.0, 8.0), half_life=28)
    >>> bool(two_proportions(worse)[-1] > np.log(20))
    True
    """
    return log_mean(np.cumsum(log_e, axis=0))


def log_mean(log_values: Floats) -> Floats:
    """Logarithm of the mean over the last axis of numbers that are given as logarithms."""
    found: Floats = np.logaddexp.reduce(log_values, axis=-1) - np.log(log_values.shape[-1])
    return found


def conditional_evidence(
    bad: Ints,
    total: Ints,
    bad_other: Ints,
    total_other: Ints,
    *,
    log_null: Floats,
    log_bet: Floats,
) -> Floats:
    """Evidence of single blocks that an odds ratio lies on the bet's side of a null hypothesis.

    The likelihood ratio of the two odds ratios, given how many of the block's ratings are bad at
    all: it depends on no rate, so days may differ. It is monotone in the target's bad ratings, so
    its mean is at most 1 at the null's odds ratio and at all that lie further from the bet.

    Parameters
    ----------
    bad, total, bad_other, total_other : ndarray of shape (n_blocks,), dtype=int64
        Bad and all ratings of target and comparator.
    log_null, log_bet : ndarray of shape (n_blocks,), dtype=float64
        Natural logarithms of odds ratios, target to comparator.

    Returns
    -------
    ndarray of shape (n_blocks,), dtype=float64
        Natural logarithms.

    References
    ----------
    .. [1] Cox (1970), The analysis of binary data, chapter 4: conditional inference on an odds ratio.

    Examples
    --------
    One rating each, one of the two bad, and it is the comparator's. That has probability 1/2 at an
    odds ratio of 1, and 1/5 at 4.

    >>> one, none = np.array([1]), np.array([0])
    >>> four, even = np.log([4.0]), np.zeros(1)
    >>> found = conditional_evidence(none, one, one, one, log_null=four, log_bet=even)
    >>> round(float(np.exp(found[0])), 6)
    2.5
    """
    check_counts(bad, total)
    check_counts(bad_other, total_other)
    drawn = (bad + bad_other)[:, None]
    k = np.arange(int(total.max(initial=0)) + 1)[None, :]
    n, n_other = total[:, None], total_other[:, None]
    fits = (k <= n) & (k <= drawn) & (drawn - k <= n_other)
    ways = _log_choose(n, np.where(fits, k, 0))
    ways += _log_choose(n_other, np.where(fits, drawn - k, 0))
    ways = np.where(fits, ways, -np.inf)
    sums = [_log_sum(ways + k * tilt[:, None]) for tilt in (log_null, log_bet)]
    found: Floats = bad * (log_bet - log_null) + sums[0] - sums[1]
    return found


def check_counts(bad: Ints, total: Ints) -> None:
    """Refuse, with DataError, counts that cannot be: shapes differ, negative, above their total."""
    if bad.shape != total.shape:
        raise DataError("bad and all ratings differ in shape")
    if (bad < 0).any() or (bad > total).any():
        raise DataError("bad ratings must lie between 0 and all ratings")


def _learned(bad: Ints, total: Ints, decay: float) -> Floats:
    """Rate estimated before each block, from the blocks before it."""
    seen = [lfilter([1.0], [1.0, -decay], counts.astype(float), axis=0) for counts in (bad, total)]
    before = [np.concatenate([np.zeros_like(part[:1]), part[:-1]]) for part in seen]
    rate: Floats = (PRIOR_BAD + before[0]) / (PRIOR_BAD + PRIOR_GOOD + before[1])
    return rate


def _log_choose(n: Ints, k: Ints) -> Floats:
    found: Floats = gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return found


def _log_sum(log_values: Floats) -> Floats:
    top = log_values.max(axis=1)
    found: Floats = top + np.log(np.exp(log_values - top[:, None]).sum(axis=1))
    return found
