"""Worlds with planted truth: for tests, the demo episode and measuring the method's own errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from analysis import synthetic_text
from analysis.synthetic_draft import (
    BRIGADE_DOMAINS,
    STORY_DOMAINS,
    Draft,
    Drafting,
    Episode,
    Model,
    WorldShape,
)

__all__ = [
    "BRIGADE_DOMAINS",
    "STORY_DOMAINS",
    "DemoWorld",
    "Episode",
    "Model",
    "PlantedBoundary",
    "SimulatedRating",
    "SimulatedReport",
    "WorldShape",
    "demo_ratings",
    "demo_world",
    "plain_texts",
    "planted_boundary",
]

Exchange = tuple[str, str]
TextSource = Callable[[str, int, np.random.Generator], list[Exchange]]

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
class DemoWorld:
    """Reports, oldest first, and the truth about them."""

    reports: tuple[SimulatedReport, ...]
    degradation: Episode
    outage: Episode
    brigade: Episode


@dataclass(frozen=True)
class SimulatedRating:
    """What a simulated person says of one answer that was drawn at random."""

    day: date
    site: str
    model: str
    domain: str
    is_bad: bool


RATED_BAD, RATED_BAD_DEGRADED, RATED_BAD_OUT = 0.10, 0.35, 0.50
"""Shares of bad answers: ordinary, in the degraded cells, and while a vendor is out."""


def demo_ratings(
    world: DemoWorld,
    *,
    seed: int,
    first: date,
    end: date,
    models: Sequence[Model],
    domains: Sequence[str],
    per_day: float = 0.3,
) -> list[SimulatedRating]:
    """Ratings of answers of the demo's models from one day to another, both included.

    The brigade writes reports; nobody asks its members about answers drawn at random.

    Parameters
    ----------
    world : DemoWorld
    seed : int
    first, end : date
    models, domains : sequences
        As for `demo_world`.
    per_day : float
        Ratings of each model in each domain, on average.
    """
    rng = np.random.default_rng([seed, 43])
    found = []
    for offset in range((end - first).days + 1):
        day = first + timedelta(days=offset)
        for model, _, site, _ in models:
            for domain, count in zip(domains, rng.poisson(per_day, len(domains)), strict=True):
                share = _rated_bad(world, day, model, domain)
                bad = rng.random(count) < share
                found += [SimulatedRating(day, site, model, domain, bool(one)) for one in bad]
    return found


def _rated_bad(world: DemoWorld, day: date, model: str, domain: str) -> float:
    for episode, share in (
        (world.degradation, RATED_BAD_DEGRADED),
        (world.outage, RATED_BAD_OUT),
    ):
        is_here = model in episode.models and domain in episode.domains
        if is_here and episode.first_day <= day <= episode.last_day:
            return share
    return RATED_BAD


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
    drafting = Drafting(
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


@dataclass(frozen=True)
class PlantedBoundary:
    """Reports and ratings drawn from given prompts, some of whose topics are affected.

    Attributes
    ----------
    rows : ndarray of shape (n_reports + n_ratings,), dtype=int64
        The prompts drawn, as positions in `topic`; no prompt twice.
    is_bad : ndarray of shape (n_reports + n_ratings,), dtype=bool
        True for every report, and for ratings that say bad.
    is_affected : ndarray of shape (n_topics,), dtype=bool
        The truth.
    """

    rows: NDArray[np.int64]
    is_bad: NDArray[np.bool_]
    is_affected: NDArray[np.bool_]


def planted_boundary(
    topic: NDArray[np.int64],
    is_affected: NDArray[np.bool_],
    *,
    seed: int,
    ratio: float,
    n_reports: int = 2000,
    n_ratings: int = 2000,
    bad_share: float = 0.1,
) -> PlantedBoundary:
    """Bad answers `ratio` times as often on affected topics.

    Reports are drawn in proportion to how often answers are bad; ratings of answers at random.

    Parameters
    ----------
    topic : ndarray of shape (n_prompts,), dtype=int64
        Topic of each prompt; at least n_reports + n_ratings prompts.
    is_affected : ndarray of shape (n_topics,), dtype=bool
    seed : int
    ratio : float
        Of the rates of bad answers. Range: >= 1.
    n_reports, n_ratings : int
    bad_share : float
        Rate of bad answers on topics that are not affected.

    Raises
    ------
    ValueError
        If there are too few prompts.
    """
    if len(topic) < n_reports + n_ratings:
        raise ValueError(f"{len(topic)} prompts for {n_reports + n_ratings} reports and ratings")
    rng = np.random.default_rng([seed, 31])
    rate = np.minimum(1.0, bad_share * np.where(is_affected[topic], ratio, 1.0))
    reports = rng.choice(len(topic), n_reports, replace=False, p=rate / rate.sum())
    rated = rng.choice(np.setdiff1d(np.arange(len(topic)), reports), n_ratings, replace=False)
    is_bad = np.concatenate([np.ones(n_reports, dtype=bool), rng.random(n_ratings) < rate[rated]])
    return PlantedBoundary(np.concatenate([reports, rated]), is_bad, is_affected)


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


def _write(
    drafts: list[Draft],
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
