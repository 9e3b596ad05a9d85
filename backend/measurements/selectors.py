"""Reading the controls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backend.measurements.models import Rating

RATING_COLUMNS = (
    "collection", "item", "model_id", "model__family", "model__released_on",
    "domain_id", "is_bad", "is_bad_normalised", "response_chars",
)  # fmt: skip


def ratings_for_analysis() -> Iterator[tuple[Any, ...]]:
    """Every rating as a row of RATING_COLUMNS, in an order that does not depend on the database."""
    return Rating.objects.order_by("id").values_list(*RATING_COLUMNS).iterator(chunk_size=5000)


def rating_counts_public() -> dict[str, int]:
    """Number of ratings per collection."""
    from django.db.models import Count

    return dict(
        Rating.objects.order_by("collection")
        .values_list("collection")
        .annotate(n=Count("id"))
        .values_list("collection", "n")
    )
