"""What a cell of line A is compared with: other vendors before, and other vendors at the same time.

A cell's own count is never in what it is compared with. With six vendors it is a sixth of its
domain at rest and two thirds of it at a rate ratio of 10, so that margins which contain it more
than double what seems to be expected just when something happens. Nor are the other models of its
vendor, which one decision may make worse together.

Two comparators must both be exceeded:

* *Before*: how the domain compares with all others among other vendors in the last eight weeks. It
  is known to some 7 %, so that a window of days can be judged; but when a story makes everybody
  report the domain, it is out of date.
* *Now*: the same in the window itself. It moves with the story, but a window of days knows it to
  some 20 % only; so it is asked for much less (`screen_level_now`).

The vendor's other domains in the window set the scale of both, so that a story about the vendor
cancels.

References
----------
.. [1] Fisher (1935), The logic of inductive inference. J. R. Stat. Soc. 98(1), 39-82: the test of
   one row of a table against another, given both sums.
.. [2] Norén et al. (2010), Temporal pattern discovery in longitudinal electronic patient records.
   Data Min. Knowl. Discov. 20, 361-387: a ratio before beside a ratio now, both to be exceeded.
   doi:10.1007/s10618-009-0152-3
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analysis.disproportionality import Flags, exact_tail, quasi_independent
from analysis.records import Floats, Ints


@dataclass(frozen=True)
class Others:
    """Counts around every cell without itself; all of shape (n_strata, n_models, n_domains).

    Attributes
    ----------
    model : ndarray
        Contributors of the cell's model in other domains.
    domain : ndarray
        Of other vendors' models in the cell's domain.
    rest : ndarray
        Of other vendors' models in other domains.
    """

    model: Floats
    domain: Floats
    rest: Floats

    @property
    def odds(self) -> Floats:
        """The domain against all other domains among other vendors' models.

        Half a contributor is added to the domain and one to the rest, so that a domain that nobody
        else has reported yet is rare and not impossible.
        """
        ratio: Floats = (self.domain + 0.5) / (self.rest + 1.0)
        return ratio

    @property
    def expected(self) -> Floats:
        """Contributors to be expected, over all strata; shape (n_models, n_domains)."""
        total: Floats = (self.model * self.odds).sum(axis=0)
        return total


def others(table: Floats, is_confirmed: Flags, vendor: Ints) -> Others:
    """Counts around every cell of a table, freed of confirmed cells.

    A confirmed cell inflates its whole row and column and so hides its neighbours ("masking"): it
    is replaced by what row and column would give without it.

    Parameters
    ----------
    table : ndarray of shape (n_strata, n_models, n_domains), dtype=float64
        Contributors. Range: >= 0.
    is_confirmed : ndarray of shape (n_models, n_domains), dtype=bool
    vendor : ndarray of shape (n_models,), dtype=int64
        A code for each model's vendor.

    Examples
    --------
    The first two models are of one vendor.

    >>> table = np.array([[[5.0, 1.0], [9.0, 9.0], [2.0, 8.0]]])
    >>> around = others(table, np.zeros((3, 2), dtype=np.bool_), np.array([0, 0, 1]))
    >>> [float(part[0, 0, 0]) for part in (around.model, around.domain, around.rest)]
    [1.0, 2.0, 8.0]
    """
    cleaned = table
    if is_confirmed.any():
        cleaned = table.copy()
        for block, counts in zip(cleaned, table, strict=True):
            block[is_confirmed] = quasi_independent(counts, is_confirmed)[is_confirmed]
    model = cleaned.sum(axis=2, keepdims=True) - cleaned
    domain = (vendor[:, None] != vendor).astype(np.float64) @ cleaned
    rest = domain.sum(axis=2, keepdims=True) - domain
    return Others(model, domain, rest)


@dataclass(frozen=True)
class Comparators:
    """One window's two comparators.

    Attributes
    ----------
    now : Others
        Of the window, in its strata.
    before : Others
        Of the weeks up to the window's end; one stratum. Its counts are contributors of a week.
    """

    now: Others
    before: Others

    @property
    def expected(self) -> Floats:
        """The larger of what the two lead to expect, shape (n_models, n_domains)."""
        scale = self.now.model.sum(axis=0)
        larger: Floats = np.maximum(self.now.expected, scale * self.before.odds[0])
        return larger

    def tail_before(self, observed: int, cell: tuple[int, int]) -> float:
        """P(count >= observed) in the cell if it compared with the weeks before."""
        i, j = cell
        model = self.now.model[:, i, j].sum(keepdims=True)
        return _tail(observed, model, self.before.domain[:, i, j], self.before.rest[:, i, j])

    def tail_now(self, counts: Floats, cell: tuple[int, int]) -> float:
        """P(count >= all of `counts`) in the cell if it compared with others at the same time.

        Parameters
        ----------
        counts : ndarray of shape (n_strata,), dtype=float64
            The cell's contributors.
        cell : tuple of int
            (model, domain).
        """
        i, j = cell
        around = (part[:, i, j] for part in (self.now.model, self.now.domain, self.now.rest))
        return _strata_tail(counts, *around)


def comparators(table: Floats, baseline: Floats, is_confirmed: Flags, vendor: Ints) -> Comparators:
    """Both comparators of a window, freed of confirmed cells.

    Parameters
    ----------
    table : ndarray of shape (n_strata, n_models, n_domains), dtype=float64
        Contributors in the window.
    baseline : ndarray of shape (n_models, n_domains), dtype=float64
        Contributors of each week up to the window's end, added up.
    is_confirmed : ndarray of shape (n_models, n_domains), dtype=bool
    vendor : ndarray of shape (n_models,), dtype=int64
        A code for each model's vendor.
    """
    now = others(table, is_confirmed, vendor)
    return Comparators(now, others(baseline[None], is_confirmed, vendor))


def weekly_expected(
    weekly: Floats,
    masked: Flags,
    cell: tuple[int, int],
    *,
    vendor: Ints,
    reach: int,
    smoothing: int,
) -> Floats:
    """Contributors to be expected in a cell week by week, from everybody else.

    The model's contributors in other domains, as a mean over `smoothing` weeks on either side,
    times how the domain compares with those other domains among other vendors within `reach` weeks
    on either side. One week alone is too sparse: a week in which nobody happened to report the
    model elsewhere would make any count in it look like a change.

    Parameters
    ----------
    weekly : ndarray of shape (n_weeks, n_models, n_domains), dtype=float64
        Distinct contributors per week and cell.
    masked : ndarray of shape (n_models, n_domains), dtype=bool
        Cells that stand out: left out of the comparison.
    cell : tuple of int
        (model, domain); always left out.
    vendor : ndarray of shape (n_models,), dtype=int64
        A code for each model's vendor.
    reach, smoothing : int
        In weeks.

    Returns
    -------
    ndarray of shape (n_weeks,), dtype=float64
        Positive.
    """
    model, domain = cell
    elsewhere = ~masked[model]
    elsewhere[domain] = False
    others = ~masked[:, domain]
    others[vendor == vendor[model]] = False
    usable = weekly * ~masked
    active = usable[:, model, elsewhere].sum(axis=1)
    same_domain = _rolling(usable[:, others, domain].sum(axis=1), reach)
    comparison = _rolling(usable[:, others][:, :, elsewhere].sum(axis=(1, 2)), reach)
    weeks = _rolling(np.ones(len(active)), smoothing)
    mean = (_rolling(active, smoothing) + 0.5) / weeks
    expected: Floats = mean * (same_domain + 0.5) / (comparison + 1.0)
    return expected


def _tail(observed: int, model: Floats, domain: Floats, rest: Floats) -> float:
    return _strata_tail(np.array([float(observed)]), model, domain, rest)


def _strata_tail(counts: Floats, model: Floats, domain: Floats, rest: Floats) -> float:
    """Fisher's exact test over strata, of a cell's counts and those around it."""
    own = np.rint(counts)
    row, column = own + np.rint(model), own + np.rint(domain)
    return exact_tail(int(own.sum()), row, column, row + np.rint(domain) + np.rint(rest))


def _rolling(values: Floats, reach: int) -> Floats:
    return np.convolve(values, np.ones(2 * reach + 1), mode="full")[reach : reach + len(values)]
