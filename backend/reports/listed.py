"""Public reports as a page lists them: the few facts that a row shows, in one query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, UUIDField
from django.db.models.functions import Left
from django.utils import timezone

from backend.common.statements import Statement, is_among
from backend.reports.models import Report
from backend.reports.search import headlines, snippet_columns, snippet_of, stems_of
from backend.reports.selectors import reports_public

START_CHARS = 400
"""How much of a text is read for a list."""
COLUMNS = ("id", "observed_on", "provenance", "site_id", "model_id", "model_label", "domain_stated_id",
           "symptom_ids", "prompt_start", "response_start")  # fmt: skip
"""In the order of ListedReport."""


class ListedReport(NamedTuple):
    """One row. What the catalogue has a name for is its slug; of the texts only how they begin."""

    pk: UUID
    observed_on: date
    provenance: str
    site: str
    model: str | None
    model_label: str
    domain: str | None
    symptoms: list[str]
    prompt: str
    response: str
    snippets: tuple[str, str] | None
    """Of prompt and response what surrounds the words that were searched for, as `snippet_of` says."""


def reports_listed_public(ids: Iterable[Any], *, words: str = "") -> list[ListedReport]:
    """Those of these reports that are public, the newest first; with `words`, where these stand."""
    values: dict[str, Any] = {"ids": list(ids), "today": timezone.now().date()}
    if not values["ids"]:
        return []
    if stems := stems_of(words):
        rows = _LISTED_WITH_WORDS(**values, words=stems)
    elif found := snippet_columns(words):
        rows = list(listed_rows(on=values["today"], **found).filter(pk__in=values["ids"]))
    else:
        rows = _LISTED(**values)
    return listed_reports(rows, words=words)


def listed_rows(*, on: date, **found: Any) -> QuerySet[Report, Any]:
    """All public reports as `listed_reports` reads them, for one to choose from."""
    symptoms = Report.symptoms.through.objects.filter(report_id=OuterRef("pk"))
    return (
        reports_public(on=on)
        .order_by("-observed_on", "-id")
        .annotate(
            symptom_ids=ArraySubquery(symptoms.values("symptom_id")),
            prompt_start=Left("prompt", START_CHARS),
            response_start=Left("response", START_CHARS),
            **found,
        )
        .values_list(*COLUMNS, *found)
    )


def listed_reports(rows: Iterable[tuple[Any, ...]], *, words: str = "") -> list[ListedReport]:
    """Rows of `listed_rows` as what a page shows."""
    n = len(COLUMNS)
    return [ListedReport._make([*row[:n], snippet_of(row[n:], words)]) for row in rows]


_LISTED = Statement(
    lambda ids, today: listed_rows(on=today).filter(is_among("id", ids, UUIDField())),
    ids=list[UUID],
    today=date,
)
_LISTED_WITH_WORDS = Statement(
    lambda ids, today, words: listed_rows(on=today, **headlines(words)).filter(
        is_among("id", ids, UUIDField())
    ),
    ids=list[UUID],
    today=date,
    words=str,
)
