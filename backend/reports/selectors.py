"""Reading reports. `reports_public` is the one door through which they reach the outside."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Case, Count, Max, Min, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import TruncWeek
from django.utils import timezone

from backend.common.errors import UnknownError
from backend.reports.models import Receipt, Report, Tombstone

ANALYSIS_COLUMNS = (
    "id", "observed_on", "site_id", "model_id", "model__vendor_id", "domain_stated_id",
    "is_silent", "receipt__contributor_tag", "receipt__is_counted", "client", "provenance",
    "redaction_version", "received_on", "model__is_fictional", "prompt", "response", "embedding",
)  # fmt: skip


IDS_PER_QUERY = 10_000
"""PostgreSQL takes 65,535 parameters at most."""


def reports_public() -> QuerySet[Report]:
    """Every report that anyone may read: released, past its embargo, not withdrawn. Newest first."""
    return Report.objects.filter(
        state=Report.State.RELEASED, public_from__lte=timezone.now().date()
    ).defer("search", "embedding", "quarantine_reasons", "text_fingerprint")


def reports_public_timely() -> QuerySet[Report]:
    """Public reports without imported collections, whose days are not when anybody noticed."""
    return reports_public().exclude(provenance="import")


def reports_public_listed() -> QuerySet[Report]:
    """The public reports with all that a list shows of each, in three queries however long it is."""
    return (
        reports_public()
        .select_related("site", "model__vendor", "domain_stated")
        .prefetch_related("symptoms")
    )


FACTS_THAT_MAY_BE_MISSING = {
    "model_label": Q(model_label=""), "model": Q(model=None), "domain": Q(domain_stated=None),
    "severity": Q(severity=None), "turn_index": Q(turn_index=None),
    "earlier_turns": Q(earlier_turns=None), "has_attachments": Q(has_attachments=None),
    "has_tools": Q(has_tools=None), "tier": Q(tier=""), "effort": Q(effort=""),
}  # fmt: skip
"""What a report may leave open of how its answer came about."""


def reports_public_flat() -> QuerySet[Report]:
    """The public reports, each in one row with `symptom_ids` and `provenance_known`, for a COPY.

    `provenance_known` counts the facts of FACTS_THAT_MAY_BE_MISSING that a report has.
    """
    symptoms = Report.symptoms.through.objects.filter(report_id=OuterRef("pk"))
    known: Any = Value(0)
    for missing in FACTS_THAT_MAY_BE_MISSING.values():
        known = known + Case(When(missing, then=0), default=1)
    return reports_public().annotate(
        symptom_ids=ArraySubquery(symptoms.order_by("symptom_id").values("symptom_id")),
        provenance_known=known,
    )


def report_public(report_id: UUID) -> Report | None:
    """One public report as the lists show it, or None."""
    return reports_public_listed().filter(pk=report_id).first()


def report_counts_public() -> dict[str, Any]:
    """How many public reports there are, of which kind, and of which days."""
    return reports_public().aggregate(
        n_reports=Count("id"),
        n_people=Count("id", filter=Q(provenance=Report.Provenance.REPORT)),
        n_imported=Count("id", filter=Q(provenance=Report.Provenance.IMPORT)),
        n_simulated=Count("id", filter=Q(provenance=Report.Provenance.SIMULATED)),
        n_sites=Count("site", distinct=True),
        n_models=Count("model", distinct=True),
        first_on=Min("observed_on"),
        last_on=Max("observed_on"),
    )


def weeks_public(reports: QuerySet[Report]) -> list[tuple[date, int]]:
    """Number of these reports in each week (its Monday) that has any, oldest first."""
    rows = (
        reports.order_by()
        .annotate(week=TruncWeek("observed_on"))
        .values("week")
        .annotate(n=Count("id"))
        .order_by("week")
    )
    return [(row["week"], row["n"]) for row in rows]


def model_counts_public(reports: QuerySet[Report]) -> list[tuple[str, int]]:
    """Number of these reports per model, most first; "" where the label maps to no known model."""
    rows = reports.order_by().values("model__name").annotate(n=Count("id")).order_by("-n")
    return [(row["model__name"] or "", row["n"]) for row in rows]


def has_simulated() -> bool:
    """Whether any public report is simulated: every page must then say so."""
    return reports_public().filter(provenance=Report.Provenance.SIMULATED).exists()


def tombstones_public() -> QuerySet[Tombstone]:
    """Ids of reports that were public once and must be dropped by whoever copied them."""
    return Tombstone.objects.order_by("withdrawn_on", "report_id")


def report_receipt(key: str) -> Receipt:
    """The receipt of this key, with its report; UnknownError if there is none. For its sender only."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    receipt = Receipt.objects.select_related("report").filter(key_sha256=digest).first()
    if receipt is None:
        raise UnknownError("receipt_unknown", "There is no receipt with this key.")
    return receipt


# --- for the analysis only: these rows name contributors' tags


def reports_for_analysis(*, as_of: date, model_id: str) -> Iterator[tuple[Any, ...]]:
    """Public reports of days up to `as_of` that have a vector of this model, as ANALYSIS_COLUMNS.

    In an order that does not depend on the database. Only findings/runner.py may call this.
    """
    return (
        reports_embedded(model_id=model_id)
        .filter(observed_on__lte=as_of)
        .order_by("observed_on", "id")
        .values_list(*ANALYSIS_COLUMNS)
        .iterator(chunk_size=2000)
    )


def texts_for_analysis(report_ids: Sequence[str]) -> dict[str, tuple[str, Any]]:
    """Prompt and vector (float32) of public reports, by id; a withdrawn one is missing.

    Read in PostgreSQL's binary form: a vector is its dimensions and half-precision numbers,
    big-endian (pgvector's `halfvec_send`). Only findings/runner.py may call this.
    """
    import numpy as np  # the web process reads no vectors
    import psycopg

    found: dict[str, tuple[str, Any]] = {}
    for start in range(0, len(report_ids), IDS_PER_QUERY):
        chosen = (
            reports_public()
            .filter(pk__in=report_ids[start : start + IDS_PER_QUERY], embedding__isnull=False)
            .order_by()
            .values_list("id", "prompt", "embedding")
        )
        statement, parameters = chosen.query.sql_with_params()
        with connection.cursor() as wrapper, psycopg.Cursor(wrapper.connection) as cursor:
            cursor.execute(statement, parameters, binary=True)
            for report_id, prompt, vector in cursor:
                numbers = np.frombuffer(vector, ">f2", offset=4)
                found[str(report_id)] = (prompt, numbers.astype(np.float32))
    return found


def reports_embedded(*, model_id: str) -> QuerySet[Report]:
    """Public reports that have a vector of this model."""
    return reports_public().filter(embedding_model=model_id, embedding__isnull=False)


def reports_without_embedding(*, model_id: str) -> QuerySet[Report]:
    """Released reports whose vector is missing or of another model."""
    return (
        Report.objects.filter(state=Report.State.RELEASED)
        .exclude(embedding_model=model_id)
        .order_by("id")
    )
