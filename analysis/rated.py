"""Cells of which ratings alone say that they are, or were, worse: what opens a finding without a screen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from analysis.change import Step, relative_step
from analysis.config import AnalysisConfig
from analysis.disproportionality import Flags
from analysis.monitoring import watch
from analysis.multiplicity import adjusted_maximum, e_benjamini_hochberg
from analysis.past import GRID, grid_likelihoods
from analysis.rates import interaction_by_bet, interaction_since, shared_evenly
from analysis.rating_counts import RatingCounts, rating_counts
from analysis.records import DataError, Floats, Ints, SampledRatings
from analysis.results import RateResult

_DAYS = 7
Rating = tuple[bool, int, int]
"""Whether it says bad, its day, and its class of drawing probability."""


@dataclass(frozen=True)
class RatedWorse:
    """A cell in which ratings stand without any of the few people who may have made them."""

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

    Both must hold without few people (`Episode.left`): ratings that they could make open no finding.

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
        episodes = [_episode(counts, rate) for rate in mine]
        for rate, episode, stands in zip(mine, episodes, firm(episodes, config), strict=True):
            if stands:
                found.append(RatedWorse(rate, *episode.step(config), episode.is_over))
    return found


def firm(episodes: Sequence[Episode], config: AnalysisConfig) -> Flags:
    """Which episodes of one provenance stand without few people, at `config.false_discovery_rate`.

    Those that go on are discoveries by e-BH among all cells, by what is left of their evidence. What is
    over is judged by itself.

    Returns
    -------
    ndarray of shape (n_episodes,), dtype=bool
    """
    if not episodes:
        return np.zeros(0, dtype=np.bool_)
    counts = episodes[0].counts
    n_cells, level = len(counts.models) * len(counts.domains), config.false_discovery_rate
    left = np.array([episode.left(config) for episode in episodes])
    is_over = np.array([episode.is_over for episode in episodes])
    going_on = np.full(n_cells, -np.inf)
    going_on[: np.sum(~is_over)] = left[~is_over]
    found: Flags = left >= np.log(n_cells / level)
    found[~is_over] = e_benjamini_hochberg(going_on, level=level)[: np.sum(~is_over)]
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

    def left(self, config: AnalysisConfig) -> float:
        """The least evidence, a logarithm, that is left without any of the groups of few people.

        -inf where, without them, what goes on would not be provisional. Of what is over it is the largest
        while it lasted, at what a running maximum is worth.
        """
        tables = [self._without(group) for group in self.groups(config)]
        return min(self._worth(bad, total, config) for bad, total in tables)

    def _worth(self, bad: Ints, total: Ints, config: AnalysisConfig) -> float:
        if self.is_over:
            height = self._evidence(bad, total, self._days, config).max()
            return float(adjusted_maximum(max(float(height), 0.0)))
        today = self._evidence(bad, total, self._days[-1:], config)[0]
        # Below 1 / level e-BH finds nothing, however many there are.
        is_enough = today >= -np.log(config.false_discovery_rate)
        return float(today) if is_enough and watch(bad, total, config).is_raised[-1, 0] else -np.inf

    @property
    def _days(self) -> Ints:
        return np.arange(self.since, self.until + 1)

    def groups(self, config: AnalysisConfig) -> list[list[Rating]]:
        """What each group of `rated_breakdown_min - 1` people said of the cell while it lasted.

        Of those who called an answer bad: whose ratings add most to the evidence, who did so most often,
        first, and last. Whoever made the rise with so few is one of these, or nearly.
        """
        people, n_people = self._people(), config.rated_breakdown_min - 1
        added = self._added(sorted({one for said in people for one in said}), config)
        keys = (
            lambda said: sum(added[one] for one in said),
            lambda said: sum(is_bad for is_bad, _, _ in said),
            lambda said: -min(day for is_bad, day, _ in said if is_bad),
            lambda said: max(day for is_bad, day, _ in said if is_bad),
        )
        chosen = [sorted(people, key=key, reverse=True)[:n_people] for key in keys]
        found = [sorted(one for said in group for one in said) for group in chosen]
        return [group for place, group in enumerate(found) if group not in found[:place]]

    def _people(self) -> list[list[Rating]]:
        """Ratings of everyone who called one bad, in an order that no numbering of people changes."""
        model, domain = divmod(self.cell, len(self.counts.domains))
        raters = self.counts.raters
        here = (raters.model == model) & (raters.domain == domain)
        raters = raters.where(here & (raters.day >= self.since) & (raters.day <= self.until))
        ratings = zip(
            raters.is_bad.tolist(), raters.day.tolist(), raters.drawn.tolist(), strict=True
        )
        by_person: dict[int, list[Rating]] = defaultdict(list)
        for person, rating in zip(raters.contributor.tolist(), ratings, strict=True):
            by_person[person].append(rating)
        return sorted(sorted(said) for said in by_person.values() if any(bad for bad, _, _ in said))

    def _added(self, ratings: Sequence[Rating], config: AnalysisConfig) -> Mapping[Rating, float]:
        """What each of the ratings adds to the evidence of the start and the bet that have most of it."""
        bad, total = self.counts.table(self.cell)
        found = interaction_by_bet(bad, total, 0, config, shown=self._days)
        _, start, bet = np.unravel_index(np.argmax(found.log_e), found.log_e.shape)
        null = np.nan_to_num(found.bound[start])
        bet = np.log(config.interaction_odds_ratios[bet])
        at_null, at_bet = np.searchsorted(GRID, (null + config.interaction_tolerated, null + bet))
        is_bad, day, drawn = np.array(ratings, dtype=np.int64).reshape(-1, 3).T
        blocks = [part[day, drawn, 0].reshape(-1, 4) for part in (bad, total)]
        gain = grid_likelihoods(*blocks)
        for part, one in zip(blocks, (is_bad, 1), strict=True):
            part[:, 0] -= one
        gain -= grid_likelihoods(*blocks)
        added = np.where(day >= _DAYS * start, gain[:, at_bet] - gain[:, at_null], 0.0)
        return dict(zip(ratings, added.tolist(), strict=True))

    def _without(self, ratings: Sequence[Rating]) -> tuple[Ints, Ints]:
        """The cell's table without some of its ratings."""
        bad, total = self.counts.table(self.cell)
        for is_bad, day, drawn in ratings:
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
