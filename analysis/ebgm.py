"""Empirical-Bayes ranking of sparse tables: the gamma-Poisson shrinker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, gammainc, gammaln, logit, logsumexp, psi

from analysis.records import DataError, Floats

_STARTS = ((0.2, 0.06, 1.4, 1.8, 0.1), (2.0, 0.5, 2.0, 2.0, 1 / 3), (0.5, 0.5, 3.0, 3.0, 0.5))
"""Where the search begins: shape 1, rate 1, shape 2, rate 2, share."""
_BISECTIONS = 60


@dataclass(frozen=True)
class GammaMixture:
    """Prior of the ratio of observed to expected: `share Gamma(a1, rate b1) + (1 - share) Gamma(a2, b2)`."""

    shape_1: float
    rate_1: float
    shape_2: float
    rate_2: float
    share: float

    def posterior_share(self, observed: Floats, expected: Floats) -> Floats:
        """Probability, given the count, that a cell's ratio comes from the first component."""
        first = np.log(self.share) + _log_count(observed, expected, self.shape_1, self.rate_1)
        second = np.log1p(-self.share) + _log_count(observed, expected, self.shape_2, self.rate_2)
        share: Floats = expit(first - second)
        return share

    def geometric_mean(self, observed: Floats, expected: Floats) -> Floats:
        """EBGM: the exponential of the posterior mean of the ratio's logarithm.

        Parameters
        ----------
        observed, expected : ndarray of shape (n,), dtype=float64
            Contributors. Range: >= 0.
        """
        share = self.posterior_share(observed, expected)
        first = psi(self.shape_1 + observed) - np.log(self.rate_1 + expected)
        second = psi(self.shape_2 + observed) - np.log(self.rate_2 + expected)
        mean: Floats = np.exp(share * first + (1 - share) * second)
        return mean

    def quantile(self, observed: Floats, expected: Floats, probability: float) -> Floats:
        """Posterior quantile of the ratio, by bisection; at .05 it is EB05."""
        share = self.posterior_share(observed, expected)
        low, high = np.full(share.shape, -40.0), np.full(share.shape, 40.0)
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            ratio = np.exp(middle)
            below = share * gammainc(self.shape_1 + observed, ratio * (self.rate_1 + expected))
            below += (1 - share) * gammainc(
                self.shape_2 + observed, ratio * (self.rate_2 + expected)
            )
            low, high = (
                np.where(below < probability, middle, low),
                np.where(below < probability, high, middle),
            )
        found: Floats = np.exp((low + high) / 2)
        return found


def fit_gamma_mixture(observed: Floats, expected: Floats) -> GammaMixture:
    """The prior that best explains the counts of all cells in which something was seen.

    Each component is a negative binomial count without its zero; maximum likelihood in the
    logarithms of shapes and rates, from several starts.

    Parameters
    ----------
    observed, expected : ndarray of shape (n,), dtype=float64
        Some hundreds of cells at least. Range: observed >= 1, expected > 0.

    Raises
    ------
    DataError
        If a count is 0, an expectation not positive, or shapes differ.

    References
    ----------
    .. [1] DuMouchel (1999), Bayesian data mining in large frequency tables. Am. Stat. 53, 177-190.
       doi:10.1080/00031305.1999.10474456
    """
    if observed.shape != expected.shape or not len(observed):
        raise DataError("observed and expected counts must have the same length, above 0")
    if observed.min() < 1 or expected.min() <= 0:
        raise DataError("every cell needs a count of 1 and an expectation above 0")
    fits = [
        minimize(
            _negative_log_likelihood,
            [*np.log(start[:4]), logit(start[4])],
            args=(observed, expected),
            method="L-BFGS-B",
            jac="3-point",
            bounds=[(-12.0, 12.0)] * 5,
            options={"maxiter": 2_000, "maxfun": 20_000, "ftol": 1e-13, "gtol": 1e-7},
        )
        for start in _STARTS
    ]
    best = min(fits, key=lambda fit: float(fit.fun)).x
    shape_1, rate_1, shape_2, rate_2 = (float(value) for value in np.exp(best[:4]))
    return GammaMixture(shape_1, rate_1, shape_2, rate_2, float(expit(best[4])))


def shrunken_ratios(
    table: Floats, expected_table: Floats, observed: Floats, expected: Floats, *, cells_min: int
) -> tuple[Floats, Floats]:
    """EBGM and EB05 of some cells, by the prior of the table that they come from.

    Parameters
    ----------
    table, expected_table : ndarray of float64, of one shape
        Contributors of every cell, and how many were expected.
    observed, expected : ndarray of shape (n,), dtype=float64
        The cells to be ranked.
    cells_min : int
        Cells in which something was seen below which no prior can be fitted.

    Returns
    -------
    mean, low : ndarray of shape (n,), dtype=float64
        NaN where no prior can be fitted.
    """
    seen = (table >= 1) & (expected_table > 0)
    if seen.sum() < cells_min or not len(observed):
        return np.full(len(observed), np.nan), np.full(len(observed), np.nan)
    prior = fit_gamma_mixture(table[seen], expected_table[seen])
    return prior.geometric_mean(observed, expected), prior.quantile(observed, expected, 0.05)


def _negative_log_likelihood(place: Floats, observed: Floats, expected: Floats) -> float:
    shape_1, rate_1, shape_2, rate_2 = np.exp(place[:4])
    first = _log_truncated(observed, expected, shape_1, rate_1) - np.logaddexp(0.0, -place[4])
    second = _log_truncated(observed, expected, shape_2, rate_2) - np.logaddexp(0.0, place[4])
    return -float(logsumexp(np.stack([first, second]), axis=0).sum())


def _log_count(observed: Floats, expected: Floats, shape: float, rate: float) -> Floats:
    """Log-probability of a count whose mean is `expected` times a Gamma(shape, rate) ratio."""
    found: Floats = (
        gammaln(shape + observed)
        - gammaln(shape)
        - gammaln(observed + 1)
        - shape * np.log1p(expected / rate)
        - observed * np.log1p(rate / expected)
    )
    return found


def _log_truncated(observed: Floats, expected: Floats, shape: float, rate: float) -> Floats:
    none = -shape * np.log1p(expected / rate)
    truncated: Floats = _log_count(observed, expected, shape, rate) - np.log(-np.expm1(none))
    return truncated
