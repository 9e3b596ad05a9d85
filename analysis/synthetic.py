"""Worlds with planted truth: for tests, the demo episode and measuring the method's own errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from analysis import synthetic_text

Model = tuple[str, str, str, str]
"""Model slug, vendor slug, site slug, label on the page."""

Exchange = tuple[str, str]
TextSource = Callable[[str, int, np.random.Generator], list[Exchange]]

STORY_DOMAINS = ("pretraining-pipelines", "distributed-training", "ml-accelerator-design")
BRIGADE_DOMAINS = ("personal-finance", "law", "cooking")
"""The brigade writes about the first of these that the world has."""

SILENT_SYMPTOMS = (
    "shallow_answer",
    "wrong_answer",
    "less_capable_than_before",
    "subtly_broken_code",
    "evasive_answer",
    "ignored_instruction",
)
STATED_SYMPTOMS = ("refusal", "policy_notice")


@dataclass(frozen=True)
class SimulatedReport:
    """One report of a simulated person. `domain` is the truth; `domain_stated` may be ""."""

    day: date
    site: str
    model: str
    vendor: str
    model_label: str
    domain: str
    domain_stated: str
    symptoms: tuple[str, ...]
    is_silent: bool
    prompt: str
    response: str
    contributor: int
    cause: str
    """`ordinary`, `degradation`, `outage` or `brigade`."""


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
class DemoWorld:
    """Reports, oldest first, and the truth about them."""

    reports: tuple[SimulatedReport, ...]
    degradation: Episode
    outage: Episode
    brigade: Episode


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
    brigade_members: int = 6
    brigade_reports: int = 4
    """Reports per member."""
    brigade_days: int = 14
    home_share: float = 0.8
    """Share of a person's reports about the site they use most."""
    silent_share: float = 0.8
    stated_share: float = 0.7
    """Share of reports whose sender chose a domain."""


def demo_world(
    *,
    seed: int,
    end: date,
    models: Sequence[Model],
    domains: Sequence[str],
    n_reports: int = 3000,
    shape: WorldShape | None = None,
    texts: TextSource | None = None,
    brigade_texts: TextSource | None = None,
) -> DemoWorld:
    """A year of reports up to `end` in which three things happened.

    One model got silently worse in the story's three domains, from some day to some other day; all
    models of another vendor had a bad week in every domain; and a few people wrote from one
    template against one cell of a third vendor's model. Only the first is a degradation.

    Parameters
    ----------
    seed : int
        The same seed gives the same world.
    end : date
        Last day.
    models : sequence of (model, vendor, site, label)
        At least five, of at least three vendors.
    domains : sequence of str
        Leaves; must hold the story's three and one of `BRIGADE_DOMAINS`.
    n_reports : int
        Ordinary and planted reports together, on average.
    shape : WorldShape, optional
        Other rates and shares, for measuring.
    texts, brigade_texts : callable, optional
        (domain, count, rng) -> exchanges. Default: the invented texts of `synthetic_text`.

    Returns
    -------
    DemoWorld
        Prompts are unique except those of the brigade.

    Examples
    --------
    >>> models = [(f"m{i}", f"v{i // 2}", f"s{i // 2}", f"M {i}") for i in range(5)]
    >>> leaves = [*STORY_DOMAINS, "law", "history"]
    >>> write = plain_texts
    >>> world = demo_world(
    ...     seed=1, end=date(2026, 11, 1), models=models, domains=leaves,
    ...     texts=write, brigade_texts=write)
    >>> world.degradation.models, world.outage.models, world.brigade.models
    (('m2',), ('m0', 'm1'), ('m4',))
    """
    drafting = _Drafting(
        rng=np.random.default_rng([seed, 20261101]),
        shape=shape or WorldShape(),
        end=end,
        models=tuple(models),
        domains=tuple(sorted(domains)),
        n_reports=n_reports,
    )
    drafting.run()
    written = _write(
        drafting.drafts,
        np.random.default_rng([seed, 7]),
        texts or _invented,
        brigade_texts or _invented_brigade,
        drafting.shape,
    )
    return DemoWorld(tuple(written), *drafting.episodes)


def plain_texts(domain: str, count: int, rng: np.random.Generator) -> list[Exchange]:
    """Exchanges of random letters, no two alike: for measuring without a text model."""
    letters = rng.integers(0, 26, size=(count, 2, 40)) + ord("a")
    return [
        (" ".join([domain, *map(_word, prompt.reshape(10, 4))]), "".join(map(chr, response)))
        for prompt, response in letters
    ]


def _word(letters: NDArray[np.int64]) -> str:
    return "".join(map(chr, letters))


def _invented(domain: str, count: int, rng: np.random.Generator) -> list[Exchange]:
    return synthetic_text.exchange_texts(domain, count=count, rng=rng)


def _invented_brigade(domain: str, count: int, rng: np.random.Generator) -> list[Exchange]:
    return synthetic_text.brigade_texts(domain, count=count, rng=rng)


@dataclass(frozen=True)
class _Draft:
    day: date
    model: Model
    domain: str
    contributor: int
    cause: str


@dataclass
class _Drafting:
    """Who reports what and when, before anything is written."""

    rng: np.random.Generator
    shape: WorldShape
    end: date
    models: tuple[Model, ...]
    domains: tuple[str, ...]
    n_reports: int
    drafts: list[_Draft] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)

    def run(self) -> None:
        shape, rng = self.shape, self.rng
        self.first_day = self.end - timedelta(days=7 * shape.n_weeks - 1)
        share = np.resize(np.array(shape.model_shares), len(self.models))
        self.model_share = share / share.sum()
        is_story = np.isin(self.domains, STORY_DOMAINS)
        others = rng.lognormal(0.0, shape.domain_sd, len(self.domains))
        weight = np.where(is_story, shape.story_weight, others)
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
        leaf = next(domain for domain in BRIGADE_DOMAINS if domain in self.domains)
        first = self.first_day + timedelta(days=int(rng.integers(8 * 7, 45 * 7)))
        before = len(self.drafts)
        for member in range(shape.brigade_members):
            for _ in range(shape.brigade_reports):
                day = first + timedelta(days=int(rng.integers(shape.brigade_days)))
                who = shape.n_contributors + member
                model = self.models[shape.brigade_model]
                self.drafts.append(_Draft(day, model, leaf, who, "brigade"))
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
            self.drafts.append(_Draft(day, self.models[number], leaf, who, cause))


def _write(
    drafts: list[_Draft],
    rng: np.random.Generator,
    texts: TextSource,
    brigade_texts: TextSource,
    shape: WorldShape,
) -> list[SimulatedReport]:
    waiting: dict[tuple[str, bool], list[Exchange]] = {}
    for domain, is_brigade in sorted({(d.domain, d.cause == "brigade") for d in drafts}):
        wanted = sum(d.domain == domain and (d.cause == "brigade") == is_brigade for d in drafts)
        if is_brigade:
            waiting[domain, True] = brigade_texts(domain, wanted, rng)
        else:
            waiting[domain, False] = _unique(domain, wanted, rng, texts)
    written = []
    for draft in drafts:
        is_planted = draft.cause != "ordinary"
        prompt, response = waiting[draft.domain, draft.cause == "brigade"].pop()
        silent = is_planted or bool(rng.random() < shape.silent_share)
        states = draft.cause == "brigade" or bool(rng.random() < shape.stated_share)
        model, vendor, site, label = draft.model
        written.append(
            SimulatedReport(
                day=draft.day,
                site=site,
                model=model,
                vendor=vendor,
                model_label=label,
                domain=draft.domain,
                domain_stated=draft.domain if states else "",
                symptoms=_symptoms(silent, rng),
                is_silent=silent,
                prompt=prompt,
                response=response,
                contributor=draft.contributor,
                cause=draft.cause,
            )
        )
    return written


def _unique(domain: str, count: int, rng: np.random.Generator, texts: TextSource) -> list[Exchange]:
    """So many exchanges with different prompts.

    Raises
    ------
    ValueError
        If the source runs dry: ten times as many exchanges gave too few different prompts.
    """
    found: dict[str, Exchange] = {}
    for _ in range(10):
        for exchange in texts(domain, count - len(found), rng):
            found.setdefault(exchange[0], exchange)
        if len(found) == count:
            return list(found.values())
    raise ValueError(f"only {len(found)} different prompts for {domain!r}, {count} wanted")


def _symptoms(is_silent: bool, rng: np.random.Generator) -> tuple[str, ...]:
    if not is_silent:
        return (STATED_SYMPTOMS[int(rng.integers(len(STATED_SYMPTOMS)))],)
    count = 1 + int(rng.random() < 0.3)
    chosen = rng.choice(len(SILENT_SYMPTOMS), count, replace=False)
    return tuple(SILENT_SYMPTOMS[int(i)] for i in sorted(chosen))
