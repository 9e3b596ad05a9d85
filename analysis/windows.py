"""Distinct contributors per cell in rolling windows of weeks, of every length, in one pass each."""

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
    """The counts of one stream of reports in one window of weeks.

    Attributes
    ----------
    first_week, last_week : int
        Weeks since the first one of the run, both included.
    table : ndarray of shape (n_strata, n_models, n_domains), dtype=float64
        Contributors, cohorts capped, in the block of weeks of their first report.
    uncapped, n_reports : ndarray of shape (n_models, n_domains), dtype=int64
        Contributors at face value, reports: near-duplicates and whole cohorts included.
    without_cohort : ndarray of shape (n_models, n_domains), dtype=int64
        Contributors left when the heaviest cohort is left out.
    """

    first_week: int
    last_week: int
    table: Floats
    uncapped: Ints
    n_reports: Ints
    without_cohort: Ints

    @cached_property
    def observed(self) -> Floats:
        """Contributors per cell, shape (n_models, n_domains)."""
        total: Floats = self.table.sum(axis=0)
        return total

    @property
    def n_weeks(self) -> int:
        """Its length."""
        return self.last_week - self.first_week + 1


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
    shape : tuple of int
        (n_models, n_domains).
    config : AnalysisConfig
    """

    def __init__(
        self, rows: Rows, all_rows: Rows, shape: tuple[int, int], config: AnalysisConfig
    ) -> None:
        rows = within_reach(rows, rows.model * shape[1] + rows.domain, config)
        self._rows, self._all_rows = rows, all_rows
        self._shape, self._size, self._config = shape, shape[0] * shape[1], config
        self._cell, self._all_cell = self._cells(rows), self._cells(all_rows)
        self._last = previous_week(rows, self._cell)
        self._all_last = previous_week(all_rows, self._all_cell)
        crowded = shares_cohort(rows, self._cell, self._size)
        self._is_crowded = crowded
        self._crowd = rows.where(crowded[self._cell])

    def _cells(self, rows: Rows) -> Ints:
        return rows.model * self._shape[1] + rows.domain

    def window(self, first_week: int, last_week: int) -> Window:
        """Counts of the weeks from the first to the last, both included."""
        cell, week = self._units(first_week, last_week)
        crowd = self._crowd_units(first_week, last_week)
        kept = ~self._is_crowded[cell]
        counted = crowd.is_counted
        crowd_cell = crowd.model * self._shape[1] + crowd.domain
        cells = np.concatenate([cell[kept], crowd_cell[counted]])
        weeks = np.concatenate([week[kept], crowd.week[counted]])
        block = self._blocks(weeks, first_week, last_week)
        n_blocks = int(block.max(initial=0)) + 1
        table = np.bincount(block * self._size + cells, minlength=n_blocks * self._size)
        left = np.bincount(cells, minlength=self._size)
        left = np.maximum(left - 1, 0)
        self._without_cohort(left, crowd_cell, crowd)
        low, high = np.searchsorted(self._all_rows.week, [first_week, last_week + 1])
        shown, first = self._all_cell[low:high], self._all_last[low:high] < first_week
        return Window(
            first_week,
            last_week,
            table.reshape(n_blocks, *self._shape).astype(np.float64),
            self._square(np.bincount(shown[first], minlength=self._size)),
            self._square(np.bincount(shown, minlength=self._size)),
            self._square(left),
        )

    def windows(self, n_weeks: int) -> Iterator[Window]:
        """Every window of every length that ends within so many weeks, by its end, shortest first.

        Where there are fewer weeks than a length asks for, all of them are one window.
        """
        for end in range(n_weeks):
            starts = {max(0, end - length + 1) for length in self._config.window_lengths}
            for start in sorted(starts, reverse=True):
                whole = end - start + 1 in self._config.window_lengths
                if whole or end == n_weeks - 1:
                    yield self.window(start, end)

    def weekly(self, n_weeks: int) -> Floats:
        """Contributors of each week by itself, shape (n_weeks, n_models, n_domains)."""
        first = self._last < self._rows.week
        key = self._rows.week * self._size + self._cell
        kept = first & ~self._is_crowded[self._cell]
        counts = np.bincount(key[kept], minlength=n_weeks * self._size)
        weekly = counts.astype(np.float64).reshape(n_weeks, self._size)
        for week in range(n_weeks) if len(self._crowd.week) else ():
            units = self._crowd_units(week, week)
            cells = (units.model * self._shape[1] + units.domain)[units.is_counted]
            weekly[week] += np.bincount(cells, minlength=self._size)
        return weekly.reshape(n_weeks, *self._shape)

    def _units(self, first_week: int, last_week: int) -> tuple[Ints, Ints]:
        low, high = np.searchsorted(self._rows.week, [first_week, last_week + 1])
        first = self._last[low:high] < first_week
        return self._cell[low:high][first], self._rows.week[low:high][first]

    def _crowd_units(self, first_week: int, last_week: int) -> Units:
        return count_units(self._crowd.between(first_week, last_week), self._config)

    def _blocks(self, weeks: Ints, first_week: int, last_week: int) -> Ints:
        """Which half of the window each unit is in; one stratum where a half has too few."""
        block = (weeks >= (first_week + last_week + 1) / 2).astype(np.int64)
        if np.bincount(block, minlength=2).min() < self._config.stratum_units_min:
            block[:] = 0
        return block

    def _without_cohort(self, left: Ints, cell: Ints, crowd: Units) -> None:
        """Fill in what is left of cells that share templates without their heaviest cohort."""
        counted = crowd.is_counted
        width = int(crowd.cohort.max(initial=0)) + 1
        pairs, sizes = np.unique(cell[counted] * width + crowd.cohort[counted], return_counts=True)
        heaviest = np.zeros_like(left)
        np.maximum.at(heaviest, pairs // width, sizes)
        total = np.bincount(cell[counted], minlength=len(left))
        crowded = heaviest > 0
        left[crowded] = (total - heaviest)[crowded]

    def _square(self, values: Ints) -> Ints:
        return values.reshape(self._shape).astype(np.int64)


def previous_week(rows: Rows, cell: Ints) -> Ints:
    """Week of the same person's report before, in the same cell; -1 for the first.

    Parameters
    ----------
    rows : Rows
    cell : ndarray of shape (n_rows,), dtype=int64
    """
    key = cell * (int(rows.contributor.max(initial=0)) + 1) + rows.contributor
    order = np.argsort(key, kind="stable")  # within a key by day, as the rows are
    again = np.zeros(len(key), dtype=np.bool_)
    again[1:] = key[order][1:] == key[order][:-1]
    weeks = rows.week[order]
    before = np.where(again, np.concatenate([[-1], weeks[:-1]])[: len(weeks)], -1)
    found = np.empty_like(rows.week)
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


def shares_cohort(rows: Rows, cell: Ints, n_cells: int) -> Flags:
    """Cells in which two people ever wrote from one template; shape (n_cells,)."""
    width = int(rows.cohort.max(initial=0)) + 1
    people = int(rows.contributor.max(initial=0)) + 1
    place, numbered = np.unique(cell * width + rows.cohort, return_inverse=True)
    pairs = np.unique(numbered * people + rows.contributor)
    members = np.bincount(pairs // people, minlength=len(place))
    flags = np.zeros(n_cells, dtype=np.bool_)
    flags[place[members > 1] // width] = True
    return flags
