"""Sequential evidence on an interaction that owes nothing to rates nobody asked about."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, logsumexp

from analysis.e_processes import TOLERATED_LOG_ODDS
from analysis.records import DataError, Floats, Ints

_BEYOND = np.array([0.25, 0.5, 1.0, 1.5, 2.0])
"""Log odds ratios beyond the tolerated one that are bet on, in equal parts."""


def conditional_interaction(
    bad: Ints, total: Ints, *, tolerated: float = TOLERATED_LOG_ODDS
) -> Floats:
    """Evidence that one cell of a 2 x 2 table is worse than its row and its column explain.

    In `logit p = a + row + column + delta`, the number of bad answers in the cell, *given* the
    block's margins of bad answers, depends on `delta` alone: weights
    `C(n_00, x) C(n_01, r - x) C(n_10, c - x) C(n_11, s - r - c + x) exp(delta x)`. Its likelihood
    ratio against the tolerated interaction is bet on, block by block, for a few larger ones. Nothing
    is spent on learning four rates, as `e_processes.interaction` must; and the rates may be others
    in every block (a day of hard questions, a story in the news). Its cost: a block needs bad and
    good answers in both rows and both columns to say anything, so blocks should not be small.

    Parameters
    ----------
    bad, total : ndarray of shape (n_blocks, 2, 2), dtype=int64
        Bad and all ratings per block; the cell in question is the first of both axes.
    tolerated : float
        In logits: no larger interaction is evidence.

    Returns
    -------
    ndarray of shape (n_blocks,), dtype=float64
        Natural logarithm of the e-process after each block.

    Raises
    ------
    DataError
        If shapes differ or are no tables of 2 x 2, or a count is negative or above its total.

    References
    ----------
    .. [1] Agresti (1992), A survey of exact inference for contingency tables. Stat. Sci. 7(1),
       131-153. doi:10.1214/ss/1177011454
    .. [2] Grünwald, de Heide, Koolen (2024), Safe testing. J. R. Stat. Soc. B 86(5), 1091-1128.
       arXiv:1906.07801

    Examples
    --------
    One answer each, one bad in the first row and one in the first column: the cell's, or one each
    elsewhere. Without an interaction both are equally likely, so a bad cell is worth the mean of
    `2 / (1 + exp(-beyond))`:

    >>> bad, total = np.array([[[1, 0], [0, 1]]]), np.ones((1, 2, 2), dtype=np.int64)
    >>> round(float(np.exp(conditional_interaction(bad, total, tolerated=0.0)[0])), 4)
    1.4456
    """
    if bad.shape != total.shape or bad.ndim != 3 or bad.shape[1:] != (2, 2):
        raise DataError("bad and all ratings are tables of 2 x 2, one per block")
    if (bad < 0).any() or (bad > total).any():
        raise DataError("bad ratings must lie between 0 and all ratings")
    gains = np.array([_gains(b, n, tolerated) for b, n in zip(bad, total, strict=True)])
    bets = np.cumsum(gains.reshape(-1, len(_BEYOND)), axis=0)
    evidence: Floats = np.asarray(logsumexp(bets, axis=1) - np.log(len(_BEYOND)))
    return evidence


def _gains(bad: Ints, total: Ints, tolerated: float) -> Floats:
    """Log likelihood ratio of one block for each interaction that is bet on."""
    row, column, all_bad = int(bad[0].sum()), int(bad[:, 0].sum()), int(bad.sum())
    rest = all_bad - row - column
    lowest = max(0, row - int(total[0, 1]), column - int(total[1, 0]), -rest)
    highest = min(int(total[0, 0]), row, column, int(total[1, 1]) - rest)
    x = np.arange(lowest, highest + 1)
    weight = sum(
        -gammaln(k + 1) - gammaln(n - k + 1)
        for k, n in ((x, total[0, 0]), (row - x, total[0, 1]), (column - x, total[1, 0]),
                     (rest + x, total[1, 1]))
    )  # fmt: skip
    null = logsumexp(weight + tolerated * x)
    bets = logsumexp(weight + (tolerated + _BEYOND)[:, None] * x, axis=1)
    gained: Floats = np.asarray(_BEYOND * int(bad[0, 0]) - (bets - null))
    return gained
