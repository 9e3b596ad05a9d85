"""From counted windows to results: the signals of cells, and the events that they make up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from analysis import ladder
from analysis.change import Step, epidemic_step
from analysis.config import AnalysisConfig
from analysis.disproportionality import (
    Flags,
    information_component,
    information_component_quantile,
    proportional_reporting_ratio,
    weekly_expected,
)
from analysis.domains import UNKNOWN
from analysis.integrity import Rows, breakdown_number, count_units
from analysis.labels import medoids
from analysis.records import FindingResult, Floats, Ints, ReportArrays, SignalResult, WeekPoint
from analysis.signals import Window, WindowVerdict, stands


@dataclass(frozen=True)
class Stream:
    """Reports that may be added to each other: one provenance, one kind of symptom.

    Attributes
    ----------
    provenance, symptom_kind : str
    rows : Rows
        Evidence: reports that stand for themselves and whose sender can be counted.
    all_rows : Rows
        The same with near-duplicates.
    models, vendors, domains : tuple of str
        Names behind the codes of the rows; `vendors` goes with `models`.
    first_monday : date
        Monday of week 0.
    n_weeks : int
    """

    provenance: str
    symptom_kind: str
    rows: Rows
    all_rows: Rows
    models: tuple[str, ...]
    vendors: tuple[str, ...]
    domains: tuple[str, ...]
    first_monday: date
    n_weeks: int

    @property
    def is_eligible(self) -> Flags:
        """Cells about which something may be said: a known model and a known domain."""
        known_model = [model != "" for model in self.models]
        known_domain = [domain != UNKNOWN for domain in self.domains]
        return np.outer(known_model, known_domain).astype(np.bool_)

    def monday(self, week: int) -> date:
        """Monday of a week that is counted from 0."""
        return self.first_monday + timedelta(weeks=week)


def signal_results(
    stream: Stream, windows: list[Window], verdicts: list[WindowVerdict], config: AnalysisConfig
) -> list[SignalResult]:
    """Signals of all tested cells that reach the floor of contributors, oldest first.

    Cells below the floor are not listed: nothing may be said about them.
    """
    found = []
    for window, verdict in zip(windows, verdicts, strict=True):
        listed = verdict.is_tested & (window.observed >= config.contributors_min)
        found += [
            _signal(stream, window, verdict, (int(i), int(j)), config)
            for i, j in np.argwhere(listed)
        ]
    return found


def _signal(
    stream: Stream,
    window: Window,
    verdict: WindowVerdict,
    cell: tuple[int, int],
    config: AnalysisConfig,
) -> SignalResult:
    observed, expected = float(window.observed[cell]), float(verdict.expected[cell])
    shrinkage = config.ic_shrinkage

    def bound(quantile: float) -> float:
        return float(
            information_component_quantile(observed, expected, quantile, shrinkage=shrinkage)
        )

    return SignalResult(
        model=stream.models[cell[0]],
        vendor=stream.vendors[cell[0]],
        domain=stream.domains[cell[1]],
        symptom_kind=stream.symptom_kind,
        window_start=stream.monday(window.first_week),
        window_end=stream.monday(window.last_week),
        n_reports=int(window.n_reports[cell]),
        observed=int(observed),
        expected=expected,
        ic=float(information_component(observed, expected, shrinkage=shrinkage)),
        ic_low=bound(config.ic_quantile_watch),
        ic_strict=bound(config.ic_quantile_strict),
        prr=float(proportional_reporting_ratio(window.observed)[cell]),
        p_value=float(verdict.p_value[cell]),
        is_discovery=bool(verdict.is_discovery[cell]),
        state=ladder.REPORTED if verdict.is_reported[cell] else ladder.INSUFFICIENT,
    )


def finding_results(
    stream: Stream,
    windows: list[Window],
    verdicts: list[WindowVerdict],
    reports: ReportArrays,
    config: AnalysisConfig,
) -> list[FindingResult]:
    """Events of the stream: every reported cell, and near misses with the reason why they are none.

    A near miss is a cell that would have passed the strict rule if every contributor were taken at
    face value. Reported windows that overlap or touch are one event.
    """
    if not windows:
        return []
    weekly = _weekly(stream, config)
    reported = np.array([verdict.is_reported for verdict in verdicts])
    face_value = np.array(
        [
            stream.is_eligible
            & stands(window.uncapped.astype(np.float64), verdict.expected, config)
            for window, verdict in zip(windows, verdicts, strict=True)
        ]
    )
    stands_out: Flags = np.logical_or.reduce(reported, axis=0)
    found = []
    for i, j in np.argwhere(stands_out | face_value.any(axis=0)):
        cell = (int(i), int(j))
        is_reported = bool(stands_out[cell])
        chosen = np.flatnonzero((reported if is_reported else face_value)[:, i, j])
        events = _events(chosen, windows)
        for number, event in enumerate(events):
            others = [other for k, other in enumerate(events) if k != number]
            maker = _Event(stream, cell, event, others, weekly, stands_out, config)
            found.append(maker.result(windows, verdicts, reports))
    return found


def _weekly(stream: Stream, config: AnalysisConfig) -> Floats:
    """Contributors per week and cell, shape (n_weeks, n_models, n_domains)."""
    weekly = np.zeros((stream.n_weeks, len(stream.models), len(stream.domains)))
    for week in range(stream.n_weeks):
        units = count_units(stream.rows.between(week, week), config)
        counted = units.is_counted
        np.add.at(weekly[week], (units.model[counted], units.domain[counted]), 1.0)
    return weekly


def _events(chosen: Ints, windows: list[Window]) -> list[list[int]]:
    """Runs of windows that overlap or touch."""
    events: list[list[int]] = []
    for number in chosen.tolist():
        if events and windows[number].first_week <= windows[events[-1][-1]].last_week + 1:
            events[-1].append(number)
        else:
            events.append([number])
    return events


@dataclass(frozen=True)
class _Event:
    stream: Stream
    cell: tuple[int, int]
    numbers: list[int]
    """Windows of this event."""
    others: list[list[int]]
    """Windows of the cell's other events."""
    weekly: Floats
    stands_out: Flags
    config: AnalysisConfig

    def result(
        self, windows: list[Window], verdicts: list[WindowVerdict], reports: ReportArrays
    ) -> FindingResult:
        stream, config = self.stream, self.config
        signals = [
            _signal(stream, windows[n], verdicts[n], self.cell, config) for n in self.numbers
        ]
        best = max(range(len(signals)), key=lambda k: (signals[k].ic_low, -k))
        peak, window = signals[best], windows[self.numbers[best]]
        breakdown = max(self._breakdown(signal) for signal in signals)
        state, reason = ladder.finding_state(
            self._evidence(peak, window, verdicts[self.numbers[best]], breakdown), config
        )
        observed, expected = self._series()
        step = self._step(windows, observed, expected) if state == ladder.REPORTED else None
        span = (windows[self.numbers[0]].first_week, windows[self.numbers[-1]].last_week)
        weeks = (step.start, step.end - 1) if step else span
        in_cell, evidence = self._members(stream.all_rows, weeks), self._members(stream.rows, weeks)
        return FindingResult(
            model=peak.model,
            vendor=peak.vendor,
            domain=peak.domain,
            symptom_kind=stream.symptom_kind,
            state=state,
            reason=reason,
            peak=peak,
            **_dates(stream, step),
            n_reports=len(in_cell.index),
            n_contributors=len(np.unique(in_cell.contributor)),
            breakdown_number=breakdown,
            # Near-copies of an earlier text may be all that the span holds.
            representatives=medoids(
                evidence.index if len(evidence.index) else in_cell.index,
                reports.embedding,
                reports.contributor,
                config.medoids,
            ),
            series=tuple(
                WeekPoint(stream.monday(week), int(observed[week]), float(expected[week]))
                for week in range(stream.n_weeks)
            ),
        )

    def _breakdown(self, signal: SignalResult) -> int:
        return breakdown_number(
            signal.observed, lambda count: bool(stands(float(count), signal.expected, self.config))
        )

    def _evidence(
        self, peak: SignalResult, window: Window, verdict: WindowVerdict, breakdown: int
    ) -> ladder.CellEvidence:
        left = float(window.without_cohort[self.cell])
        return ladder.CellEvidence(
            observed=peak.observed,
            uncapped=int(window.uncapped[self.cell]),
            expected=peak.expected,
            is_reported=bool(verdict.is_reported[self.cell]),
            passes_strict=bool(stands(float(peak.observed), peak.expected, self.config)),
            passes_without_cohort=bool(stands(left, peak.expected, self.config)),
            is_discovery=peak.is_discovery,
            breakdown_number=breakdown,
        )

    def _series(self) -> tuple[Floats, Floats]:
        observed = self.weekly[:, self.cell[0], self.cell[1]]
        expected = weekly_expected(
            self.weekly,
            self.stands_out,
            self.cell,
            reach=self.config.window_weeks,
            smoothing=self.config.smoothing_weeks,
        )
        return observed, expected

    def _step(self, windows: list[Window], observed: Floats, expected: Floats) -> Step | None:
        span = (windows[self.numbers[0]].first_week, windows[self.numbers[-1]].last_week)
        is_used = np.ones(len(observed), dtype=np.bool_)
        for other in self.others:
            is_used[windows[other[0]].first_week : windows[other[-1]].last_week + 1] = False
        is_used[span[0] : span[1] + 1] = True
        if observed[is_used].sum() <= 0:
            return None
        return epidemic_step(
            observed,
            expected,
            interval_drop=self.config.interval_drop,
            overlap=span,
            is_used=is_used,
        )

    def _members(self, rows: Rows, weeks: tuple[int, int]) -> Rows:
        part = rows.between(*weeks)
        return part.where((part.model == self.cell[0]) & (part.domain == self.cell[1]))


def _dates(stream: Stream, step: Step | None) -> dict[str, Any]:
    """Onset and offset with their bounds.

    No onset is given where it began with the data or before, and no offset unless the likelihood
    excludes that it still lasts: an end needs its own evidence.
    """
    names = ("onset", "onset_low", "onset_high", "offset", "offset_low", "offset_high")
    dates: dict[str, date | None] = dict.fromkeys(names)
    if step is None:
        return dates
    if step.start > 0:
        dates["onset"] = stream.monday(step.start)
        dates["onset_low"] = stream.monday(step.start_low) if step.start_low > 0 else None
    dates["onset_high"] = stream.monday(step.start_high)
    if step.end_high < stream.n_weeks:
        dates["offset"] = stream.monday(step.end)
        dates["offset_low"] = stream.monday(step.end_low)
        dates["offset_high"] = stream.monday(step.end_high)
    return dates
