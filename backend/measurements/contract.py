"""What ratings, exposures and drift reports must look like, and what the catalogue must know of them.

The shapes are `tests/contract/{rating,exposure,drift}_v1.schema.json`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from backend.catalogue.selectors import leaf_by_slug, leaves_listed, model_by_label, site_by_slug
from backend.common.errors import RuleError
from backend.common.shapes import shape_errors
from backend.reports.contract import OBSERVED_FIRST, ZONE_DAYS, has_forbidden_characters

RATING, EXPOSURE, DRIFT = "rating_v1", "exposure_v1", "drift_v1"
NOISE_SCALES_MAX = 20
"""Honest noise is larger than this many of its scales once in 10 million batches."""
DRIFT_CHARS_MAX = 200_000
Payload = Mapping[str, Any]
Fields = dict[str, list[str]]


@dataclass(frozen=True)
class CheckedRating:
    """A rating that keeps the contract, with the catalogue's keys of what it names."""

    payload: Payload
    rated_on: date
    model_id: str | None
    is_vendors_site: bool
    """False where another's model answers: there the page's word is all that names the model."""


def rating_check(payload: Any) -> CheckedRating:
    """The payload, if it keeps the contract; else RuleError with a message per field.

    Codes: `rating_invalid` (shape), `text_unclean`, `rating_rule_broken` (a day, or something that
    the catalogue doesn't know).
    """
    _shape_check(RATING, payload, "rating")
    label = payload["model_label"]
    if label and has_forbidden_characters(label):
        raise RuleError(
            "text_unclean",
            "A text holds characters that no rating may hold.",
            {"model_label": ["Control characters, NUL and lone surrogates are not allowed."]},
        )
    site = site_by_slug(payload["site"])
    fields: Fields = {}
    if site is None:
        fields["site"] = ["The catalogue has no such site."]
    if payload["domain"] is not None and leaf_by_slug(payload["domain"]) is None:
        fields["domain"] = ["The catalogue has no such leaf of the domain tree."]
    rated_on = None
    try:
        rated_on = date.fromisoformat(payload["rated_on"])
    except ValueError:
        fields["rated_on"] = ["There is no such day."]
    else:
        if not OBSERVED_FIRST <= rated_on <= timezone.now().date() + timedelta(days=ZONE_DAYS):
            fields["rated_on"] = [f"The day must lie between {OBSERVED_FIRST} and today."]
    if fields or rated_on is None or site is None:
        raise RuleError("rating_rule_broken", "The rating breaks a rule.", fields)
    model = model_by_label(label) if label else None
    return CheckedRating(
        payload=payload,
        rated_on=rated_on,
        model_id=model.pk if model else None,
        is_vendors_site=model is None or site.vendor_id == model.vendor_id,
    )


def exposures_check(payload: Any) -> date:
    """The Monday of the week that the payload counts, if it keeps the contract; else RuleError.

    Codes: `exposures_invalid` (shape) and `exposures_rule_broken`. The counts must be of exactly the
    catalogue's domains and `null`: a batch that left some out would tell which were used.
    """
    _shape_check(EXPOSURE, payload, "exposures")
    fields: Fields = {}
    if site_by_slug(payload["site"]) is None:
        fields["site"] = ["The catalogue has no such site."]
    domains = [cell["domain"] for cell in payload["counts"]]
    listed = {None, *leaves_listed().values_list("slug", flat=True)}
    if len(domains) != len(listed) or set(domains) != listed:
        fields["counts"] = ["Give one count for each domain of the catalogue, and one for null."]
    limit = count_max(payload["epsilon"], payload["clip_max"])
    if any(abs(cell["count"]) > limit for cell in payload["counts"]):
        fields["counts"] = [f"With this noise a count lies between -{limit} and {limit}."]
    monday = None
    try:
        year, week = payload["iso_week"].split("-W")
        monday = date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        fields["iso_week"] = ["There is no such week."]
    else:
        latest = timezone.now().date() + timedelta(days=ZONE_DAYS)
        if monday < OBSERVED_FIRST or monday + timedelta(days=7) > latest:
            fields["iso_week"] = [
                f"The week must lie between {OBSERVED_FIRST} and now, and be over."
            ]
    if fields or monday is None:
        raise RuleError("exposures_rule_broken", "The counts break a rule.", fields)
    return monday


def count_max(epsilon: float, clip_max: int) -> int:
    """The largest count that a batch with this noise may hold."""
    return math.ceil(clip_max + NOISE_SCALES_MAX * 2 * clip_max / epsilon)


def drift_check(payload: Any) -> None:
    """RuleError unless the payload is the bare structure of a page of a known site.

    Codes: `drift_invalid` (shape), `drift_rule_broken`.
    """
    _shape_check(DRIFT, payload, "drift")
    if site_by_slug(payload["site"]) is None:
        raise RuleError(
            "drift_rule_broken",
            "The drift report breaks a rule.",
            {"site": ["The catalogue has no such site."]},
        )


def _shape_check(schema: str, payload: Any, entity: str) -> None:
    fields = shape_errors(schema, payload)
    if fields:
        raise RuleError(f"{entity}_invalid", "The body does not have the right shape.", fields)
