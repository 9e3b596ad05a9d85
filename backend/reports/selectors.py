"""Reading reports. `reports_public` is the one door through which they reach the outside."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Case, F, OuterRef, Q, QuerySet, UUIDField, Value, When
from django.utils import timezone

from backend.common.changes import kept
from backend.common.errors import UnknownError
from backend.common.statements import Statement, is_among
from backend.reports.models import Receipt, Report, Tombstone
from backend.reports.tallies import ANY, Key, tally_public, values_of
from backend.reports.tally_sql import IMPORT

ANALYSIS_COLUMNS = (
    "id", "observed_on", "site_id", "model_id", "model__vendor_id", "domain_stated_id",
    "is_silent", "receipt__contributor_tag", "receipt__is_counted", "client", "provenance",
    "redaction_version", "received_on", "model__is_fictional", "prompt", "response", "embedding",
)  # fmt: skip


IDS_PER_QUERY = 10_000
"""PostgreSQL takes 65,535 parameters at most."""


def reports_public(*, on: date | None = None) -> QuerySet[Report]:
    """Every report that anyone may read: released, past its embargo, not withdrawn. Newest first.

    `on` is today, for a Statement, which is put together once and asked on many days.
    """
    return Report.objects.filter(
        state=Report.State.RELEASED, public_from__lte=on or timezone.now().date()
    ).defer("search", "embedding", "quarantine_reasons", "text_fingerprint")


def reports_public_timely() -> QuerySet[Report]:
    """Public reports without imported collections, whose days are not when anybody noticed."""
    return reports_public().exclude(provenance="import")


def reports_public_listed(*, on: date | None = None) -> QuerySet[Report]:
    """The public reports as the API tells them, each with `symptom_ids` and `vendor_id`. One query."""
    public = reports_public(on=on)
    return public.annotate(symptom_ids=_symptom_ids(), vendor_id=F("model__vendor_id"))


def _symptom_ids() -> ArraySubquery:
    """The symptoms of each report, sorted."""
    links = Report.symptoms.through.objects.filter(report_id=OuterRef("pk"))
    return ArraySubquery(links.order_by("symptom_id").values("symptom_id"))


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
    known: Any = Value(0)
    for missing in FACTS_THAT_MAY_BE_MISSING.values():
        known = known + Case(When(missing, then=0), default=1)
    return reports_public().annotate(symptom_ids=_symptom_ids(), provenance_known=known)


def report_public(report_id: UUID) -> Any:
    """One public report of `reports_public_listed` with what the catalogue says of it, or None."""
    return _REPORT.first(report_id=report_id, today=timezone.now().date())


_REPORT = Statement(
    lambda report_id, today: (
        reports_public_listed(on=today)
        .select_related("site", "model", "domain_stated")
        .filter(pk=report_id)
    ),
    report_id=UUID,
    today=date,
)


TOLD = (
    "id", "provenance", "collection", "observed_on", "received_on", "public_from", "site_id",
    "vendor_id", "model_id", "model_label", "model_label_source", "domain_stated_id", "symptom_ids",
    "is_silent", "prompt", "response", "comment", "expected", "severity", "turn_index", "earlier_turns",
    "has_attachments", "has_tools", "notice", "tier", "effort", "removed", "redaction_version",
    "consent_version", "client",
)  # fmt: skip
"""What the API tells of a report."""


def reports_told(listed: QuerySet[Report]) -> QuerySet[Report, Any]:
    """Rows of `reports_public_listed` with what is told of them and nothing else."""
    return listed.values_list(*TOLD, named=True)


def reports_told_public(ids: Sequence[UUID]) -> list[Any]:
    """Those of these reports that are public, as `reports_told`, in this order."""
    if not ids:
        return []
    rows = _REPORTS(ids=list(ids), today=timezone.now().date())
    found = {row.id: row for row in rows}
    return [found[pk] for pk in ids if pk in found]


_REPORTS: Statement[Any] = Statement(
    lambda ids, today: reports_told(
        reports_public_listed(on=today).order_by().filter(is_among("id", ids, UUIDField()))
    ),
    ids=list[UUID],
    today=date,
)


def report_is_public(report_id: UUID) -> bool:
    """Whether anyone may read the report."""
    return reports_public().filter(pk=report_id).exists()


def overview_counts_public() -> tuple[dict[str, Any], list[tuple[date, int]]]:
    """How many public reports there are, and of which kind; and `weeks_timely_public`. One query."""
    counter = tally_public({}, by=["provenance", "site", "model", "week"])[""]
    of = values_of(counter, "provenance")
    counts = {
        "n_reports": counter[ANY],
        "n_people": of.get(Report.Provenance.REPORT, 0),
        "n_imported": of.get(Report.Provenance.IMPORT, 0),
        "n_simulated": of.get(Report.Provenance.SIMULATED, 0),
        "n_sites": len(values_of(counter, "site")),
        "n_models": len([model for model in values_of(counter, "model") if model]),
    }
    return counts, _weeks_timely(counter)


def counts_public(by: str, **given: str) -> dict[str, int]:
    """Numbers of public reports by the value of one dimension of the tally, most first.

    Of all, or of those with a value of one other dimension: `counts_public("week", counted="law")`.
    "" is "not known".
    """
    if len(given) > 1:
        raise ValueError("the tally knows pairs of dimensions, no more")
    found = tally_public({name: [value] for name, value in given.items()}, by=[by])
    return values_of(found[next(iter(given), "")], by)


def weeks_timely_public() -> list[tuple[date, int]]:
    """Number of public reports in each week, imported collections left out, oldest first."""
    return _weeks_timely(tally_public({}, by=["week"])[""])


def _weeks_timely(counter: Counter[Key]) -> list[tuple[date, int]]:
    weeks: Counter[date] = Counter()
    for value, n in values_of(counter, "week").items():
        if not value.endswith(IMPORT):
            weeks[date.fromisoformat(value.split()[0])] += n
    return sorted(weeks.items())


def has_simulated() -> bool:
    """Whether any public report is simulated: every page must then say so."""
    return counts_public("provenance").get(Report.Provenance.SIMULATED, 0) > 0


def has_simulated_kept() -> bool:
    """The same for a page, which may be as old as what is kept; not for what is drawn once and stays."""
    return provenances_kept().get(Report.Provenance.SIMULATED, 0) > 0


def provenances_kept() -> dict[str, int]:
    """How many public reports there are of each provenance; in one query at most."""
    return kept.find("provenances", lambda: counts_public("provenance"))


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


def symptoms_for_analysis(report_ids: Sequence[str]) -> dict[str, list[str]]:
    """Slugs of the symptoms of public reports, by id. Only findings/runner.py may call this."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(report_ids), IDS_PER_QUERY):
        chosen = reports_public().filter(pk__in=report_ids[start : start + IDS_PER_QUERY])
        pairs = chosen.filter(symptoms__isnull=False).order_by("pk", "symptoms")
        for report_id, symptom in pairs.values_list("pk", "symptoms"):
            found.setdefault(str(report_id), []).append(symptom)
    return found
