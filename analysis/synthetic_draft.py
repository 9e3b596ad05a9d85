"""Who reports what and when in a simulated year: the planted truth, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

Model = tuple[str, str, str, str]
"""Model slug, vendor slug, site slug, label on the page."""

STORY_DOMAINS = ("pretraining-pipelines", "distributed-training", "ml-accelerator-design")
BRIGADE_DOMAINS = ("personal-finance", "law", "cooking")
"""The brigade writes about the first of these that the world has."""


@dataclass(frozen=True)
class Episode:
    """Something planted: whom it concerns, on which days (both included), by how much.

    `reports` counts the reports that would not exist without it.
    """

    cause: str
    models: tuple[str, ...]
    domains: tuple[str, ...]
    first_day: date
    last_day: date
    reports: int


@dataclass(frozen=True)
class WorldShape:
    """How a simulated year is made. Rates are per cell; counts are reports."""

    n_weeks: int = 52
    n_contributors: int = 2_600
    """People who could report; most of them write once or never."""
    activity_sd: float = 1.5
    """Standard deviation of the logarithm of a person's activity."""
    model_shares: tuple[float, ...] = (0.28, 0.20, 0.17, 0.15, 0.20)
    """Used cyclically when there are more models."""
    degraded_model: int = 2
    """Position in the list of models."""
    outage_model: int = 0
    """All models of this one's vendor are out."""
    brigade_model: int = 4
    story_weight: float = 1.25
    """Ordinary reports of a story domain, over those of a middling other domain."""
    domain_sd: float = 0.35
    """Standard deviation of the logarithm of the other domains' weights."""
    degradation_ratio: float = 14.0
    degradation_days: int = 126
    outage_ratio: float = 6.0
    outage_days: int = 7
    brigade_weight: float = 0.1
    """Ordinary reports of the brigade's domain: few, so that a handful of people could make a
    headline if they were taken at face value."""
    brigade_members: int = 6
    brigade_reports: int = 4
    """Reports per member."""
    brigade_days: int = 14
    home_share: float = 0.8
    """Share of a person's reports about the site they use most."""
    silent_share: float = 0.8
    stated_share: float = 0.7
    """Share of reports whose sender chose a domain."""


@dataclass(frozen=True)
class Draft:
    """One report before it has a text."""

    day: date
    model: Model
    domain: str
    contributor: int
    cause: str


@dataclass
class Drafting:
    """Fills `drafts`, by day, and `episodes`: degradation, outage, brigade."""

    rng: np.random.Generator
    shape: WorldShape
    end: date
    models: tuple[Model, ...]
    domains: tuple[str, ...]
    n_reports: int
    drafts: list[Draft] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)

    def run(self) -> None:
        """Draw everything once."""
        shape, rng = self.shape, self.rng
        self.first_day = self.end - timedelta(days=7 * shape.n_weeks - 1)
        share = np.resize(np.array(shape.model_shares), len(self.models))
        self.model_share = share / share.sum()
        is_story = np.isin(self.domains, STORY_DOMAINS)
        others = rng.lognormal(0.0, shape.domain_sd, len(self.domains))
        weight = np.where(is_story, shape.story_weight, others)
        self.brigade_leaf = next(d for d in BRIGADE_DOMAINS if d in self.domains)
        weight[self.domains.index(self.brigade_leaf)] = shape.brigade_weight
        self.domain_share = weight / weight.sum()
        self.activity = rng.lognormal(0.0, shape.activity_sd, shape.n_contributors)
        self.home = rng.choice(len(self.models), shape.n_contributors, p=self.model_share)
        self.daily = self._ordinary_per_day()
        self._ordinary()
        self._degradation()
        self._outage()
        self._brigade()
        self.drafts.sort(key=lambda draft: draft.day)

    def _ordinary_per_day(self) -> float:
        """Ordinary reports a day, so that all reports together are about `n_reports`."""
        shape = self.shape
        story = sum(
            p for d, p in zip(self.domains, self.domain_share, strict=True) if d in STORY_DOMAINS
        )
        cell = self.model_share[shape.degraded_model] * story
        out = self.model_share[self._vendor_models()].sum()
        extra = cell * (shape.degradation_ratio - 1) * shape.degradation_days
        extra += out * (shape.outage_ratio - 1) * shape.outage_days
        brigade = shape.brigade_members * shape.brigade_reports
        return float((self.n_reports - brigade) / (7 * shape.n_weeks + extra))

    def _vendor_models(self) -> NDArray[np.int64]:
        vendor = self.models[self.shape.outage_model][1]
        return np.array([i for i, model in enumerate(self.models) if model[1] == vendor])

    def _ordinary(self) -> None:
        n_days = 7 * self.shape.n_weeks
        for offset in range(n_days):
            count = int(self.rng.poisson(self.daily))
            model = self.rng.choice(len(self.models), count, p=self.model_share)
            self._add(self.first_day + timedelta(days=offset), model, self.domains, "ordinary")

    def _degradation(self) -> None:
        shape, rng = self.shape, self.rng
        start = int(rng.integers(15 * 7, 19 * 7))
        first = self.first_day + timedelta(days=start)
        leaves = tuple(d for d in STORY_DOMAINS if d in self.domains)
        share = self.domain_share[[self.domains.index(leaf) for leaf in leaves]].sum()
        rate = self.daily * self.model_share[shape.degraded_model] * share
        before = len(self.drafts)
        for offset in range(shape.degradation_days):
            count = int(rng.poisson(rate * (shape.degradation_ratio - 1)))
            model = np.full(count, shape.degraded_model)
            self._add(first + timedelta(days=offset), model, leaves, "degradation")
        last = first + timedelta(days=shape.degradation_days - 1)
        self._note("degradation", [shape.degraded_model], leaves, (first, last), before)

    def _outage(self) -> None:
        shape, rng = self.shape, self.rng
        first = self.first_day + timedelta(days=int(rng.integers(40 * 7, 46 * 7)))
        models = self._vendor_models()
        share = self.model_share[models]
        before = len(self.drafts)
        for offset in range(shape.outage_days):
            count = int(rng.poisson(self.daily * share.sum() * (shape.outage_ratio - 1)))
            model = rng.choice(models, count, p=share / share.sum())
            self._add(first + timedelta(days=offset), model, self.domains, "outage")
        last = first + timedelta(days=shape.outage_days - 1)
        self._note("outage", models.tolist(), self.domains, (first, last), before)

    def _brigade(self) -> None:
        shape, rng = self.shape, self.rng
        first = self.first_day + timedelta(days=int(rng.integers(8 * 7, 45 * 7)))
        before, leaf = len(self.drafts), self.brigade_leaf
        for member in range(shape.brigade_members):
            for _ in range(shape.brigade_reports):
                day = first + timedelta(days=int(rng.integers(shape.brigade_days)))
                who = shape.n_contributors + member
                model = self.models[shape.brigade_model]
                self.drafts.append(Draft(day, model, leaf, who, "brigade"))
        last = first + timedelta(days=shape.brigade_days - 1)
        self._note("brigade", [shape.brigade_model], (leaf,), (first, last), before)

    def _note(
        self,
        cause: str,
        models: Sequence[int],
        domains: tuple[str, ...],
        days: tuple[date, date],
        before: int,
    ) -> None:
        names = tuple(self.models[i][0] for i in models)
        added = len(self.drafts) - before
        self.episodes.append(Episode(cause, names, domains, *days, added))

    def _add(
        self, day: date, model: NDArray[np.int64], leaves: tuple[str, ...], cause: str
    ) -> None:
        """Reports about these models: the people are drawn by activity, at home or visiting."""
        share = self.domain_share[[self.domains.index(leaf) for leaf in leaves]]
        share = share / share.sum()
        for number in model.tolist():
            visiting = self.rng.random() >= self.shape.home_share
            weight = self.activity * (True if visiting else self.home == number)
            who = int(self.rng.choice(len(weight), p=weight / weight.sum()))
            leaf = leaves[int(self.rng.choice(len(leaves), p=share))]
            self.drafts.append(Draft(day, self.models[number], leaf, who, cause))
