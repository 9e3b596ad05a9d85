"""Watching many cells day by day: since when a cell is worse than it was, and until when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.config import AnalysisConfig
from analysis.e_processes import conditional_evidence, log_mean
from analysis.interaction import TOLERATED_LOG_ODDS
from analysis.past import PastDetectors, cell_detectors, past_detectors
from analysis.records import Floats, Ints

Flags = NDArray[np.bool_]
_DAYS = 7
COMPARATORS = ((1, 0), (0, 1))
"""Places in a cell's table: the domain at other vendors, the model in other domains."""


@dataclass(frozen=True)
class Watch:
    """What the detector said on every day.

    Attributes
    ----------
    log_m : ndarray of shape (n_days, n_cells), dtype=float64
        The smaller of both comparators' detectors, a natural logarithm; -inf without a past.
    is_raised : ndarray of shape (n_days, n_cells), dtype=bool
        From the day of an alarm to the day before it was found to be over.
    since : ndarray of shape (n_cells,), dtype=int64
        Monday since which the cell is most worse than before, at the last alarm; -1 without one.
    resolved : ndarray of shape (n_cells,), dtype=int64
        Day on which the last alarm was found to be over; -1 where it was not.
    past : ndarray of shape (n_starts, n_cells, 2), dtype=float64
        Upper bounds of the log odds ratios to both comparators before each week; NaN without a past.
    """

    log_m: Floats
    is_raised: Flags
    since: Ints
    resolved: Ints
    past: Floats


def watch(bad: Ints, total: Ints, config: AnalysisConfig) -> Watch:
    """Alarms of all cells and their ends, in one pass over the days.

    An alarm is given when both detectors of `past_detectors` have reached `config.rate_alarm` within
    `config.window_weeks`: the cell is worse, in relation to *both* comparators, than it was in
    its own past. So neither a harder domain, nor a worse vendor, nor a weakness that it has always
    had explains it. Where one of the first two does, that comparator's detector alone would have to
    reach the alarm, which is as rare as its level says, whatever the other does. Whether the
    cell is worse than others is not asked: a good model may become like all others.

    After an alarm a detector in the opposite direction starts; when that reaches
    `config.rate_resolved`, the episode is over and the cell starts anew. From then on its past holds
    the episode, which is careful: it must become worse than that to be raised again.

    Parameters
    ----------
    bad, total : ndarray of shape (n_days, n_classes, n_cells, 2, 2), dtype=int64
        Ratings of a day that were drawn with the same probability: only within such a class are
        counts comparable, so each is a block. Rows of the table: the model, other vendors; columns:
        the domain, other domains.
    """
    n_days, n_cells = len(bad), bad.shape[2]
    past = past_detectors(bad, total, config)
    state = _State(bad, total, past, config)
    is_raised = np.zeros((n_days, n_cells), np.bool_)
    for day in range(n_days):
        state.reverse(day)
        state.begin(day, state.alarms(day))
        is_raised[day] = state.is_raised
    return Watch(past.log_m.min(axis=2), is_raised, state.since, state.resolved, past.bound)


class _State:
    """Episodes under way, and the detectors of their ends."""

    def __init__(self, bad: Ints, total: Ints, past: PastDetectors, config: AnalysisConfig) -> None:
        n_cells = bad.shape[2]
        self.bad, self.total, self.past, self.config = bad, total, past, config
        self.is_raised = np.zeros(n_cells, dtype=np.bool_)
        self.since = np.full(n_cells, -1)
        self.resolved = np.full(n_cells, -1)
        self.reached = np.full((n_cells, 2), -1_000_000)
        self.base, self.null = np.zeros((n_cells, 2)), np.zeros((n_cells, 2))
        self.backward = np.full((n_cells, 2), -np.inf)

    def alarms(self, day: int) -> Ints:
        """Cells whose two detectors have now reached the alarm."""
        self.reached[self.past.log_m[day] >= np.log(self.config.rate_alarm)] = day
        is_recent = self.reached > day - _DAYS * self.config.window_weeks
        return np.flatnonzero(~self.is_raised & is_recent.all(axis=1))

    def begin(self, day: int, cells: Ints) -> None:
        """Alarms of the day: since when, and how much of the rise must go before it is over."""
        for cell in cells.tolist():  # alarms are rare
            self.since[cell] = since = int(self.past.start[day, cell])
            first = max(0, since - _DAYS * self.config.rate_past_weeks)
            self.base[cell] = before = self._excess(cell, first, since)
            left = self.config.rate_resolved_share * (self._excess(cell, since, day + 1) - before)
            self.null[cell] = before + np.maximum(left, TOLERATED_LOG_ODDS)
        self.is_raised[cells] = True
        self.resolved[cells] = -1
        self.backward[cells] = -np.inf

    def _excess(self, cell: int, first: int, end: int) -> Floats:
        """Log odds of bad answers above those of both comparators, over some days."""
        bad = self.bad[first:end, :, cell].sum(axis=(0, 1)) + 0.5
        good = self.total[first:end, :, cell].sum(axis=(0, 1)) - bad + 1.0
        logits = np.log(bad) - np.log(good)
        return np.array([logits[0, 0] - logits[place] for place in COMPARATORS])

    def reverse(self, day: int) -> None:
        """End the episodes that are found to be over on this day; their detectors start anew."""
        cells = np.flatnonzero(self.is_raised)
        if not len(cells):
            return
        bad, total = self.bad[day, :, cells], self.total[day, :, cells]  # (cells, classes, 2, 2)
        n_classes = bad.shape[1]
        for side, (row, column) in enumerate(COMPARATORS):
            null = np.repeat(self.null[cells, side], n_classes)
            gain = conditional_evidence(
                bad[..., 0, 0].ravel(), total[..., 0, 0].ravel(),
                bad[..., row, column].ravel(), total[..., row, column].ravel(),
                log_null=null, log_bet=np.repeat(self.base[cells, side], n_classes),
            ).reshape(len(cells), n_classes).sum(axis=1)  # fmt: skip
            is_start = np.where(total[..., 0, 0].sum(axis=1) > 0, 0.0, -np.inf)
            self.backward[cells, side] = np.logaddexp(self.backward[cells, side], is_start) + gain
        over = cells[log_mean(self.backward[cells]) >= np.log(self.config.rate_resolved)]
        self.is_raised[over] = False
        self.resolved[over] = day
        self.reached[over] = -1_000_000
        for cell in over.tolist():
            anew = cell_detectors(self.bad, self.total, cell, self.config, first=day + 1)
            self.past.log_m[day:, cell] = anew.log_m[day:]
            self.past.start[day:, cell] = anew.start[day:]
