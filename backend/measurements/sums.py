"""The controls as anybody may read them: sums over five contributors or more, never one rating or body.

A week appears once no further rating or body of it can count, so that two versions of a dataset never
differ by what one person sent.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    FloatField,
    Func,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)  # fmt: skip
from django.db.models.functions import Cast, Ceil, Coalesce, Exp, Greatest, Sqrt, TruncWeek
from django.utils import timezone

from backend.measurements.intake import TAG_DAYS
from backend.measurements.models import ExposureBatch, Rating
from backend.reports.intake import LATE_DAYS

CONTRIBUTORS_MIN = 5
"""As findings/selectors.py: below this a sum could point at a person."""
DAYS_OF_A_WEEK = 7
SPREAD_DAYS = 1
"""A day may be over in one time zone and go on in another."""


def week_closed() -> date:
    """The last Monday whose week is closed: what arrives now about it is too late to count."""
    latest = timezone.now().date() - timedelta(days=LATE_DAYS + DAYS_OF_A_WEEK + SPREAD_DAYS)
    return latest - timedelta(days=latest.weekday())


def ratings_public() -> QuerySet[Any, Any]:
    """Ratings that count, summed by week, site, model and domain, as dictionaries.

    `n`, `sum_w` and `sum_w2` are of those that say fine or not fine; the weight of one is 1 over the
    probability with which its answer was drawn; sums of weights have three digits. What tells how many said
    not fine (`*_shown`) is None unless five contributors at least said each. Imported and simulated
    ratings have no contributors.
    """
    said, bad, good = Q(is_bad__isnull=False), Q(is_bad=True), Q(is_bad=False)
    of_people = Q(provenance=Rating.Provenance.RATING)
    weeks = Cast(TruncWeek("rated_on"), DateField())
    cells = (
        Rating.objects.filter(is_counted=True)
        .annotate(week=weeks)
        .filter(~of_people | Q(week__lte=week_closed()))
        .values("provenance", "collection", "week", "site_id", "model_id", "domain_id")
        .annotate(
            contributors=_contributors(said), contributors_bad=_contributors(bad),
            contributors_good=_contributors(good), contributors_neither=_contributors(~said),
            n=Count("pk", filter=said), sum_w=_weights(said, 1), sum_w2=_weights(said, 2),
            n_bad=Count("pk", filter=bad), sum_w_bad=_weights(bad, 1),
            sum_w2_bad=_weights(bad, 2), n_cannot_tell=Count("pk", filter=~said),
            p_low=_digits(Min("sampling_probability", filter=said), "9.9"),
            p_high=_digits(Max("sampling_probability", filter=said), "9.9"),
        )
        .filter(n__gt=0)
    )  # fmt: skip
    both = Q(contributors_bad__gte=CONTRIBUTORS_MIN, contributors_good__gte=CONTRIBUTORS_MIN)
    neither = Q(contributors_neither__gte=CONTRIBUTORS_MIN)
    return cells.filter(~of_people | Q(contributors__gte=CONTRIBUTORS_MIN)).annotate(
        n_contributors=Case(When(of_people, then=F("contributors"))),
        n_bad_shown=Case(When(~of_people | both, then=F("n_bad"))),
        w_bad_shown=Case(When(~of_people | both, then=F("sum_w_bad"))),
        w2_bad_shown=Case(When(~of_people | both, then=F("sum_w2_bad"))),
        n_cannot_tell_shown=Case(When(~of_people | neither, then=F("n_cannot_tell"))),
    )


def _contributors(which: Q) -> Any:
    """How many people sent these ratings of a week, at least.

    Their tags tell, while all of the week are kept: they expire day by day, and two versions would tell how
    many ratings each day had. Later only this is left: a contributor counts once a day, so that seven
    ratings of a week come from one person at least.
    """
    of_kept = Q(week__gte=timezone.now().date() - timedelta(days=TAG_DAYS))
    tags = Count("sender__contributor_tag", filter=which & of_kept, distinct=True)
    days = Ceil(Count("pk", filter=which) / Value(float(DAYS_OF_A_WEEK)))
    return Greatest(tags, Cast(days, tags.output_field))


def _weights(which: Q, power: int) -> Any:
    weight: Any = Value(1.0) / F("sampling_probability")
    value = weight if power == 1 else weight * weight
    summed = Sum(ExpressionWrapper(value, FloatField()), filter=which)
    return _digits(Coalesce(summed, Value(0.0)), "9.99")


def _digits(value: Any, shape: str) -> Any:
    """So many digits that count. A device draws its n-th answer of a day with a probability of its own: with
    all digits of a sum each of ten ratings could be solved for, with the word that it says.
    """
    template = f"to_char(%(expressions)s, '{shape}EEEE')::double precision"
    return Func(value, template=template, output_field=FloatField())


def exposures_public() -> QuerySet[Any, Any]:
    """Noised counts of answers seen, summed by week, site and domain, as dictionaries.

    Only weeks of a site with five contributors or more, each with one body.
    """
    a: Any = Exp(Value(-0.5) * F("epsilon") / F("clip_max"))
    variance = ExpressionWrapper(
        Value(2.0) * a / ((Value(1.0) - a) * (Value(1.0) - a)), FloatField()
    )
    return (
        ExposureBatch.objects.filter(is_counted=True, week__lte=week_closed())
        .values("week", "site_id", "counts__domain_id")
        .annotate(
            n_contributors=Count("pk"),
            answers=Sum("counts__count"),
            noise_sd=Sqrt(Sum(variance)),
            clip=Max("clip_max"),
            has_counts=ExpressionWrapper(Q(answers__isnull=False), BooleanField()),
        )
        .filter(n_contributors__gte=CONTRIBUTORS_MIN, has_counts=True)
    )
