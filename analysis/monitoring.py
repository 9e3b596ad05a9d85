"""Watching many cells day by day: when a cell's rate rose above both comparators, and when no more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.config import AnalysisConfig
from analysis.e_processes import conditional_evidence, log_mean, ratio_evidence
from analysis.interaction import TOLERATED_LOG_ODDS
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
        The smaller of the two comparators' detectors, a natural logarithm; -inf before any rating.
    is_raised : ndarray of shape (n_days, n_cells), dtype=bool
        From the day of an alarm to the day before it was found to be over.
    since : ndarray of shape (n_cells,), dtype=int64
        Day from which the evidence of the last alarm is largest; -1 where there was none.
    resolved : ndarray of shape (n_cells,), dtype=int64
        Day on which the last alarm was found to be over; -1 where it was not.
    """

    log_m: Floats
    is_raised: Flags
    since: Ints
    resolved: Ints


def cell_evidence(bad: Ints, total: Ints, config: AnalysisConfig) -> Floats:
    """Evidence of each day against each comparator and for each odds ratio.

    Parameters
    ----------
    bad, total : ndarray of shape (n_days, n_classes, n_cells, 2, 2), dtype=int64
        Ratings of a day that were drawn with the same probability: only within such a class are
        counts comparable, so each is a block. Rows of the table: the model, other vendors; columns:
        the domain, other domains.

    Returns
    -------
    ndarray of shape (n_days, n_cells, 2, n_odds_ratios), dtype=float64
        Natural logarithms; the classes of a day are multiplied.
    """
    sides = [
        ratio_evidence(
            bad[..., 0, 0],
            total[..., 0, 0],
            bad[..., row, column],
            total[..., row, column],
            odds_ratios=config.rate_odds_ratios,
            half_life=config.rate_half_life_days,
        ).sum(axis=1)
        for row, column in COMPARATORS
    ]
    return np.stack(sides, axis=2)


def watch(bad: Ints, total: Ints, config: AnalysisConfig) -> Watch:
    """Alarms of all cells and their ends, in one pass over the days.

    An alarm is given when the detectors against *both* comparators have reached `config.rate_alarm`
    within `config.window_weeks`: then neither a harder domain nor a worse vendor explains it. Where
    one of the two does, that comparator's detector alone would have to reach the alarm, which is as
    rare as its level says, whatever the other does. After an alarm a detector in the opposite
    direction starts; when that reaches `config.rate_resolved`, the episode is over and the cell
    starts anew.

    Parameters
    ----------
    bad, total : ndarray of shape (n_days, n_classes, n_cells, 2, 2), dtype=int64
        See `cell_evidence`.
    """
    log_e = cell_evidence(bad, total, config)
    n_days, n_cells = log_e.shape[:2]
    seen = np.cumsum(log_e, axis=0)
    is_start = (total[..., 0, 0].sum(axis=1) > 0)[:, :, None, None]
    state = _State(bad, total, seen, config)
    forward = np.full(log_e.shape[1:], -np.inf)
    log_m, is_raised = np.full((n_days, n_cells), -np.inf), np.zeros((n_days, n_cells), np.bool_)
    for day in range(n_days):
        forward = np.logaddexp(forward, np.where(is_start[day], 0.0, -np.inf)) + log_e[day]
        over = state.reverse(day)
        forward[over] = -np.inf
        values = log_mean(forward)
        log_m[day] = values.min(axis=1)
        state.begin(day, state.alarms(day, values))
        is_raised[day] = state.is_raised
    return Watch(log_m, is_raised, state.since, state.resolved)


class _State:
    """Episodes under way, and the detectors of their ends."""

    def __init__(self, bad: Ints, total: Ints, seen: Floats, config: AnalysisConfig) -> None:
        n_cells = seen.shape[1]
        self.bad, self.total, self.seen, self.config = bad, total, seen, config
        self.is_raised = np.zeros(n_cells, dtype=np.bool_)
        self.since = np.full(n_cells, -1)
        self.resolved = np.full(n_cells, -1)
        self.last_reset = np.zeros(n_cells, dtype=np.int64)
        self.reached = np.full((n_cells, 2), -1_000_000)
        self.null = np.zeros((n_cells, 2))
        self.backward = np.full((n_cells, 2), -np.inf)

    def alarms(self, day: int, values: Floats) -> Ints:
        """Cells whose detectors, of shape (n_cells, 2), now have both reached the alarm."""
        self.reached[values >= np.log(self.config.rate_alarm)] = day
        is_recent = self.reached > day - _DAYS * self.config.window_weeks
        return np.flatnonzero(~self.is_raised & is_recent.all(axis=1))

    def begin(self, day: int, cells: Ints) -> None:
        """Alarms of the day: since when, and how much of the excess must go before it is over."""
        for cell in cells.tolist():  # alarms are rare
            first = int(self.last_reset[cell])
            self.since[cell] = since = first + _best_start(self.seen[first : day + 1, cell])
            span = slice(since, day + 1)
            bad = self.bad[span, :, cell].sum(axis=(0, 1)) + 0.5
            good = self.total[span, :, cell].sum(axis=(0, 1)) - bad + 1.0
            logits = np.log(bad) - np.log(good)
            excess = np.array([logits[0, 0] - logits[place] for place in COMPARATORS])
            left = self.config.rate_resolved_share * excess
            self.null[cell] = np.maximum(left, TOLERATED_LOG_ODDS)
        self.is_raised[cells] = True
        self.resolved[cells] = -1
        self.backward[cells] = -np.inf

    def reverse(self, day: int) -> Ints:
        """Cells whose episode is found to be over on this day."""
        cells = np.flatnonzero(self.is_raised)
        if not len(cells):
            return cells
        bad, total = self.bad[day, :, cells], self.total[day, :, cells]  # (cells, classes, 2, 2)
        n_classes = bad.shape[1]
        for side, (row, column) in enumerate(COMPARATORS):
            null = np.repeat(self.null[cells, side], n_classes)
            gain = conditional_evidence(
                bad[..., 0, 0].ravel(), total[..., 0, 0].ravel(),
                bad[..., row, column].ravel(), total[..., row, column].ravel(),
                log_null=null, log_bet=np.zeros_like(null),
            ).reshape(len(cells), n_classes).sum(axis=1)  # fmt: skip
            is_start = np.where(total[..., 0, 0].sum(axis=1) > 0, 0.0, -np.inf)
            self.backward[cells, side] = np.logaddexp(self.backward[cells, side], is_start) + gain
        over: Ints = cells[log_mean(self.backward[cells]) >= np.log(self.config.rate_resolved)]
        self.is_raised[over] = False
        self.resolved[over] = day
        self.last_reset[over] = day + 1
        self.reached[over] = -1_000_000
        return over


def _best_start(seen: Floats) -> int:
    """Day from which on the evidence up to the last day is largest, shape (n_days, 2, n_ratios)."""
    before = np.concatenate([np.zeros_like(seen[:1]), seen[:-1]])
    return int(np.argmax(log_mean(seen[-1] - before).min(axis=1)))
