"""From payloads to rows: checked, stored once. Called by services only."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from backend.common.errors import ConflictError, RuleError
from backend.credentials.vouching import Claim, Vouches
from backend.measurements.contract import (
    DRIFT_CHARS_MAX,
    CheckedRating,
    drift_check,
    exposures_check,
    rating_check,
)
from backend.measurements.models import (
    DriftReport,
    Exposure,
    ExposureBatch,
    ExposureSender,
    Rating,
    RatingSender,
    Verdict,
)
from backend.reports.contract import payload_digest
from backend.reports.intake import LATE_DAYS, client_name
from backend.reports.redaction import redact

TAG_DAYS = 8 * 7 + LATE_DAYS
"""A tag changes after 8 weeks, and what is later than LATE_DAYS does not count: then it is erased."""
COLLECTION = "ratings"
STORE_ATTEMPTS = 3


@dataclass(frozen=True)
class Stored:
    """What sending a control led to."""

    id: UUID
    received_on: date
    is_new: bool
    """False if this very body had been stored before."""


def rating_store(payload: Any, vouches: Vouches) -> Stored:
    """Store one rating; the same payload again is stored once. RuleError, ConflictError."""
    checked = rating_check(payload)
    return _once(lambda: _rating_insert(checked, vouches), entity="rating")


def _rating_insert(checked: CheckedRating, vouches: Vouches) -> Stored:
    payload, today = checked.payload, timezone.now().date()
    # In this order: who stores the same between two looks is seen by the second with their sender.
    is_known = Rating.objects.filter(pk=payload["id"]).exists()
    before = RatingSender.objects.filter(pk=payload["id"]).select_related("rating").first()
    if is_known or before is not None:
        return _again(before, payload, before and before.rating.received_on, entity="rating")
    tag, model, verdict = payload["contributor_tag"], checked.model_id, payload["verdict"]
    cell = _cell(checked)
    is_counted = (
        payload["is_linked"]
        and checked.is_vendors_site
        and checked.rated_on >= today - timedelta(days=LATE_DAYS)
        and not _is_taken(tag, checked.rated_on, cell)
        and vouches(Claim(payload["site"], tag, checked.rated_on, f"rating|{model or ''}"))
    )
    rating = Rating.objects.create(
        id=UUID(payload["id"]),
        provenance=Rating.Provenance.RATING,
        collection=COLLECTION,
        rated_on=checked.rated_on,
        received_on=today,
        site_id=payload["site"],
        model_id=model,
        model_label=_label(payload["model_label"], is_known=model is not None),
        model_label_source=payload["model_label_source"],
        domain_id=payload["domain"],
        verdict=verdict,
        is_bad=None if verdict == Verdict.CANNOT_TELL else verdict == Verdict.NOT_FINE,
        sampling_probability=payload["sampling_probability"],
        is_counted=is_counted,
        client=client_name(payload["client"]),
    )
    RatingSender.objects.create(
        rating=rating,
        counted_on=checked.rated_on if is_counted else None,
        counted_cell=cell if is_counted else None,
        **_sender(payload, checked.rated_on),
    )
    return Stored(rating.pk, today, is_new=True)


def _cell(checked: CheckedRating) -> str | None:
    """Model and subject of a rating that says something about them."""
    domain = checked.payload["domain"]
    is_known = checked.model_id and domain and checked.payload["verdict"] != Verdict.CANNOT_TELL
    return f"{checked.model_id}|{domain}" if is_known else None


def _is_taken(tag: str, day: date, cell: str | None) -> bool:
    """Whether a rating of the contributor counts already for that day, or for that cell."""
    taken = Q(counted_on=day)
    if cell is not None:
        taken |= Q(counted_cell=cell)
    return RatingSender.objects.filter(taken, contributor_tag=tag).exists()


def _label(label: str | None, *, is_known: bool) -> str:
    """The label as it may be kept: one that the catalogue does not know was typed by somebody."""
    if not label or is_known:
        return label or ""
    return redact("", "", "", label).texts[3][:120]


def exposures_store(payload: Any, vouches: Vouches) -> Stored:
    """Store one week's counts; the same payload again is stored once. RuleError, ConflictError."""
    week = exposures_check(payload)
    return _once(lambda: _exposures_insert(payload, week, vouches), entity="exposures")


def _exposures_insert(payload: Mapping[str, Any], week: date, vouches: Vouches) -> Stored:
    today = timezone.now().date()
    is_known = ExposureBatch.objects.filter(pk=payload["id"]).exists()
    before = ExposureSender.objects.filter(pk=payload["id"]).select_related("batch").first()
    if is_known or before is not None:
        return _again(before, payload, before and before.batch.received_on, entity="exposures")
    tag, site = payload["contributor_tag"], payload["site"]
    if ExposureSender.objects.filter(contributor_tag=tag, week=week, site_id=site).exists():
        raise ConflictError("exposures_week_conflict", "This contributor's week is stored already.")
    is_timely = week + timedelta(days=7) >= today - timedelta(days=LATE_DAYS)
    claim = Claim(site, tag, week, f"exposures|{week}")
    batch = ExposureBatch.objects.create(
        id=UUID(payload["id"]),
        received_on=today,
        week=week,
        site_id=site,
        epsilon=payload["epsilon"],
        clip_max=payload["clip_max"],
        is_counted=payload["is_linked"] and is_timely and vouches(claim),
        client=client_name(payload["client"]),
    )
    Exposure.objects.bulk_create(
        Exposure(batch=batch, domain_id=cell["domain"], count=cell["count"])
        for cell in payload["counts"]
    )
    ExposureSender.objects.create(batch=batch, week=week, site_id=site, **_sender(payload, week))
    return Stored(batch.pk, today, is_new=True)


def drift_report_store(payload: Any) -> Stored:
    """Store the structure of one page; the same payload again is stored once."""
    drift_check(payload)
    if len(json.dumps(payload["nodes"])) > DRIFT_CHARS_MAX:
        message = f"At most {DRIFT_CHARS_MAX:,} characters."
        raise RuleError("drift_too_long", "The drift report is too long.", {"nodes": [message]})
    fields = {
        "site_id": payload["site"],
        "adapter": payload["client"]["adapter"],
        "extension_version": payload["client"]["extension_version"],
        "nodes": payload["nodes"],
    }
    report, is_new = DriftReport.objects.get_or_create(
        id=UUID(payload["id"]), defaults=fields | {"received_on": timezone.now().date()}
    )
    if any(getattr(report, name) != value for name, value in fields.items()):
        raise _id_conflict("drift")
    return Stored(report.pk, report.received_on, is_new)


def _sender(payload: Mapping[str, Any], day: date) -> dict[str, Any]:
    return {
        "contributor_tag": payload["contributor_tag"],
        "is_linked": payload["is_linked"],
        "payload_digest": payload_digest(payload),
        "expires_on": max(day, timezone.now().date()) + timedelta(days=TAG_DAYS),
    }


def _again(
    before: models.Model | None, payload: Mapping[str, Any], received_on: Any, *, entity: str
) -> Stored:
    """The stored row if the very same is sent again; its sender may have been erased."""
    if before is None or getattr(before, "payload_digest", "") != payload_digest(payload):
        raise _id_conflict(entity)
    return Stored(before.pk, received_on, is_new=False)


def _id_conflict(entity: str) -> ConflictError:
    return ConflictError(f"{entity}_id_conflict", "Something else is stored with this id.")


def _once(insert: Callable[[], Stored], *, entity: str) -> Stored:
    """Insert in a transaction; look again where somebody stored the same a moment ago."""
    for attempt in range(1, STORE_ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return insert()
        except IntegrityError:
            if attempt == STORE_ATTEMPTS:
                raise _id_conflict(entity) from None
    raise AssertionError("unreachable")
