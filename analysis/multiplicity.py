"""Many cells at once: evidence that stays honest however many of them are looked at.

An e-value is a number that is at most 1 on average where nothing is the matter: 20 is as rare as a
p-value of .05, and it may be looked at every day.
"""

from __future__ import annotations

import numpy as np

from analysis.disproportionality import Flags
from analysis.records import DataError, Floats


def e_benjamini_hochberg(log_e: Floats, *, level: float) -> Flags:
    """Which e-values are discoveries, at a false discovery rate of `level` under any dependence.

    The k largest are, for the largest k whose k-th value reaches `n / (level k)`. Only for values
    of one moment: a running maximum is no e-value, see `adjusted_maximum`.

    Parameters
    ----------
    log_e : ndarray of shape (n,), dtype=float64
        Natural logarithms.
    level : float
        In (0, 1).

    References
    ----------
    .. [1] Wang, Ramdas (2022), False discovery rate control with e-values. J. R. Stat. Soc. B
       84(3), 822-852. doi:10.1111/rssb.12489

    Examples
    --------
    Four of them need 80, 40, 26.7 and 20.

    >>> e_benjamini_hochberg(np.log([50.0, 41.0, 2.0, 0.1]), level=0.05).tolist()
    [True, True, False, False]
    """
    if not 0 < level < 1:
        raise DataError("level must lie between 0 and 1")
    if np.isnan(log_e).any():
        raise DataError("an e-value is not a number")
    n = len(log_e)
    largest_first = np.argsort(-log_e, kind="stable")
    needed = np.log(n / level) - np.log(np.arange(1, n + 1)) if n else np.empty(0)
    reached = np.flatnonzero(log_e[largest_first] >= needed)
    flags = np.zeros(n, dtype=np.bool_)
    if len(reached):
        flags[largest_first[: reached[-1] + 1]] = True
    return flags


def adjusted_maximum(log_maximum: Floats | float) -> Floats:
    """The e-value, as a logarithm, that a running maximum is worth: `(M - 1 - ln M) / (ln M)^2`.

    Parameters
    ----------
    log_maximum : array_like of float
        Natural logarithm of the largest value so far. Range: >= 0, since every e-process starts
        at 1.

    References
    ----------
    .. [1] Shafer, Shen, Vereshchagin, Vovk (2011), Test martingales, Bayes factors and p-values.
       Stat. Sci. 26(1), 84-101. doi:10.1214/10-STS347

    Examples
    --------
    >>> round(float(np.exp(adjusted_maximum(np.log(100.0)))), 3)
    4.451
    """
    height = np.asarray(log_maximum, dtype=np.float64)
    if (height < 0).any() or np.isnan(height).any():
        raise DataError("a running maximum of an e-process is at least 1")
    is_small = height < 1e-3  # where rounding would eat the difference; its limit at M = 1 is 1/2
    safe = np.where(is_small, 1.0, height)
    exact = safe + np.log1p(-(1 + safe) * np.exp(-safe)) - 2 * np.log(safe)
    found: Floats = np.where(is_small, np.log(0.5 + height / 6), exact)
    return found


def calibrated(p_value: Floats | float, *, kappa: float = 0.5) -> Floats:
    """The logarithm of the e-value that a p-value is worth: `kappa p^(kappa - 1)`.

    References
    ----------
    .. [1] Vovk, Wang (2021), E-values: calibration, combination and applications. Ann. Stat. 49(3),
       1736-1754. doi:10.1214/20-AOS2020

    Examples
    --------
    >>> round(float(np.exp(calibrated(0.0001))), 6)
    50.0
    """
    p = np.asarray(p_value, dtype=np.float64)
    if not 0 < kappa < 1 or not ((p > 0) & (p <= 1)).all():
        raise DataError("p-values lie in (0, 1], and kappa in (0, 1)")
    found: Floats = np.log(kappa) + (kappa - 1) * np.log(p)
    return found


def averaged(log_e: Floats) -> float:
    """The mean of e-values that may depend on each other is an e-value; its logarithm.

    >>> round(float(np.exp(averaged(np.log([1.0, 3.0])))), 9)
    2.0
    """
    if not len(log_e):
        raise DataError("no e-value to average")
    if np.isnan(log_e).any():
        raise DataError("an e-value is not a number")
    return float(np.logaddexp.reduce(log_e) - np.log(len(log_e)))
