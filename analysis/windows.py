"""Distinct contributors per cell in rolling windows of days, of every length, in one pass each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analysis.config import AnalysisConfig
from analysis.disproportionality import Flags
from analysis.integrity import Rows, Units, count_units
from analysis.records import Floats, Ints


@dataclass(frozen=True)
class Window:
    """The counts of one stream of reports in one window of days.

    Attributes
    ----------
    first_day, last_day : int
        Days since the first Monday of the run, both included.
    table : ndarray of shape (n_strata, n_models, n_domains), dtype=float64
        Contributors, cohorts capped, in the half of the window of their first report.
    baseline : ndarray of shape (n_models, n_domains), dtype=float64
        Contributors of each of the `baseline_weeks` weeks up to the last day, added up.
    uncapped, n_reports : ndarray of shape (n_models, n_domains), dtype=int64
        Contributors at face value, reports: near-duplicates and whole cohorts included.
    without_cohort : ndarray of shape (n_models, n_domains), dtype=int64
        Contributors left when the heaviest cohort is left out.
    vendor : ndarray of shape (n_models,), dtype=int64
        A code for each model's vendor.
    """

    first_day: int
    last_day: int
    table: Floats
    baseline: Floats
    uncapped: Ints
    n_reports: Ints
    without_cohort: Ints
    vendor: Ints

    @cached_property
    def observed(self) -> Floats:
        """Contributors per cell, shape (n_models, n_domains)."""
        total: Floats = self.table.sum(axis=0)
        return total

    @property
    def n_days(self) -> int:
        """Its length."""
        return self.last_day - self.first_day + 1

    @property
    def first_week(self) -> int:
        """Week of its first day, counted from the first week of the run."""
        return self.first_day // 7

    @property
    def last_week(self) -> int:
        """Week of its last day."""
        return self.last_day // 7


class Counter:
    """Counts one stream in any window, at a cost that grows with the window's reports alone.

    A contributor counts once per cell and window: with the first report there, which is the one
    whose predecessor by the same person in the same cell lies before the window. So no window has
    to be sorted. Only cells in which several people share a template need more care.

    Parameters
    ----------
    rows : Rows
        Reports that stand for themselves: evidence.
    all_rows : Rows
        All reports, for the numbers that are shown.
    n_domains : int
    vendor : ndarray of shape (n_models,), dtype=int64
        A code for each model's vendor.
    config : AnalysisConfig
    """

    def __init__(
        self, rows: Rows, all_rows: Rows, n_domains: int, vendor: Ints, config: AnalysisConfig
    ) -> None:
        rows = within_reach(rows, rows.model * n_domains + rows.domain, config)
        self._rows, self._all_rows = rows, all_rows
        self._vendor, self._config = vendor, config
        self._shape, self._size = (len(vendor), n_domains), len(vendor) * n_domains
        self._cell, self._all_cell = self._cells(rows), self._cells(all_rows)
        self._last = previous_day(rows, self._cell)
        self._all_last = previous_day(all_rows, self._all_cell)
        self._of_week: dict[int, Ints] = {}
        self._is_crowd = in_shared_cohort(rows, self._cell)
        self._crowd = rows.where(self._is_crowd)

    def _cells_of(self, units: Units) -> Ints:
        return units.model * self._shape[1] + units.domain

    def _cells(self, rows: Rows) -> Ints:
        return rows.model * self._shape[1] + rows.domain

    def window(self, first_day: int, last_day: int) -> Window:
        """Counts of the days from the first to the last, both included."""
        cells, days, crowd = self._counted(first_day, last_day)
        block = self._blocks(days, first_day, last_day)
        n_blocks = int(block.max(initial=0)) + 1
        table = np.bincount(block * self._size + cells, minlength=n_blocks * self._size)
        left = np.bincount(cells, minlength=self._size)
        left = np.maximum(left - 1, 0)
        self._without_cohort(left, crowd)
        low, high = np.searchsorted(self._all_rows.day, [first_day, last_day + 1])
        shown, first = self._all_cell[low:high], self._all_last[low:high] < first_day
        return Window(
            first_day,
            last_day,
            table.reshape(n_blocks, *self._shape).astype(np.float64),
            self._baseline(last_day),
            self._square(np.bincount(shown[first], minlength=self._size)),
            self._square(np.bincount(shown, minlength=self._size)),
            self._square(left),
            self._vendor,
        )

    def windows(self, n_days: int) -> Iterator[Window]:
        """Every window of every length that ends with a week or on the last day, shortest first.

        Where there are fewer days than a length asks for, all of them are one window.

        Parameters
        ----------
        n_days : int
            Days up to the last one, which is included.
        """
        ends = [*range(6, n_days - 1, 7), n_days - 1]
        for end in ends:
            for start in self.starts(end):
                if end == n_days - 1 or end - start + 1 in self._config.window_days:
                    yield self.window(start, end)

    def starts(self, end: int) -> list[int]:
        """First days of the windows that end on a day, the last first."""
        starts = {max(0, end - length + 1) for length in self._config.window_days}
        return sorted(starts, reverse=True)

    def weekly(self, n_weeks: int) -> Floats:
        """Contributors of each week by itself, shape (n_weeks, n_models, n_domains)."""
        week = self._rows.week
        kept = (self._last < 7 * week) & ~self._is_crowd
        key = week * self._size + self._cell
        counts = np.bincount(key[kept], minlength=n_weeks * self._size)
        weekly = counts.reshape(n_weeks, self._size)
        for number in range(n_weeks) if len(self._crowd.day) else ():
            units = self._crowd_units(7 * number, 7 * number + 6, weekly[number])
            cells = self._cells_of(units)[units.is_counted]
            weekly[number] += np.bincount(cells, minlength=self._size)
        return weekly.reshape(n_weeks, *self._shape).astype(np.float64)

    def _counted(self, first_day: int, last_day: int) -> tuple[Ints, Ints, Units]:
        """Cell and first day of everyone who counts; and the units that share templates."""
        low, high = np.searchsorted(self._rows.day, [first_day, last_day + 1])
        chosen = (self._last[low:high] < first_day) & ~self._is_crowd[low:high]
        cell, day = self._cell[low:high][chosen], self._rows.day[low:high][chosen]
        if not len(self._crowd.day):
            return cell, day, count_units(self._crowd, self._config)
        beside = np.bincount(cell, minlength=self._size)
        crowd = self._crowd_units(first_day, last_day, beside)
        counted = crowd.is_counted
        cells = np.concatenate([cell, self._cells_of(crowd)[counted]])
        return cells, np.concatenate([day, crowd.day[counted]]), crowd

    def _baseline(self, last_day: int) -> Floats:
        total = np.zeros(self._size)
        for end in range(last_day, max(-1, last_day - 7 * self._config.baseline_weeks), -7):
            if end not in self._of_week:
                cells, _, _ = self._counted(max(0, end - 6), end)
                self._of_week[end] = np.bincount(cells, minlength=self._size)
            total += self._of_week[end]
        return total.reshape(self._shape)

    def _crowd_units(self, first_day: int, last_day: int, beside: Ints) -> Units:
        low, high = np.searchsorted(self._crowd.day, [first_day, last_day + 1])
        part = self._crowd.where(slice(low, high))
        return count_units(part, self._config, self._square(beside))

    def _blocks(self, days: Ints, first_day: int, last_day: int) -> Ints:
        """Which half of the window each unit is in; one stratum where a half has too few."""
        block = (days >= (first_day + last_day + 1) / 2).astype(np.int64)
        if np.bincount(block, minlength=2).min() < self._config.stratum_units_min:
            block[:] = 0
        return block

    def _without_cohort(self, left: Ints, crowd: Units) -> None:
        """Take the rest of their heaviest cohort from cells that have one of several people."""
        counted = crowd.is_counted
        width = int(crowd.cohort.max(initial=0)) + 1
        cell = self._cells_of(crowd)[counted]
        pairs, sizes = np.unique(cell * width + crowd.cohort[counted], return_counts=True)
        heaviest = np.ones_like(left)
        np.maximum.at(heaviest, pairs // width, sizes)
        left -= heaviest - 1

    def _square(self, values: Ints) -> Ints:
        return values.reshape(self._shape).astype(np.int64)


def previous_day(rows: Rows, cell: Ints) -> Ints:
    """Day of the same person's report before, in the same cell; -1 for the first.

    Parameters
    ----------
    rows : Rows
    cell : ndarray of shape (n_rows,), dtype=int64
    """
    key = cell * (int(rows.contributor.max(initial=0)) + 1) + rows.contributor
    order = np.argsort(key, kind="stable")  # within a key by day, as the rows are
    again = np.zeros(len(key), dtype=np.bool_)
    again[1:] = key[order][1:] == key[order][:-1]
    days = rows.day[order]
    before = np.where(again, np.concatenate([[-1], days[:-1]])[: len(days)], -1)
    found = np.empty_like(rows.day)
    found[order] = before
    return found


def within_reach(rows: Rows, cell: Ints, config: AnalysisConfig) -> Rows:
    """Without what a person reports beyond their first `contributor_cells_max` cells.

    A code stands for one person within a site and eight weeks. Whoever floods all other cells of a
    row or column would raise what is expected in the one to be hidden.
    """
    key = cell + (int(cell.max(initial=0)) + 1) * rows.contributor
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    order = np.lexsort((first, rows.contributor[first]))
    person = rows.contributor[first][order]
    rank = np.empty(len(first), dtype=np.int64)
    rank[order] = np.arange(len(first)) - np.searchsorted(person, person)
    return rows.where((rank < config.contributor_cells_max)[inverse])


def in_shared_cohort(rows: Rows, cell: Ints) -> Flags:
    """Rows of people who, in that cell, ever wrote from a template that another one used as well.

    Parameters
    ----------
    rows : Rows
    cell : ndarray of shape (n_rows,), dtype=int64

    Returns
    -------
    ndarray of shape (n_rows,), dtype=bool
    """
    width = int(rows.cohort.max(initial=0)) + 1
    people = int(rows.contributor.max(initial=0)) + 1
    place, numbered = np.unique(cell * width + rows.cohort, return_inverse=True)
    pairs = np.unique(numbered * people + rows.contributor)
    members = np.bincount(pairs // people, minlength=len(place))
    _, person = np.unique(cell * people + rows.contributor, return_inverse=True)
    is_shared = np.zeros(int(person.max(initial=-1)) + 1, dtype=np.bool_)
    is_shared[person[members[numbered] > 1]] = True
    flags: Flags = is_shared[person]
    return flags
