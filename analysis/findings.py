"""From counted windows to results: the signals of cells, and the events that they make up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from analysis import ladder
from analysis.change import Step, ended_evidence, epidemic_step
from analysis.comparators import comparators, weekly_expected
from analysis.config import AnalysisConfig
from analysis.disproportionality import (
    Flags,
    information_component,
    information_component_quantile,
    proportional_reporting_ratio,
    reporting_odds_ratio,
)
from analysis.ebgm import shrunken_ratios
from analysis.instrument import instrument_facts
from analysis.integrity import Rows, breakdown_number, explained_by, is_burst
from analysis.records import CountedEvidence, Floats, Ints
from analysis.results import FindingResult, SignalResult, WeekPoint
from analysis.signals import WindowVerdict, is_beyond_chance, stands
from analysis.streams import Stream
from analysis.windows import Window


@dataclass(frozen=True)
class Draft:
    """An event before its state: all numbers, and what the ladder needs."""

    result: FindingResult
    evidence: ladder.Evidence


@dataclass(frozen=True)
class Screened:
    """A stream with its windows and what the screen said of them."""

    stream: Stream
    weekly: Floats
    """Contributors per week and cell, shape (n_weeks, n_models, n_domains)."""
    windows: Sequence[Window]
    verdicts: Sequence[WindowVerdict]

    @property
    def stands_out(self) -> Flags:
        """Cells that are reported in any window, shape (n_models, n_domains)."""
        found: Flags = np.logical_or.reduce([v.is_reported for v in self.verdicts], axis=0)
        return found


def signal_results(screened: Screened, config: AnalysisConfig) -> list[SignalResult]:
    """Signals of the windows that are shown, oldest first: one for each end.

    Cells below the floor are not listed: nothing may be said about them. Nor are shorter windows of
    the same end: the difference of two counts could be a few people.
    """
    found = []
    windows, last = screened.windows, len(screened.windows) - 1
    for number, (window, verdict) in enumerate(zip(windows, screened.verdicts, strict=True)):
        if window.n_days != 7 * config.window_weeks and window.first_day != 0:
            continue
        listed = verdict.is_tested & (window.observed >= config.contributors_min)
        cells = [(int(i), int(j)) for i, j in np.argwhere(listed)]
        signals = _signals(screened.stream, window, verdict, cells, config)
        found += _ranked(signals, window, verdict, config) if number == last else signals
    return found


def _signals(
    stream: Stream,
    window: Window,
    verdict: WindowVerdict,
    cells: Sequence[tuple[int, int]],
    config: AnalysisConfig,
) -> list[SignalResult]:
    """Signals of some cells of one window."""
    if not cells:
        return []
    at = tuple(np.array(cells).T)
    observed, expected = window.observed[at], verdict.expected[at]
    shrinkage = config.ic_shrinkage
    ratio = information_component(observed, expected, shrinkage=shrinkage)
    low, strict = (
        information_component_quantile(observed, expected, quantile, shrinkage=shrinkage)
        for quantile in (config.ic_quantile_watch, config.ic_quantile_strict)
    )
    prr = proportional_reporting_ratio(window.observed)[at]
    row, column = window.observed.sum(axis=1)[at[0]], window.observed.sum(axis=0)[at[1]]
    rest = window.observed.sum() - row - column + observed
    odds = reporting_odds_ratio(observed, row - observed, column - observed, rest)
    return [
        SignalResult(
            model=stream.models[i],
            vendor=stream.vendors[i],
            domain=stream.domains[j],
            symptom_kind=stream.symptom_kind,
            window_start=stream.first_monday + timedelta(days=window.first_day),
            window_end=stream.first_monday + timedelta(days=window.last_day),
            n_reports=int(window.n_reports[i, j]),
            observed=int(observed[k]),
            expected=float(expected[k]),
            ic=float(ratio[k]),
            ic_low=float(low[k]),
            ic_strict=float(strict[k]),
            prr=float(prr[k]),
            p_value=float(verdict.p_value[i, j]),
            is_discovery=bool(verdict.is_discovery[i, j]),
            state=ladder.REPORTED if verdict.is_reported[i, j] else ladder.INSUFFICIENT,
            ror=float(odds[1][k]),
            ror_low=float(odds[0][k]),
            ror_high=float(odds[2][k]),
        )
        for k, (i, j) in enumerate(cells)
    ]


def _ranked(
    signals: list[SignalResult], window: Window, verdict: WindowVerdict, config: AnalysisConfig
) -> list[SignalResult]:
    """The signals with their empirical-Bayes ratios, which rank the cells of the last window."""
    counts = np.array([signal.observed for signal in signals], dtype=np.float64)
    expected = np.array([signal.expected for signal in signals])
    scores = shrunken_ratios(
        window.observed, verdict.expected, counts, expected, cells_min=config.ebgm_cells_min
    )
    return [
        replace(signal, ebgm=float(mean), eb05=float(low))
        for signal, mean, low in zip(signals, *scores, strict=True)
    ]


def drafts_of(screened: Screened, facts: CountedEvidence, config: AnalysisConfig) -> list[Draft]:
    """Events of the stream: every reported cell, and near misses with the reason why they are none.

    A near miss is a cell that would have stood out if every contributor were taken at face value.
    Reported windows that overlap or touch are one event.
    """
    if not screened.windows:
        return []
    reported = np.array([verdict.is_reported for verdict in screened.verdicts])
    face_value = np.array([verdict.is_near for verdict in screened.verdicts])
    stands_out = screened.stands_out
    found = []
    for i, j in np.argwhere(stands_out | face_value.any(axis=0)):
        cell = (int(i), int(j))
        chosen = np.flatnonzero((reported if stands_out[cell] else face_value)[:, i, j])
        events = _events(chosen, screened.windows)
        for number, event in enumerate(events):
            others = [other for k, other in enumerate(events) if k != number]
            found.append(_Event(screened, cell, event, others, stands_out, facts, config).draft())
    return found


def rated_draft(
    screened: Screened,
    cell: tuple[int, int],
    step: Step,
    facts: CountedEvidence,
    config: AnalysisConfig,
) -> Draft:
    """An event that ratings open: reports of the cell, which alone would not have shown it.

    Its numbers are those of the window of `window_weeks` within it that stands out most.

    Parameters
    ----------
    screened : Screened
        Of the kind of symptom that leans the same way.
    cell : tuple of int
        (model, domain) of the stream.
    step : Step
        Weeks of the stream in which ratings say that the cell was worse.
    """
    windows = screened.windows
    within = [
        number
        for number, window in enumerate(windows)
        if (window.n_days == 7 * config.window_weeks or window.first_day == 0)
        and window.last_week >= step.start
        and window.first_week < step.end
    ]
    draft = _Event(screened, cell, within, [], screened.stands_out, facts, config, step).draft()
    return replace(
        draft,
        result=replace(draft.result, breakdown_number=config.rated_breakdown_min),
        evidence=replace(draft.evidence, breakdown_number=config.rated_breakdown_min),
    )


def _events(chosen: Ints, windows: Sequence[Window]) -> list[list[int]]:
    """Groups of windows that overlap or touch."""
    by_start = sorted(chosen.tolist(), key=lambda n: (windows[n].first_week, windows[n].last_week))
    events: list[list[int]] = []
    reach = -2
    for number in by_start:
        if events and windows[number].first_week <= reach + 1:
            events[-1].append(number)
        else:
            events.append([number])
        reach = max(reach, windows[number].last_week)
    return events


@dataclass(frozen=True)
class _Event:
    screened: Screened
    cell: tuple[int, int]
    numbers: list[int]
    """Windows of this event."""
    others: list[list[int]]
    """Windows of the cell's other events."""
    stands_out: Flags
    facts: CountedEvidence
    config: AnalysisConfig
    rated: Step | None = None
    """When ratings say that it was; where they open it and reports alone would not."""

    def draft(self) -> Draft:
        stream, config = self.screened.stream, self.config
        signals = [self._signal(number) for number in self.numbers]
        best = max(range(len(signals)), key=lambda k: (signals[k].ic_low, -k))
        peak, number = signals[best], self.numbers[best]
        breakdown = max(self._breakdown(other) for other in self.numbers)
        observed, expected = self._series(self.config.smoothing_weeks)
        is_reported = bool(self.screened.verdicts[number].is_reported[self.cell])
        step = self._step(observed, expected) if is_reported else self.rated
        weeks = (step.start, step.end - 1) if step else self._span(self.numbers)
        span = 7 * weeks[0], 7 * weeks[1] + 6
        in_cell, counted = self._members(stream.all_rows, span), self._members(stream.rows, span)
        evidence = self._evidence(peak, number, breakdown)
        result = FindingResult(
            model=peak.model,
            vendor=peak.vendor,
            domain=peak.domain,
            symptom_kind=stream.symptom_kind,
            state="",
            reason="",
            peak=peak,
            **_dates(stream, step),
            n_reports=len(in_cell.index),
            n_contributors=len(np.unique(in_cell.contributor)),
            breakdown_number=breakdown,
            # Near-copies of an earlier text may be all that the span holds.
            representatives=counted.index if len(counted.index) else in_cell.index,
            members=in_cell.index,
            instrument=instrument_facts(
                stream, self.facts, cell=self.cell, days=span, config=config
            ),
            series=tuple(
                WeekPoint(stream.monday(week), int(observed[week]), float(expected[week]))
                for week in range(stream.n_weeks)
            ),
            provenance=stream.provenance,
            cautions=self._cautions(
                number, evidence, has_onset=step is not None and step.start > 0
            ),
        )
        is_over = is_reported and result.offset is not None
        if step is not None and is_over:
            # Unsmoothed: weeks in which nobody reports the model at all show no end.
            _, plain = self._series(0)
            is_over = ended_evidence(observed, plain, step) >= -np.log(config.ended_alpha)
        return Draft(result, replace(evidence, is_over=is_over))

    def _signal(self, number: int) -> SignalResult:
        window, verdict = self.screened.windows[number], self.screened.verdicts[number]
        return _signals(self.screened.stream, window, verdict, [self.cell], self.config)[0]

    def _span(self, numbers: Sequence[int]) -> tuple[int, int]:
        windows = [self.screened.windows[number] for number in numbers]
        return min(w.first_week for w in windows), max(w.last_week for w in windows)

    def _breakdown(self, number: int) -> int:
        """Fewest contributors of a window without whom its signal would be none: a margin, not the state."""
        window, verdict = self.screened.windows[number], self.screened.verdicts[number]
        against = comparators(window.table, window.baseline, verdict.is_reported, window.vendor)
        expected = float(verdict.expected[self.cell])

        def passes(count: int) -> bool:
            return bool(stands(float(count), expected, self.config)) and is_beyond_chance(
                count, self.cell, window=window, against=against, config=self.config
            )

        return breakdown_number(int(window.observed[self.cell]), passes)

    def _evidence(self, peak: SignalResult, number: int, breakdown: int) -> ladder.Evidence:
        window, verdict = self.screened.windows[number], self.screened.verdicts[number]
        left = float(window.without_cohort[self.cell])
        is_reported = bool(verdict.is_reported[self.cell])
        return ladder.Evidence(
            observed=peak.observed,
            uncapped=int(window.uncapped[self.cell]),
            expected=peak.expected,
            is_reported=is_reported,
            passes_strict=bool(stands(float(peak.observed), peak.expected, self.config)),
            passes_without_cohort=bool(stands(left, peak.expected, self.config)),
            is_discovery=peak.is_discovery,
            breakdown_number=breakdown,
            instruments=self._instruments(number) if is_reported else (),
        )

    def _instruments(self, number: int) -> tuple[str, ...]:
        """Parts of the instrument that explain the excess of a window."""
        rows = self.screened.stream.rows.between(*self._days(number))
        versions = np.array([str(name).partition("/")[0] for name in self.facts.client[rows.index]])
        parts = {
            "versions of the extension": versions,
            "versions of the redaction": self.facts.redaction[rows.index].astype(str),
        }
        stream = self.screened.stream
        return tuple(
            name
            for name, values in parts.items()
            if explained_by(
                values, rows, cell=self.cell, n_domains=len(stream.domains),
                vendor=stream.vendor, stands=stands, config=self.config,
            )
        )  # fmt: skip

    def _cautions(
        self, number: int, evidence: ladder.Evidence, *, has_onset: bool
    ) -> tuple[str, ...]:
        found = ["instrument"] if evidence.instruments else []
        span = self._days(number)
        days = self.facts.day[self._members(self.screened.stream.rows, span).index]
        if is_burst(days, n_days=span[1] - span[0] + 1, config=self.config):
            found.append("burst")
        if evidence.is_discovery and not evidence.passes_without_cohort:
            found.append("one_cohort")
        if evidence.is_reported and not has_onset:
            found.append("no_onset")
        return tuple(found)

    def _series(self, smoothing: int) -> tuple[Floats, Floats]:
        """Contributors of the cell week by week, and how many would be expected."""
        weekly = self.screened.weekly
        expected = weekly_expected(
            weekly,
            self.stands_out,
            self.cell,
            vendor=self.screened.stream.vendor,
            reach=self.config.window_weeks,
            smoothing=smoothing,
        )
        return weekly[:, self.cell[0], self.cell[1]], expected

    def _step(self, observed: Floats, expected: Floats) -> Step | None:
        span = self._span(self.numbers)
        is_used = np.ones(len(observed), dtype=np.bool_)
        for other in self.others:
            first, last = self._span(other)
            is_used[first : last + 1] = False
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

    def _days(self, number: int) -> tuple[int, int]:
        window = self.screened.windows[number]
        return window.first_day, window.last_day

    def _members(self, rows: Rows, days: tuple[int, int]) -> Rows:
        part = rows.between(*days)
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
