"""The gamma-Poisson shrinker against published scores."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gamma

from analysis.ebgm import GammaMixture, _negative_log_likelihood, fit_gamma_mixture
from analysis.records import DataError

# Vignettes of openEBGM 0.9.1 on 17,189 pairs of FDA CAERS: the prior, and the five highest
# (observed, expected, EB05, EBGM, EB95). `make bench BENCH=golden` fits the prior from the data.
PUBLISHED_PRIOR = GammaMixture(3.25379356, 0.39988854, 2.02612692, 1.9080797, 0.06534557)
PUBLISHED_SCORES = [
    (16, 0.40643623, 15.68, 23.26, 33.48),
    (19, 0.89690107, 11.65, 16.78, 23.55),
    (6, 0.07866508, 10.16, 18.28, 30.83),
    (8, 0.30482718, 9.00, 15.25, 24.52),
    (11, 0.56317044, 8.98, 14.28, 21.78),
]


def test_published_scores_come_out():
    observed, expected, low, mean, high = np.array(PUBLISHED_SCORES).T
    assert PUBLISHED_PRIOR.geometric_mean(observed, expected) == pytest.approx(mean, abs=0.01)
    assert PUBLISHED_PRIOR.quantile(observed, expected, 0.05) == pytest.approx(low, abs=0.01)
    assert PUBLISHED_PRIOR.quantile(observed, expected, 0.95) == pytest.approx(high, abs=0.01)


def table(seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Cells from a known mixture, drawn until each has something in it."""
    rng = np.random.default_rng(seed)
    expected, is_first = rng.lognormal(0.0, 1.0, n), rng.random(n) < 0.1
    observed = np.zeros(n)
    while (observed == 0).any():
        ratio = np.where(is_first, rng.gamma(3.0, 1 / 0.5, n), rng.gamma(4.0, 1 / 4.0, n))
        observed = np.where(observed == 0, rng.poisson(ratio * expected), observed)
    return observed, expected


def test_the_fit_is_at_least_as_likely_as_the_truth():
    observed, expected = table(1, 6_000)
    prior = fit_gamma_mixture(observed, expected)

    def loss(p: GammaMixture) -> float:
        logs = np.log([p.shape_1, p.rate_1, p.shape_2, p.rate_2])
        place = np.array([*logs, np.log(p.share / (1 - p.share))])
        return _negative_log_likelihood(place, observed, expected)

    truth = GammaMixture(3.0, 0.5, 4.0, 4.0, 0.1)
    # Twice the difference is chi-squared with 5 degrees of freedom: 20.5 at .001.
    assert 0 <= loss(truth) - loss(prior) < 10.3


def test_quantiles_are_the_posterior():
    # One component alone: the quantile of Gamma(a + O, rate b + E).
    prior = GammaMixture(2.0, 3.0, 2.0, 3.0, 0.5)
    found = prior.quantile(np.array([4.0]), np.array([1.5]), 0.05)
    assert found[0] == pytest.approx(gamma.ppf(0.05, 6.0, scale=1 / 4.5), rel=1e-9)


def test_bad_tables_are_refused():
    for observed, expected in [([0.0], [1.0]), ([1.0], [0.0]), ([1.0], [1.0, 2.0]), ([], [])]:
        with pytest.raises(DataError):
            fit_gamma_mixture(np.array(observed), np.array(expected))
