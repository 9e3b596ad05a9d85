"""What one person, or one group writing from one template, can do to a count: bounded here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from analysis.comparators import others
from analysis.config import AnalysisConfig
from analysis.records import Ints, ReportArrays, Strings
from analysis.text import TextGroups


def duplicate_of(reports: ReportArrays, groups: TextGroups) -> Ints:
    """Index of the report that stands for each one; its own index where it stands for itself.

    Near-duplicates about the same model and of the same kind are one unit of evidence, and the one
    that was received first stands for them (then by day, then by id), of those whose sender counts:
    texts are public, and a copy that states an earlier day must not take a report's place. The same
    prompt reported for another model is no duplicate: it is the fairest evidence there is.
    """
    uncounted = reports.contributor == ""
    order = np.lexsort((reports.report_id.astype(str), reports.day, reports.received, uncounted))
    first: dict[tuple[int, str, str, bool], int] = {}
    standing = np.empty(len(reports), dtype=np.int64)
    for i in order:
        key = (
            int(groups.same[i]),
            str(reports.model[i]),
            str(reports.provenance[i]),
            bool(reports.is_silent[i]),
        )
        standing[i] = first.setdefault(key, int(i))
    return standing


@dataclass(frozen=True)
class Rows:
    """Reports that can count in one table, coded as integers, sorted by day and id.

    Attributes
    ----------
    index : ndarray of shape (n_rows,), dtype=int64
        Position in the batch's reports.
    day, model, domain, contributor, cohort : ndarray of shape (n_rows,), dtype=int64
        Days since the first Monday of the run; codes of the other four.
    """

    index: Ints
    day: Ints
    model: Ints
    domain: Ints
    contributor: Ints
    cohort: Ints

    @property
    def week(self) -> Ints:
        """Weeks since the first one of the run."""
        weeks: Ints = self.day // 7
        return weeks

    def between(self, first_day: int, last_day: int) -> Rows:
        """The rows of these days, both included."""
        return self.where((self.day >= first_day) & (self.day <= last_day))

    def where(self, chosen: NDArray[np.bool_] | slice) -> Rows:
        """The rows where `chosen` is true, or those of a slice."""
        return Rows(
            self.index[chosen],
            self.day[chosen],
            self.model[chosen],
            self.domain[chosen],
            self.contributor[chosen],
            self.cohort[chosen],
        )


@dataclass(frozen=True)
class Units:
    """Distinct contributors per cell: what is counted. One entry per contributor and cell.

    Attributes
    ----------
    day : ndarray of shape (n_units,), dtype=int64
        Day of the contributor's first report in the cell.
    model, domain, contributor : ndarray of shape (n_units,), dtype=int64
    cohort : ndarray of shape (n_units,), dtype=int64
        The largest cohort that the contributor's reports in the cell belong to.
    is_counted : ndarray of shape (n_units,), dtype=bool
        False for members of a cohort beyond its cap.
    """

    day: Ints
    model: Ints
    domain: Ints
    contributor: Ints
    cohort: Ints
    is_counted: NDArray[np.bool_]


def cohort_cap(n_contributors: int, config: AnalysisConfig) -> int:
    """How many contributors one cohort may count for in a cell of `n_contributors`.

    >>> cohort_cap(6, AnalysisConfig()), cohort_cap(45, AnalysisConfig())
    (2, 4)
    """
    return max(config.cohort_contributors_max, int(config.cohort_share_max * n_contributors))


def count_units(rows: Rows, config: AnalysisConfig, beside: Ints | None = None) -> Units:
    """Distinct contributors per cell among `rows`, cohorts capped.

    A contributor counts once per cell however often they write. Contributors whose texts share a
    template form a cohort, which counts for at most `cohort_cap`, its earliest members first.

    Parameters
    ----------
    rows : Rows
    config : AnalysisConfig
    beside : ndarray of shape (n_models, n_domains), dtype=int64, optional
        Contributors of each cell who share no text with anybody and are not among `rows`: the cell
        that a cohort may be a share of is that much larger.
    """
    n_domains = int(rows.domain.max(initial=0)) + 1
    cell = rows.model * n_domains + rows.domain
    cohort = _largest_cohort(rows, cell)
    key = cell * (int(rows.contributor.max(initial=0)) + 1) + rows.contributor
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    # Of a contributor's reports in the cell the one in the largest cohort decides.
    rank = np.lexsort((cohort[0], -cohort[1], inverse))
    starts = np.searchsorted(inverse[rank], np.arange(len(first)))
    units = Units(
        day=rows.day[first],
        model=rows.model[first],
        domain=rows.domain[first],
        contributor=rows.contributor[first],
        cohort=cohort[0][rank][starts],
        is_counted=np.ones(len(first), dtype=np.bool_),
    )
    return _capped(units, cell[first], first, config, beside)


def _largest_cohort(rows: Rows, cell: Ints) -> tuple[Ints, Ints]:
    """Each row's cohort and how many contributors that cohort has in the row's cell."""
    width = int(rows.cohort.max(initial=0)) + 1
    people = int(rows.contributor.max(initial=0)) + 1
    pair, place = np.unique(cell * width + rows.cohort, return_inverse=True)
    members = np.unique(place * people + rows.contributor) // people
    size = np.bincount(members, minlength=len(pair))
    return rows.cohort, size[place].astype(np.int64)


def _capped(
    units: Units, cell: Ints, arrival: Ints, config: AnalysisConfig, beside: Ints | None
) -> Units:
    _, cell_place, cell_size = np.unique(cell, return_inverse=True, return_counts=True)
    width = int(units.cohort.max(initial=0)) + 1
    _, place, size = np.unique(cell * width + units.cohort, return_inverse=True, return_counts=True)
    counted = units.is_counted.copy()
    for number in np.flatnonzero(size > config.cohort_contributors_max):
        members = np.flatnonzero(place == number)
        one = members[0]
        more = 0 if beside is None else beside[units.model[one], units.domain[one]]
        cap = cohort_cap(int(cell_size[cell_place[one]] + more), config)
        counted[members[np.argsort(arrival[members])][cap:]] = False
    return Units(units.day, units.model, units.domain, units.contributor, units.cohort, counted)


def breakdown_number(observed: int, stands: Callable[[int], bool]) -> int:
    """Fewest contributors whose removal clears a signal; 0 where there is none.

    Parameters
    ----------
    observed : int
        Contributors counted.
    stands : callable
        Whether the signal stands with so many contributors.

    Examples
    --------
    >>> breakdown_number(9, lambda count: count >= 7)
    3
    """
    removed = 0
    while removed <= observed and stands(observed - removed):
        removed += 1
    return removed


def trust_weight(
    age_days: NDArray[np.int64], ratings_answered: NDArray[np.int64], config: AnalysisConfig
) -> NDArray[np.float64]:
    """Weight of a contributor as evidence: 0 for an install that is new or has answered little, else 1.

    A new install costs nothing to make. Credentials prove both facts without telling whose they are; the
    server applies the weight when a report comes in, and only those of weight 1 reach an analysis.

    Parameters
    ----------
    age_days, ratings_answered : ndarray of shape (n,), dtype=int64
        Days since the install was first seen; ratings that it was asked for and gave.

    Examples
    --------
    >>> trust_weight(np.array([13, 14, 90]), np.array([9, 5, 4]), AnalysisConfig()).tolist()
    [0.0, 1.0, 0.0]
    """
    is_aged = age_days >= config.trust_age_days
    return np.where(is_aged & (ratings_answered >= config.trust_ratings), 1.0, 0.0)


def explained_by(
    values: NDArray[np.str_],
    rows: Rows,
    *,
    cell: tuple[int, int],
    n_domains: int,
    vendor: Ints,
    stands: Callable[..., Any],
    config: AnalysisConfig,
) -> bool:
    """Whether a cell stands out no more once reports are compared within equal values only.

    If the extension, the redaction or a classifier changed, people of the new version may report
    other things than people of the old one. Then the excess vanishes when the expected number is
    the sum of those within each version.

    Parameters
    ----------
    values : ndarray of shape (n_rows,), dtype=str
        Of each row. Values of fewer than `instrument_units_min` people are taken together.
    rows : Rows
        Evidence of one window.
    cell : tuple of int
        (model, domain).
    n_domains : int
    vendor : ndarray of shape (n_models,), dtype=int64
        A code for each model's vendor.
    stands : callable
        (observed, expected, config) -> whether that stands out.
    """
    shape = len(vendor), n_domains
    place = rows.model * n_domains + rows.domain
    key = place * (int(rows.contributor.max(initial=0)) + 1) + rows.contributor
    first = np.unique(key, return_index=True)[1]
    _, stratum, sizes = np.unique(values[first], return_inverse=True, return_counts=True)
    stratum = np.where(sizes[stratum] >= config.instrument_units_min, stratum + 1, 0)
    if len(np.unique(stratum)) < 2:
        return False
    table = np.zeros((int(stratum.max()) + 1, *shape))
    np.add.at(table, (stratum, rows.model[first], rows.domain[first]), 1.0)
    nobody = np.zeros(shape, dtype=np.bool_)
    plain = others(table.sum(axis=0, keepdims=True), nobody, vendor).expected[cell]
    within = others(table, nobody, vendor)
    at = (slice(None), *cell)
    # A version with which nobody reports anything but this domain says nothing about its share.
    is_comparable = (within.model[at] > 0) & (within.rest[at] > 0)
    expected = float((within.model * within.odds)[at][is_comparable].sum())
    comparable = float(table[at][is_comparable].sum())
    whole = float(table[at].sum())
    return bool(stands(whole, float(plain), config)) and not bool(
        stands(comparable, expected, config)
    )


def is_burst(days: NDArray[np.datetime64], *, n_days: int, config: AnalysisConfig) -> bool:
    """Whether more reports fell on one day than an even stream would ever bring.

    A call to report looks like that, and so does a bad day: a caution, never a reason to drop them.

    Parameters
    ----------
    days : ndarray of shape (n_reports,), dtype=datetime64[D]
    n_days : int
        Days in which they could fall.

    Examples
    --------
    >>> day = np.datetime64("2026-11-02") + np.array([0] * 9 + [3, 17, 20])
    >>> is_burst(day, n_days=28, config=AnalysisConfig())
    True
    """
    if len(days) < config.contributors_min or n_days < 2:
        return False
    _, counts = np.unique(days, return_counts=True)
    tail = float(binom.sf(int(counts.max()) - 1, len(days), 1 / n_days))
    return n_days * tail < config.burst_alpha


def code(values: Strings) -> tuple[tuple[str, ...], Ints]:
    """Sorted distinct values, and the number of each entry's value among them."""
    names, codes = np.unique(values.astype(str), return_inverse=True)
    return tuple(names.tolist()), codes.astype(np.int64)
