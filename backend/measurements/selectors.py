"""Reading the controls."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum

from backend.measurements.models import ExposureBatch, Rating, RatingSender

RATING_COLUMNS = (
    "collection", "item", "model_id", "model__family", "model__released_on",
    "domain_id", "is_bad", "is_bad_normalised", "response_chars",
)  # fmt: skip
SAMPLED_COLUMNS = (
    "rated_on", "site_id", "site__vendor_id", "model_id", "model__vendor_id", "domain_id", "is_bad",
    "sampling_probability", "provenance", "sender__contributor_tag",
)  # fmt: skip


def ratings_for_analysis() -> Iterator[tuple[Any, ...]]:
    """Every graded answer of an imported collection as RATING_COLUMNS, in an order of its own.

    Versions are compared without weights, so ratings that were drawn with unequal probabilities are
    not among them: see `ratings_sampled_for_analysis`.
    """
    graded = Rating.objects.filter(provenance=Rating.Provenance.IMPORT)
    return graded.order_by("id").values_list(*RATING_COLUMNS).iterator(chunk_size=5000)


def ratings_first_day() -> date | None:
    """The day of the first rating of all; None without any."""
    first: date | None = Rating.objects.aggregate(first=Min("rated_on"))["first"]
    return first


def ratings_sampled_for_analysis(*, as_of: date) -> QuerySet[Any, tuple[Any, ...]]:
    """Every rating drawn at random that counts and says something, up to a day, as SAMPLED_COLUMNS.

    The weight of a row is 1 / `sampling_probability` (Hajek): the share of bad answers of a cell is
    the sum of the weights of its bad rows over the sum of all its weights. Model and domain are null
    where unknown. Simulated ratings are among them; their provenance says so, and nobody may add
    them to those of people, of which none about an invented model is here: real ones are compared with
    the rest. The tag is null once it is erased, and where there is nobody.
    """
    of_people = Q(provenance=Rating.Provenance.RATING)
    sampled = Rating.objects.filter(
        provenance__in=(Rating.Provenance.RATING, Rating.Provenance.SIMULATED),
        is_counted=True,
        is_bad__isnull=False,
        rated_on__lte=as_of,
    ).exclude(of_people & Q(model__is_fictional=True))
    return sampled.order_by("rated_on", "id").values_list(*SAMPLED_COLUMNS)


@dataclass(frozen=True)
class ExposureTotal:
    """Answers seen at one site in one domain and week: an unbiased total and what its noise adds."""

    week: date
    """Its Monday."""
    site: str
    domain: str | None
    n_contributors: int
    answers: int
    """Of each contributor at most `clip_max` a week. May be below zero, because of the noise."""
    noise_variance: float
    """Of `answers`, by the stated noise of its batches."""


def exposures_for_analysis(*, as_of: date, weeks: int = 8) -> list[ExposureTotal]:
    """Weekly totals of the batches that count, over the weeks that ended by `as_of`.

    Sites and domains come with a total each or not at all: a week of a site holds every domain.
    """
    latest = as_of - timedelta(days=6)
    batches = ExposureBatch.objects.filter(
        is_counted=True, week__gt=latest - timedelta(weeks=weeks), week__lte=latest
    )
    noise: dict[tuple[date, str], float] = {}
    for week, site, epsilon, clip_max, n in (
        batches.values_list("week", "site_id", "epsilon", "clip_max")
        .annotate(n=Count("id"))
        .order_by("week", "site_id", "epsilon", "clip_max")
    ):
        variance = n * noise_variance(epsilon=epsilon, clip_max=clip_max)
        noise[week, site] = noise.get((week, site), 0.0) + variance
    totals = (
        batches.values_list("week", "site_id", "counts__domain_id")
        .annotate(n=Count("id"), answers=Sum("counts__count"))
        .order_by("week", "site_id", "counts__domain_id")
    )
    return [
        ExposureTotal(week, site, domain, n, answers, noise[week, site])
        for week, site, domain, n, answers in totals
    ]


def noise_variance(*, epsilon: float, clip_max: int) -> float:
    """Variance of one count's two-sided geometric noise, P(k) proportional to a**abs(k).

    a = exp(-epsilon / (2 clip_max)), because two weeks of at most clip_max answers differ by at most
    2 clip_max; then the variance is 2a / (1-a)**2 (Ghosh, Roughgarden, Sundararajan 2012).
    """
    a = math.exp(-epsilon / (2 * clip_max))
    return 2 * a / (1 - a) ** 2


RATERS_SHOWN_MIN = 5
"""Below this a number of people's ratings is never published."""


def rating_totals_public() -> dict[str, int | None]:
    """How many ratings there are by where they come from: `rating` (people, drawn at random), `import`
    and `simulated`. People's that count and say something; None where they are known to be of fewer than
    five contributors.
    """
    said = Rating.objects.filter(is_counted=True, is_bad__isnull=False)
    rows = said.order_by("provenance").values_list("provenance").annotate(n=Count("id"))
    found: dict[str, int | None] = {"rating": 0, "import": 0, "simulated": 0}
    found |= dict(rows.values_list("provenance", "n"))
    if found["rating"] == 0:
        return found
    tags = RatingSender.objects.filter(rating__in=said).values("contributor_tag").distinct()
    is_told = tags[:RATERS_SHOWN_MIN].count() >= RATERS_SHOWN_MIN
    return {**found, "rating": found["rating"] if is_told else None}
