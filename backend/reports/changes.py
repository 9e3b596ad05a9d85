"""Whether anything about the public reports may have changed: for sweeps that should cost nothing."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, QuerySet, Sum
from django.utils import timezone

from backend.reports.models import ModerationEvent, Report
from backend.reports.selectors import reports_public_timely

EVENTS_READ = 1000
"""A decision may be stored after one with a higher number; so many of the last ones are looked at."""


def reports_stamp() -> tuple[Any, ...]:
    """Another value after every release, withdrawal and rejection, and every day. About 1 ms."""
    newest = ModerationEvent.objects.order_by("-pk").values("pk")[:EVENTS_READ]
    seen = ModerationEvent.objects.filter(pk__in=newest)
    numbers = seen.aggregate(n=Count("pk"), sum=Sum("pk"), last=Max("pk"))
    return (
        timezone.now().date().isoformat(),
        numbers["n"],
        int(numbers["sum"] or 0),
        numbers["last"],
    )


def models_reported_public() -> QuerySet[Report, str]:
    """Slugs of the models that public reports are about, for `pk__in`."""
    return reports_public_timely().order_by().values_list("model_id", flat=True).distinct()
