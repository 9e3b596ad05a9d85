"""The formulas of line A: expected counts, shrunk ratios, exact tails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv, gammaln, ndtri

from analysis.records import DataError, Floats, Ints

Flags = NDArray[np.bool_]

_FIT_ROUNDS = 200
_FIT_TOLERANCE = 1e-9


def information_component(
    observed: Floats | float, expected: Floats | float, *, shrinkage: float = 0.5
) -> Floats:
    """Shrunk log2 ratio of observed to expected counts, in bits.

    `IC = log2((O + k) / (E + k))`: near 0 where both are small, so that a single report in an
    empty corner says nothing.

    Parameters
    ----------
    observed, expected : array_like of float
        Contributors. Range: >= 0.
    shrinkage : float
        k, in contributors.

    References
    ----------
    .. [1] Norén, Hopstadius, Bate (2013), Shrinkage observed-to-expected ratios for robust and
       transparent large-scale pattern discovery. doi:10.1177/0962280211403604

    Examples
    --------
    >>> round(float(information_component(10, 5)), 3)
    0.933
    """
    return np.log2((np.asarray(observed) + shrinkage) / (np.asarray(expected) + shrinkage))


def information_component_quantile(
    observed: Floats | float,
    expected: Floats | float,
    quantile: float,
    *,
    shrinkage: float = 0.5,
) -> Floats:
    """Quantile of the information component's posterior, in bits.

    The ratio's posterior is Gamma(O + k) with rate E + k.

    Parameters
    ----------
    observed, expected : array_like of float
        Contributors. Range: >= 0.
    quantile : float
        In (0, 1).
    shrinkage : float
        k, in contributors.

    References
    ----------
    .. [1] Norén, Hopstadius, Bate (2013). doi:10.1177/0962280211403604
    .. [2] Bate et al. (1998), A Bayesian neural network method for adverse drug reaction signal
       generation. doi:10.1007/s002280050466

    Examples
    --------
    >>> [round(float(information_component_quantile(10, 5, q)), 2) for q in (0.025, 0.975)]
    [-0.1, 1.69]
    """
    ratio = gammaincinv(np.asarray(observed) + shrinkage, quantile)
    found: Floats = np.log2(ratio / (np.asarray(expected) + shrinkage))
    return found


def proportional_reporting_ratio(table: Floats) -> Floats:
    """Share of each domain in a model's reports over its share in all others'.

    Parameters
    ----------
    table : ndarray of shape (n_models, n_domains), dtype=float64
        Contributors per cell.

    Returns
    -------
    ndarray of shape (n_models, n_domains), dtype=float64
        NaN where nobody reported the model, or nobody else reported the domain.

    References
    ----------
    .. [1] Evans, Waller, Davis (2001). doi:10.1002/pds.677
    """
    model = table.sum(axis=1, keepdims=True)
    others = table.sum(axis=0, keepdims=True) - table
    rest = table.sum() - model
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (table / model) / (others / rest)
    return np.where((model > 0) & (others > 0), ratio, np.nan)


def proportional_reporting_interval(
    observed: Floats | float,
    model: Floats | float,
    elsewhere: Floats | float,
    others: Floats | float,
    *,
    confidence: float = 0.95,
) -> tuple[Floats, Floats, Floats]:
    """Proportional reporting ratio `(observed / model) / (elsewhere / others)` with its interval.

    Wald's interval of the logarithm of a ratio of two shares; shown, never decided on.

    Parameters
    ----------
    observed : array_like of float
        Contributors in the cell. Range: >= 0. All counts are broadcast against each other.
    model : array_like of float
        The model's contributors in all domains, the cell's among them.
    elsewhere : array_like of float
        Other models' contributors in the domain.
    others : array_like of float
        Other models' contributors in all domains, `elsewhere` among them.
    confidence : float
        In (0, 1).

    Returns
    -------
    low, ratio, high : ndarray of float64
        NaN, all three, where `observed` or `elsewhere` is 0: the logarithm has no such interval.

    Raises
    ------
    DataError
        If a count is negative, a part exceeds its whole, or `confidence` is out of range.

    References
    ----------
    .. [1] Evans, Waller, Davis (2001), Use of proportional reporting ratios (PRRs) for signal
       generation from spontaneous adverse drug reaction reports. Pharmacoepidemiol. Drug Saf.
       10(6), 483-486. doi:10.1002/pds.677

    Examples
    --------
    The example of pvda's vignette prints .266, .5 and .94.

    >>> [round(float(x), 3) for x in proportional_reporting_interval(10, 1_000, 200, 10_000)]
    [0.266, 0.5, 0.94]
    """
    a, n, c, m = _counts(observed, model, elsewhere, others)
    if (a > n).any() or (c > m).any():
        raise DataError("a domain has more contributors than all domains together")
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log(a / n) - np.log(c / m)
        error = np.sqrt(1 / a - 1 / n + 1 / c - 1 / m)
    return _wald(log_ratio, error, confidence)


def reporting_odds_ratio(
    observed: Floats | float,
    model_elsewhere: Floats | float,
    others_here: Floats | float,
    others_elsewhere: Floats | float,
    *,
    confidence: float = 0.95,
) -> tuple[Floats, Floats, Floats]:
    """Reporting odds ratio `a d / (b c)` of a two-by-two table with its interval (Woolf's).

    Parameters
    ----------
    observed : array_like of float
        a, contributors of the model in the domain. Range: >= 0. All are broadcast.
    model_elsewhere : array_like of float
        b, of the model in other domains.
    others_here, others_elsewhere : array_like of float
        c and d, the same of all other models.
    confidence : float
        In (0, 1).

    Returns
    -------
    low, ratio, high : ndarray of float64
        NaN, all three, where one of the four counts is 0.

    Raises
    ------
    DataError
        If a count is negative or `confidence` is out of range.

    References
    ----------
    .. [1] Rothman, Lanes, Sacks (2004), The reporting odds ratio and its advantages over the
       proportional reporting ratio. Pharmacoepidemiol. Drug Saf. 13(8), 519-523.
       doi:10.1002/pds.1001
    .. [2] Woolf (1955), On estimating the relation between blood group and disease. Ann. Hum.
       Genet. 19(4), 251-253. doi:10.1111/j.1469-1809.1955.tb01348.x

    Examples
    --------
    The example of pvda's vignette prints 11.6, 25 and 54.1.

    >>> [round(float(x), 1) for x in reporting_odds_ratio(10, 20, 200, 10_000)]
    [11.6, 25.0, 54.1]
    """
    a, b, c, d = _counts(observed, model_elsewhere, others_here, others_elsewhere)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log(a) - np.log(b) - np.log(c) + np.log(d)
        error = np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return _wald(log_ratio, error, confidence)


def _counts(*values: Floats | float) -> tuple[Floats, ...]:
    counts = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    if not all((count >= 0).all() for count in counts):
        raise DataError("counts must not be negative")
    return tuple(counts)


def _wald(log_ratio: Floats, error: Floats, confidence: float) -> tuple[Floats, Floats, Floats]:
    if not 0 < confidence < 1:
        raise DataError("confidence must lie between 0 and 1")
    known = np.where(np.isfinite(log_ratio) & np.isfinite(error), log_ratio, np.nan)
    reach = ndtri((1 + confidence) / 2) * np.where(np.isnan(known), np.nan, error)
    return np.exp(known - reach), np.exp(known), np.exp(known + reach)


def quasi_independent(table: Floats, is_masked: Flags) -> Floats:
    """Counts that row and column effects alone would give, fitted on the unmasked cells.

    Iterative proportional fitting of `a_i b_j`. Without masked cells it is n_i n_j / N.

    Parameters
    ----------
    table : ndarray of shape (n_models, n_domains), dtype=float64
    is_masked : ndarray of shape (n_models, n_domains), dtype=bool

    Returns
    -------
    ndarray of shape (n_models, n_domains), dtype=float64
        Masked cells are extrapolated; 0 where their row or column has nothing else.

    References
    ----------
    .. [1] Bishop, Fienberg, Holland (1975), Discrete Multivariate Analysis, chapter 5.
    """
    open_cells = (~is_masked).astype(np.float64)
    kept = table * open_cells
    row, column = np.ones(table.shape[0]), np.ones(table.shape[1])
    for _ in range(_FIT_ROUNDS):
        before = row
        row = _ratio(kept.sum(axis=1), open_cells @ column)
        column = _ratio(kept.sum(axis=0), row @ open_cells)
        if np.abs(row - before).max(initial=0.0) < _FIT_TOLERANCE:
            break
    fitted: Floats = np.outer(row, column)
    return fitted


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    return np.divide(numerator, denominator, out=np.zeros_like(numerator), where=denominator > 0)


@dataclass(frozen=True)
class Margins:
    """Row sum, column sum and total of each cell, per stratum: the published expected count.

    The screen judges against counts *without* the cell instead (see `analysis.comparators`).

    All of shape (n_strata, n_models, n_domains): a cell's own count is always in its margins, the
    excess of *other* confirmed cells never is.
    """

    model: Floats
    domain: Floats
    total: Floats

    @property
    def expected(self) -> Floats:
        """`sum over strata of n_model n_domain / N`, shape (n_models, n_domains)."""
        product = self.model * self.domain
        share = np.divide(product, self.total, out=np.zeros_like(product), where=self.total > 0)
        total: Floats = share.sum(axis=0)
        return total


def margins(table: Floats, is_confirmed: Flags) -> Margins:
    """Margins of a table of shape (n_strata, n_models, n_domains), freed of confirmed cells.

    A confirmed cell inflates the margins of its whole row and column and so hides its neighbours
    ("masking"). For everybody else it is replaced by what its row and column would give.
    """
    cleaned = table.copy()
    if is_confirmed.any():
        for block, counts in zip(cleaned, table, strict=True):
            block[is_confirmed] = quasi_independent(counts, is_confirmed)[is_confirmed]
    own = table - cleaned
    return Margins(
        cleaned.sum(axis=2, keepdims=True) + own,
        cleaned.sum(axis=1, keepdims=True) + own,
        cleaned.sum(axis=(1, 2), keepdims=True) + own,
    )


def exact_tail(observed: int, model: Floats, domain: Floats, total: Floats) -> float:
    """P(count >= observed) for one cell when its row and column are independent.

    Exact given the margins: the sum over strata of hypergeometric counts (for one stratum Fisher's
    exact test, one-sided). A Poisson tail with the mean E would be far too timid here, because
    with few models a cell is a large part of its own margins.

    Parameters
    ----------
    observed : int
        Over all strata.
    model, domain, total : ndarray of shape (n_strata,), dtype=float64
        Margins, rounded to whole contributors.

    References
    ----------
    .. [1] Fisher (1935); for the sum over strata Birch (1964).

    Examples
    --------
    Fisher's tea: 4 of 4 right among 8 cups has probability 1/70.

    >>> four, cups = np.array([4.0]), np.array([8.0])
    >>> round(1 / exact_tail(4, four, four, cups))
    70
    """
    mass = np.ones(1)
    lowest = 0
    for row, column, size in zip(model, domain, total, strict=True):
        a, b, n = round(row), round(column), round(size)
        n = max(n, a, b)
        low, high = max(0, a + b - n), min(a, b)
        x = np.arange(low, high + 1)
        log_mass = _log_choose(a, x) + _log_choose(n - a, b - x) - _log_choose(n, b)
        mass = np.convolve(mass, np.exp(log_mass))
        lowest += low
    return float(min(1.0, mass[max(0, observed - lowest) :].sum()))


def _log_choose(n: int, k: Ints | int) -> Floats:
    found: Floats = (
        gammaln(n + 1.0) - gammaln(np.asarray(k) + 1.0) - gammaln(n - np.asarray(k) + 1.0)
    )
    return found
