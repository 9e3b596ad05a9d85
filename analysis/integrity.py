"""What one person, or one group writing from one template, can do to a count: bounded here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.config import AnalysisConfig
from analysis.records import Ints, ReportArrays, Strings
from analysis.text import TextGroups


def duplicate_of(reports: ReportArrays, groups: TextGroups) -> Ints:
    """Index of the report that stands for each one; its own index where it stands for itself.

    Near-duplicates about the same model and of the same kind are one unit of evidence, and the
    earliest stands for them (by day, then by id). The same prompt reported for another model is
    no duplicate: it is the fairest evidence there is.
    """
    order = np.lexsort((reports.report_id.astype(str), reports.day))
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
    week, model, domain, contributor, cohort : ndarray of shape (n_rows,), dtype=int64
        Weeks since the first one of the run; codes of the other four.
    """

    index: Ints
    week: Ints
    model: Ints
    domain: Ints
    contributor: Ints
    cohort: Ints

    def between(self, first_week: int, last_week: int) -> Rows:
        """The rows of these weeks, both included."""
        return self.where((self.week >= first_week) & (self.week <= last_week))

    def where(self, chosen: NDArray[np.bool_]) -> Rows:
        """The rows where `chosen` is true."""
        return Rows(
            self.index[chosen],
            self.week[chosen],
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
    week : ndarray of shape (n_units,), dtype=int64
        Week of the contributor's first report in the cell.
    model, domain, contributor : ndarray of shape (n_units,), dtype=int64
    cohort : ndarray of shape (n_units,), dtype=int64
        The largest cohort that the contributor's reports in the cell belong to.
    is_counted : ndarray of shape (n_units,), dtype=bool
        False for members of a cohort beyond its cap.
    """

    week: Ints
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


def count_units(rows: Rows, config: AnalysisConfig) -> Units:
    """Distinct contributors per cell among `rows`, cohorts capped.

    A contributor counts once per cell however often they write. Contributors whose texts share a
    template form a cohort, which counts for at most `cohort_cap`, its earliest members first.
    """
    n_domains = int(rows.domain.max()) + 1 if len(rows.domain) else 1
    cell = rows.model * n_domains + rows.domain
    cohort = _largest_cohort(rows, cell)
    key = np.stack([cell, rows.contributor])
    _, first, inverse = np.unique(key, axis=1, return_index=True, return_inverse=True)
    inverse = inverse.reshape(-1)
    # Of a contributor's reports in the cell the one in the largest cohort decides.
    rank = np.lexsort((cohort[0], -cohort[1], inverse))
    starts = np.searchsorted(inverse[rank], np.arange(len(first)))
    units = Units(
        week=rows.week[first],
        model=rows.model[first],
        domain=rows.domain[first],
        contributor=rows.contributor[first],
        cohort=cohort[0][rank][starts],
        is_counted=np.ones(len(first), dtype=np.bool_),
    )
    return _capped(units, cell[first], first, config)


def _largest_cohort(rows: Rows, cell: Ints) -> tuple[Ints, Ints]:
    """Each row's cohort and how many contributors that cohort has in the row's cell."""
    triple = np.unique(np.stack([cell, rows.cohort, rows.contributor]), axis=1)
    pairs, size = np.unique(triple[:2], axis=1, return_counts=True)
    width = int(rows.cohort.max()) + 1 if len(rows.cohort) else 1
    place = np.searchsorted(pairs[0] * width + pairs[1], cell * width + rows.cohort)
    return rows.cohort, size[place].astype(np.int64)


def _capped(units: Units, cell: Ints, arrival: Ints, config: AnalysisConfig) -> Units:
    _, cell_place, cell_size = np.unique(cell, return_inverse=True, return_counts=True)
    width = int(units.cohort.max()) + 1 if len(units.cohort) else 1
    _, place, size = np.unique(cell * width + units.cohort, return_inverse=True, return_counts=True)
    counted = units.is_counted.copy()
    for number in np.flatnonzero(size > config.cohort_contributors_max):
        members = np.flatnonzero(place == number)
        cap = cohort_cap(int(cell_size[cell_place[members[0]]]), config)
        counted[members[np.argsort(arrival[members])][cap:]] = False
    return Units(units.week, units.model, units.domain, units.contributor, units.cohort, counted)


def without_largest_cohort(units: Units, in_cell: NDArray[np.bool_]) -> int:
    """Contributors that a cell still counts when its heaviest cohort is left out.

    Every contributor is at least a cohort of their own, so this is below the count by one or more.
    """
    counted = units.cohort[in_cell & units.is_counted]
    if not len(counted):
        return 0
    _, sizes = np.unique(counted, return_counts=True)
    return int(len(counted) - sizes.max())


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


def code(values: Strings) -> tuple[tuple[str, ...], Ints]:
    """Sorted distinct values, and the number of each entry's value among them."""
    names, codes = np.unique(values.astype(str), return_inverse=True)
    return tuple(names.tolist()), codes.astype(np.int64)
