"""Looking back: into which stretches of one rate each do the weeks of a cell fall?"""

from __future__ import annotations

import numpy as np
import ruptures
from scipy.special import xlogy

from analysis.e_processes import check_counts
from analysis.records import Floats, Ints


class _BinomialCost(ruptures.base.BaseCost):  # type: ignore[misc]  # ruptures has no types
    """Minus twice the largest log-likelihood of one rate for a stretch."""

    model = "binomial"
    min_size = 1

    def fit(self, signal: Floats) -> _BinomialCost:
        self.signal = signal
        self.sums = np.vstack([np.zeros(2), np.cumsum(signal, axis=0)])
        return self

    def error(self, start: int, end: int) -> float:
        bad, total = self.sums[end] - self.sums[start]
        good = total - bad
        return -2.0 * float(xlogy(bad, bad) + xlogy(good, good) - xlogy(total, total))


def segment_starts(bad: Ints, total: Ints, *, penalty: float) -> list[int]:
    """First weeks of the stretches that fit best, the first of them 0.

    Parameters
    ----------
    bad, total : ndarray of shape (n_weeks,), dtype=int64
    penalty : float
        What a further stretch must add to twice the log-likelihood, in units of ln(n_weeks).

    References
    ----------
    .. [1] Killick, Fearnhead, Eckley (2012), Optimal detection of changepoints with a linear
       computational cost. J. Am. Stat. Assoc. 107(500), 1590-1598.
    .. [2] Zhang, Siegmund (2007), A modified Bayes information criterion. Biometrics 63(1), 22-32:
       3 ln(n) for each change.

    Examples
    --------
    >>> segment_starts(np.array([2, 1, 2, 9, 8, 9, 1, 2]), np.full(8, 20), penalty=3.0)
    [0, 3, 6]
    """
    check_counts(bad, total)
    if not len(bad):
        return []
    signal = np.column_stack([bad, total]).astype(np.float64)
    search = ruptures.Pelt(custom_cost=_BinomialCost(), min_size=1, jump=1).fit(signal)
    ends = search.predict(pen=penalty * np.log(max(len(bad), 2)))
    return [0, *(int(end) for end in ends[:-1])]
