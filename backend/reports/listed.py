"""Public reports as a page lists them: the few facts that a row shows, in one query."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import Left

from backend.reports.models import Report
from backend.reports.search import snippet_columns, snippet_of
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
    symptoms = Report.symptoms.through.objects.filter(report_id=OuterRef("pk"))
    found = snippet_columns(words)
    shown = (
        reports_public()
        .filter(pk__in=ids)
        .order_by("-observed_on", "-id")
        .annotate(
            symptom_ids=ArraySubquery(symptoms.values("symptom_id")),
            prompt_start=Left("prompt", START_CHARS),
            response_start=Left("response", START_CHARS),
            **found,
        )
    )
    rows: Any = shown.values_list(*COLUMNS, *found)
    n = len(COLUMNS)
    return [ListedReport._make([*row[:n], snippet_of(row[n:], words)]) for row in rows]
