"""Cells of which ratings alone say that they are, or were, worse: what opens a finding without a screen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analysis.change import Step, relative_step
from analysis.config import AnalysisConfig
from analysis.monitoring import watch
from analysis.multiplicity import adjusted_maximum
from analysis.rates import interaction_since, shared_evenly
from analysis.rating_counts import RatingCounts, rating_counts
from analysis.records import DataError, Floats, Ints, SampledRatings
from analysis.results import RateResult

_DAYS = 7


@dataclass(frozen=True)
class RatedWorse:
    """A cell in which ratings stand without the few people who called most answers bad."""

    rate: RateResult
    step: Step
    """Weeks in which it was most worse, relative to its subject at other vendors."""
    first_monday: date
    """Of the week that the step counts as 0."""
    is_over: bool

    @property
    def first_day(self) -> date:
        """The earliest on which it may have begun."""
        return self.first_monday + timedelta(weeks=self.step.start_low)

    @property
    def last_day(self) -> date:
        """The latest on which it may have lasted."""
        end = self.first_monday + timedelta(weeks=self.step.end_high) - timedelta(days=1)
        return end if self.is_over else date.max


def rated_worse(
    ratings: SampledRatings,
    rates: Sequence[RateResult],
    *,
    as_of: date,
    config: AnalysisConfig,
) -> list[RatedWorse]:
    """Cells whose ratings are corroborated now, or were before the rise was found to be over.

    Both must hold without the ratings, since the rise began, of the `breakdown_min - 1` contributors who
    called most answers of the cell bad: ratings that so few people could make open no finding. What is
    over is judged by the largest evidence while it lasted, at what a running maximum is worth.

    Parameters
    ----------
    ratings : SampledRatings
    rates : sequence of RateResult
        Of these ratings, as `rate_results` gives them.
    """
    candidates = [rate for rate in rates if rate.is_corroborated or _is_over(rate)]
    if not candidates:
        return []
    found = []
    for counts in rating_counts(ratings, as_of=as_of, history_weeks=config.rate_history_weeks):
        mine = [rate for rate in candidates if rate.provenance == counts.provenance]
        n_firm = sum(rate.is_corroborated for rate in mine)
        for rate in mine:
            episode = _episode(counts, rate)
            if episode.is_firm(max(n_firm, 1), config):
                found.append(RatedWorse(rate, *episode.step(config), episode.is_over))
    return found


def _is_over(rate: RateResult) -> bool:
    return rate.resolved is not None and rate.since is not None and not rate.is_provisional


def _episode(counts: RatingCounts, rate: RateResult) -> Episode:
    if rate.since is None:
        raise DataError("ratings without an alarm have no rise")
    cell = counts.models.index(rate.model) * len(counts.domains)
    cell += counts.domains.index(rate.domain)
    over = rate.resolved if _is_over(rate) else None
    until = (over - counts.first_day).days if over else counts.n_days - 1
    return Episode(counts, cell, (rate.since - counts.first_day).days, until, over is not None)


@dataclass(frozen=True)
class Episode:
    """A rise of one cell: its table over all days, and the days on which it lasted."""

    counts: RatingCounts
    cell: int
    """Model by model."""
    since: int
    """Its first day, counted from the first of the counts."""
    until: int
    """Its last day: today's, or the one on which it was found to be over."""
    is_over: bool

    def is_firm(self, n_firm: int, config: AnalysisConfig) -> bool:
        """Whether it stands, or stood, without those who called most bad.

        Parameters
        ----------
        n_firm : int
            Corroborated cells of the provenance: e-BH asks the less of each, the more they are.
        """
        bad, total = self._without_heaviest(config.breakdown_min - 1)
        n_cells = len(self.counts.models) * len(self.counts.domains)
        needed = float(np.log(n_cells / config.false_discovery_rate))
        if self.is_over:
            height = self._evidence(bad, total, np.arange(self.since, self.until + 1), config).max()
            return bool(adjusted_maximum(max(float(height), 0.0)) >= needed)
        if not watch(bad, total, config).is_raised[-1, 0]:
            return False
        today = self._evidence(bad, total, np.array([self.until]), config)
        return bool(today[0] >= needed - np.log(n_firm))

    def _without_heaviest(self, n_people: int) -> tuple[Ints, Ints]:
        """The table without those people's ratings of the cell since the rise began."""
        bad, total = self.counts.table(self.cell)
        model, domain = divmod(self.cell, len(self.counts.domains))
        raters = self.counts.raters
        here = (raters.model == model) & (raters.domain == domain) & (raters.day >= self.since)
        raters = raters.where(here)
        ratings = zip(
            raters.is_bad.tolist(), raters.day.tolist(), raters.drawn.tolist(), strict=True
        )
        by_person: dict[int, list[tuple[bool, int, int]]] = defaultdict(list)
        for person, rating in zip(raters.contributor.tolist(), ratings, strict=True):
            by_person[person].append(rating)
        # Most bad first, then the latest: by what they said, so that how they are numbered is all one.
        heaviest = sorted(
            by_person.values(),
            key=lambda said: (sum(one[0] for one in said), sorted(said, reverse=True)),
            reverse=True,
        )
        for is_bad, day, drawn in (one for said in heaviest[:n_people] for one in said):
            bad[day, drawn, 0, 0, 0] -= is_bad
            total[day, drawn, 0, 0, 0] -= 1
        return bad, total

    def _evidence(self, bad: Ints, total: Ints, days: Ints, config: AnalysisConfig) -> Floats:
        """That the interaction is larger than before, on each of the days."""
        by_start = interaction_since(bad, total, 0, config, shown=days).T
        starts = _DAYS * np.arange(len(by_start))
        by_start[starts <= self.until - _DAYS * config.rate_starts_weeks] = -np.inf
        return shared_evenly(by_start, config)

    def step(self, config: AnalysisConfig) -> tuple[Step, date]:
        """Its weeks, among the year before the alarm and all since, and the Monday of week 0."""
        bad, total = (_weekly(part[:, :, 0].sum(axis=1)) for part in self.counts.table(self.cell))
        last = self.until // _DAYS
        first = max(0, self.since // _DAYS - config.rate_past_weeks)
        span = slice(first, last + 1)
        step = relative_step(
            bad[span, 0, 0], total[span, 0, 0], bad[span, 1, 0], total[span, 1, 0],
            interval_drop=config.interval_drop,
            overlap=(self.since // _DAYS - first, last - first),
        )  # fmt: skip
        return step, self.counts.first_day + timedelta(weeks=first)


def _weekly(daily: Ints) -> Ints:
    found: Ints = np.add.reduceat(daily, np.arange(0, len(daily), _DAYS), axis=0)
    return found
