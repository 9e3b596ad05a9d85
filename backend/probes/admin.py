"""The series of probes, to look at. They come and go by commands only."""

from __future__ import annotations

from django.contrib import admin

from backend.common.read_only import ReadOnlyAdmin
from backend.probes.models import ProbeSeries


@admin.register(ProbeSeries)
class ProbeSeriesAdmin(ReadOnlyAdmin):
    """What was asked again and again, and how much of it is here."""

    list_display = (
        "slug", "provenance", "title", "model", "site", "suite", "grader", "n_baseline", "n_rounds",
        "n_accounts", "n_items", "n_answers", "asked_first_on", "asked_last_on", "updated_on",
    )  # fmt: skip
    list_filter = ("provenance", "site")
    list_select_related = ("site", "model")
    ordering = ("-updated_on", "slug")
