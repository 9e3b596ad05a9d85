"""Reports and ratings drawn from real graded answers, with a model silently put in another's place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from analysis.disproportionality import Flags
from analysis.evaluate.mmlu_pro import Answers
from analysis.records import (
    CountedEvidence,
    Domain,
    ExposureArrays,
    Floats,
    Ints,
    SampledRatings,
    Strings,
)

VENDORS = {
    "meta": "Meta-Llama-3_1-70B-Instruct",
    "google": "gemini-1.5-pro-002",
    "ai21": "jamba-1.5-large",
    "alibaba": "Qwen1.5-72B-Chat",
    "mistral": "Mixtral-8x7B-Instruct-v0.1",
    "cohere": "c4ai-command-r-v01",
}
"""One real model per real vendor."""
SUBSTITUTE = "Meta-Llama-3_1-8B-Instruct"
"""What answers instead of the first vendor's model from the onset on."""
START = np.datetime64("2024-01-01", "D")
ONSET_WEEK, WEEKS_AFTER = 13, 13

_CONTRIBUTORS = 3_000
_EXPOSURES_PER_WEEK = 18_000
_FLAG_PROBABILITY = 0.05
_ACTIVITY_SD = 1.5
_PROBABILITY = 0.02


@dataclass(frozen=True)
class DrawnWorld:
    """Half a year, or more, of ratings of random answers and of voluntary reports of wrong ones.

    Attributes
    ----------
    rating_day, report_day : ndarray of shape (n,), dtype=datetime64[D]
    rating_vendor, rating_model, rating_domain, rating_item, rating_contributor : Strings
        The model is the one that the label says, whatever answered. The raters are the people who report;
        nobody counts twice in a cell and eight weeks.
    rating_is_bad : ndarray of shape (n_ratings,), dtype=bool
        True where the answer was wrong.
    report_vendor, report_model, report_domain, report_item, report_contributor : Strings
        Wrong answers alone are reported, each with a probability of 5 %, by 3,000 people of
        log-normal activity (sd 1.5): about 400 reports a week.
    planted : frozenset of (vendor, domain)
        The cells that are served the substitute from `onset` on.
    onset, last_day : days
    """

    rating_day: NDArray[np.datetime64]
    rating_vendor: Strings
    rating_model: Strings
    rating_domain: Strings
    rating_item: Strings
    rating_is_bad: Flags
    rating_contributor: Strings
    report_day: NDArray[np.datetime64]
    report_vendor: Strings
    report_model: Strings
    report_domain: Strings
    report_item: Strings
    report_contributor: Strings
    planted: frozenset[tuple[str, str]]
    onset: np.datetime64
    last_day: date


def drawn_world(
    answers: Answers,
    domains: tuple[str, ...],
    *,
    seed: int,
    ratings_per_day: float = 3.0,
    onset_week: int = ONSET_WEEK,
) -> DrawnWorld:
    """Weeks of six real models, and 13 more in which a smaller one answers for the first.

    Parameters
    ----------
    answers : Answers
    domains : tuple of str
        Where it does: one domain, all of them, or none.
    seed : int
    ratings_per_day : float
        Of each vendor in each domain, on average.
    onset_week : int
        Weeks before.
    """
    weeks = onset_week + WEEKS_AFTER
    rng = np.random.default_rng(seed)
    names = np.array(sorted(set(answers.domain)), dtype=object)
    vendors = np.array(list(VENDORS), dtype=object)
    models = np.array(list(VENDORS.values()), dtype=object)
    of_domain = [np.flatnonzero(answers.domain == name) for name in names]
    wrong = np.array([answers.wrong[model] for model in models])
    is_planted = np.isin(answers.domain, domains)
    onset = onset_week * 7

    def asked(vendor: Ints, domain: Ints) -> tuple[Ints, Ints, Flags]:
        """Day, item and whether the answer was wrong, of questions put to these vendors."""
        day = rng.integers(0, weeks * 7, len(vendor))
        sizes = np.array([len(rows) for rows in of_domain])
        place = (rng.random(len(vendor)) * sizes[domain]).astype(np.int64)
        item = np.concatenate(of_domain)[np.cumsum(sizes)[domain] - sizes[domain] + place]
        is_swapped = (vendor == 0) & (day >= onset) & is_planted[item]
        return day, item, np.where(is_swapped, answers.wrong[SUBSTITUTE][item], wrong[vendor, item])

    cells = len(vendors) * len(names)
    cell = np.repeat(np.arange(cells), rng.poisson(ratings_per_day * weeks * 7, cells))
    day, item, is_bad = asked(cell // len(names), cell % len(names))
    n = rng.poisson(_EXPOSURES_PER_WEEK * weeks)
    vendor = rng.integers(0, len(vendors), n)
    seen_day, seen_item, is_wrong = asked(vendor, rng.integers(0, len(names), n))
    told = np.flatnonzero(is_wrong & (rng.random(n) < _FLAG_PROBABILITY))
    activity = rng.lognormal(0.0, _ACTIVITY_SD, _CONTRIBUTORS)
    share = activity / activity.sum()
    people = rng.choice(_CONTRIBUTORS, len(told), p=share)
    raters = _raters(cell, day, share, np.random.default_rng([seed, 7]))
    return DrawnWorld(
        rating_day=START + day,
        rating_vendor=vendors[cell // len(names)],
        rating_model=models[cell // len(names)],
        rating_domain=names[cell % len(names)],
        rating_item=answers.item[item],
        rating_is_bad=is_bad,
        rating_contributor=_people(raters),
        report_day=START + seen_day[told],
        report_vendor=vendors[vendor[told]],
        report_model=models[vendor[told]],
        report_domain=answers.domain[seen_item[told]],
        report_item=answers.item[seen_item[told]],
        report_contributor=_people(people),
        planted=frozenset((str(vendors[0]), domain) for domain in domains),
        onset=START + onset,
        last_day=(START + (weeks * 7 - 1)).item(),
    )


def _raters(cell: Ints, day: Ints, share: Floats, rng: np.random.Generator) -> Ints:
    """Who gave each rating: nobody twice in a cell and eight weeks."""
    epoch = _epoch(START + day)
    group = cell * (int(epoch.max()) + 1) + epoch
    order = np.argsort(group, kind="stable")
    edges = np.flatnonzero(np.diff(group[order])) + 1
    raters = np.empty(len(cell), dtype=np.int64)
    for rows in np.split(order, edges):
        raters[rows] = rng.choice(_CONTRIBUTORS, len(rows), replace=False, p=share)
    return raters


def _epoch(day: NDArray[np.datetime64]) -> Ints:
    """Number of the eight weeks in which a person keeps a name."""
    found: Ints = (day - np.datetime64("1970-01-05", "D")).astype(np.int64) // 56
    return found


def _people(numbers: Ints) -> Strings:
    return np.array([f"c{number:04}" for number in range(_CONTRIBUTORS)], dtype=object)[numbers]


def _codes(day: NDArray[np.datetime64], vendor: Strings, contributor: Strings) -> Strings:
    """What a person is called: another name at each site and in each eight weeks."""
    people = zip(vendor, _epoch(day), contributor, strict=True)
    return np.array([f"{v}|{e}|{c}" for v, e, c in people], dtype=object)


def evidence_of_drawn(world: DrawnWorld) -> CountedEvidence:
    """The world as a run would hold it: silent reports, each a text of its own, and ratings.

    One site per vendor; contributors are codes of a site and eight weeks.
    """
    n, n_ratings = len(world.report_day), len(world.rating_day)
    raters = _codes(world.rating_day, world.rating_vendor, world.rating_contributor)
    return CountedEvidence(
        as_of=world.last_day,
        domains=tuple(Domain(name, "") for name in sorted(set(world.rating_domain.tolist()))),
        report_id=np.array([f"{i:08d}" for i in range(n)], dtype=object),
        day=world.report_day,
        site=world.report_vendor,
        model=world.report_model,
        vendor=world.report_vendor,
        domain=world.report_domain,
        is_silent=np.ones(n, dtype=np.bool_),
        contributor=_codes(world.report_day, world.report_vendor, world.report_contributor),
        client=np.full(n, "0.1.0/site", dtype=object),
        redaction=np.full(n, "1", dtype=object),
        provenance=np.full(n, "report", dtype=object),
        standing=np.arange(n),
        cohort=np.arange(n),
        ratings=SampledRatings(
            day=world.rating_day,
            model=world.rating_model,
            vendor=world.rating_vendor,
            domain=world.rating_domain,
            is_bad=world.rating_is_bad,
            probability=np.full(n_ratings, _PROBABILITY),
            contributor=np.unique(raters, return_inverse=True)[1],
            provenance=np.full(n_ratings, "rating", dtype=object),
        ),
        exposures=ExposureArrays.none(),
    )
