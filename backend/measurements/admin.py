"""The controls, to look at. Nothing here is edited, added or deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from backend.common.read_only import ReadOnlyAdmin
from backend.measurements.models import DriftReport, Exposure, ExposureBatch, Rating


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    """Ratings of people and of imported collections."""

    list_display = (
        "id", "provenance", "rated_on", "site", "model", "domain", "verdict", "is_bad",
        "sampling_probability", "is_counted",
    )  # fmt: skip
    list_filter = ("provenance", "verdict", "is_counted", "site")
    list_select_related = ("site", "model", "domain")
    ordering = ("-rated_on", "id")


class ExposureInline(admin.TabularInline):
    """The counts of a batch."""

    model = Exposure
    extra = 0
    can_delete = False
    fields = readonly_fields = ("domain", "count")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ExposureBatch)
class ExposureBatchAdmin(ReadOnlyAdmin):
    """Noised weekly counts."""

    list_display = ("id", "week", "site", "epsilon", "clip_max", "is_counted", "received_on")
    list_filter = ("is_counted", "site")
    list_select_related = ("site",)
    ordering = ("-week", "id")
    inlines = (ExposureInline,)


@admin.register(DriftReport)
class DriftReportAdmin(ReadOnlyAdmin):
    """Structures of pages that an adapter could not read."""

    list_display = ("id", "received_on", "site", "adapter", "extension_version", "n_nodes")
    list_filter = ("adapter", "extension_version")
    list_select_related = ("site",)

    @admin.display(description="Nodes")
    def n_nodes(self, report: DriftReport) -> int:
        return len(report.nodes)
