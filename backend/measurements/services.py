"""Getting controls in, from devices and from collections, and erasing what has expired.

Imported collections go through the same door as every report.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.crypto import salted_hmac

from backend.catalogue.services import domain_for_task, model_for_import
from backend.credentials.vouching import Vouches, vouch_for_all
from backend.measurements.exchanges import TEXT_CHARS_MAX, GradedExchange, exchanges_read
from backend.measurements.intake import (
    Stored,
    drift_report_store,
    exposures_store,
    rating_store,
)
from backend.measurements.models import DriftReport, ExposureSender, Rating, RatingSender, Verdict
from backend.reports.contract import has_forbidden_characters
from backend.reports.redaction import REDACTION_VERSION
from backend.reports.services import reports_submit_many

BATCH_ROWS = 200
SIMULATED_ROWS = 2_000
DRIFT_DAYS = 90


@dataclass(frozen=True)
class ImportCount:
    """What an import did: graded answers read, ratings and reports that are new, answers left out."""

    n_read: int
    n_ratings_new: int
    n_reports_new: int
    n_unreportable: int
    """Wrong answers without text, with control characters or too long: rated, but no report."""


def exchanges_import(
    *,
    path: Path,
    collection: str,
    symptoms: Mapping[str, str],
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportCount:
    """Store every graded answer as a rating, and every wrong one as a report too. Runs twice safely.

    `symptoms` maps a task to the symptom of its wrong answers, where the lines name none.
    Raises RuleError for a line that does not have the documented shape; earlier batches stay.
    """
    n_read = n_ratings = n_reports = n_unreportable = 0
    for batch in _batches(exchanges_read(path)):
        names = _names(batch, collection)
        n_ratings += _ratings_store(batch, collection, names)
        wrong = [exchange for exchange in batch if exchange.is_bad]
        sendable = [exchange for exchange in wrong if _is_sendable(exchange)]
        n_unreportable += len(wrong) - len(sendable)
        stored = reports_submit_many(
            payloads=[_payload(exchange, collection, symptoms, names) for exchange in sendable],
            provenance="import",
            collection=collection,
        )
        n_reports += sum(report.is_new for report in stored)
        n_read += len(batch)
        progress(len(batch))
    return ImportCount(n_read, n_ratings, n_reports, n_unreportable)


def rating_submit(*, payload: Any, vouches: Vouches = vouch_for_all) -> Stored:
    """Store one rating of an answer that was drawn at random. RuleError, ConflictError.

    It counts if its sender let it be linked, its day is within the last 28, its site is the model's
    own vendor's, the contributor has no other rating of that day, and none of that model and domain while
    the tag is kept, and `vouches` says so.
    """
    return rating_store(payload, vouches)


def exposures_submit(*, payload: Any, vouches: Vouches = vouch_for_all) -> Stored:
    """Store one device's noised counts of a site and week. RuleError, ConflictError."""
    return exposures_store(payload, vouches)


def drift_report_submit(*, payload: Any) -> Stored:
    """Store the bare structure of a page that an adapter could not read. RuleError, ConflictError."""
    return drift_report_store(payload)


def expired_erase() -> tuple[int, int]:
    """Erase tags past their epoch and drift reports past 90 days; how many of each."""
    today = timezone.now().date()
    n_senders = sum(
        senders.objects.filter(expires_on__lt=today).delete()[0]
        for senders in (RatingSender, ExposureSender)
    )
    last_day = today - timedelta(days=DRIFT_DAYS)
    n_drift, _ = DriftReport.objects.filter(received_on__lt=last_day).delete()
    return n_senders, n_drift


@dataclass(frozen=True)
class SimulatedRow:
    """One rating of a simulated person: slugs of the catalogue, a day, and what they said."""

    rated_on: date
    site: str
    model: str
    domain: str
    is_bad: bool


def ratings_simulate(
    *, rows: Iterable[SimulatedRow], collection: str, probability: float, seed: int
) -> int:
    """Store SIMULATED ratings of answers drawn with that probability; how many are new.

    Their ids follow from collection, seed and place, so that a second call adds nothing.
    """
    before = Rating.objects.filter(collection=collection).count()
    Rating.objects.bulk_create(
        (
            Rating(
                id=_simulated_id(collection, seed, number),
                provenance=Rating.Provenance.SIMULATED,
                collection=collection,
                rated_on=row.rated_on,
                site_id=row.site,
                model_id=row.model,
                domain_id=row.domain,
                verdict=Verdict.NOT_FINE if row.is_bad else Verdict.FINE,
                is_bad=row.is_bad,
                sampling_probability=probability,
            )
            for number, row in enumerate(rows)
        ),
        batch_size=SIMULATED_ROWS,
        ignore_conflicts=True,
    )
    return Rating.objects.filter(collection=collection).count() - before


def _simulated_id(collection: str, seed: int, number: int) -> uuid.UUID:
    digest = hashlib.sha256(f"{collection}|rating|{seed}|{number}".encode()).digest()
    return uuid.UUID(bytes=digest[:16], version=4)


def collection_ratings_delete(*, collection: str) -> int:
    """Remove every rating of a collection; how many there were."""
    return Rating.objects.filter(collection=collection).delete()[0]


def _batches(exchanges: Iterable[GradedExchange]) -> Iterator[list[GradedExchange]]:
    rows = iter(exchanges)
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


def _is_sendable(exchange: GradedExchange) -> bool:
    return all(
        text.strip() and len(text) <= TEXT_CHARS_MAX and not has_forbidden_characters(text)
        for text in (exchange.prompt, exchange.response)
    )


def _fingerprint(exchange: GradedExchange, collection: str) -> bytes:
    text = "\x1f".join(
        (
            collection,
            exchange.model,
            exchange.task,
            exchange.item,
            exchange.prompt,
            exchange.response,
        )
    )
    return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True)
class _Names:
    """Catalogue slugs of the labels and tasks of a batch."""

    model: dict[str, str]
    domain: dict[str, str]


def _names(batch: list[GradedExchange], collection: str) -> _Names:
    first = {exchange.model: exchange for exchange in reversed(batch)}
    return _Names(
        model={
            label: model_for_import(
                label=label,
                vendor=exchange.vendor,
                family=exchange.family,
                released_on=exchange.observed_on,
            ).pk
            for label, exchange in first.items()
        },
        domain={
            task: domain_for_task(collection=collection, task=task).pk
            for task in sorted({exchange.task for exchange in batch})
        },
    )


def _ratings_store(batch: list[GradedExchange], collection: str, names: _Names) -> int:
    before = Rating.objects.filter(collection=collection).count()
    Rating.objects.bulk_create(
        (
            Rating(
                id=uuid.UUID(bytes=_fingerprint(exchange, collection)[16:], version=4),
                provenance=Rating.Provenance.IMPORT,
                collection=collection,
                item=exchange.item,
                rated_on=exchange.observed_on,
                model_id=names.model[exchange.model],
                domain_id=names.domain[exchange.task],
                is_bad=exchange.is_bad,
                is_bad_normalised=exchange.is_bad_normalised,
                response_chars=len(exchange.response),
            )
            for exchange in batch
        ),
        ignore_conflicts=True,
    )
    return Rating.objects.filter(collection=collection).count() - before


def _payload(
    exchange: GradedExchange, collection: str, symptoms: Mapping[str, str], names: _Names
) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "id": str(uuid.UUID(bytes=_fingerprint(exchange, collection)[:16], version=4)),
        # The same at every import, and only this installation can make it.
        "receipt_key_sha256": salted_hmac(
            "import", _fingerprint(exchange, collection).hex(), algorithm="sha256"
        ).hexdigest(),
        "contributor_tag": hashlib.sha256(f"import|{collection}".encode()).hexdigest()[:16],
        "is_linked": False,
        "consent_version": "2026-11",
        "site": "other",
        "model_label": exchange.model,
        "model_label_source": "text",
        "observed_on": exchange.observed_on.isoformat(),
        "prompt": exchange.prompt,
        "response": exchange.response,
        "symptoms": [exchange.symptom or symptoms.get(exchange.task, "wrong_answer")],
        "domain": names.domain[exchange.task],
        "comment": "",
        "client": {"extension_version": "0.1.0", "adapter": "import"},
        "redaction": {"version": REDACTION_VERSION, "removed": {}},
    }
