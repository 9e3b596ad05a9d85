"""Runs, to look at; findings, to be published or held. Conclusions are never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.common.decisions import DecisionAdmin
from backend.findings import services
from backend.findings.models import AnalysisRun, Finding, FindingEvent


@admin.register(AnalysisRun)
class AnalysisRunAdmin(admin.ModelAdmin):
    """Runs. Nothing can be done to one here."""

    list_display = ["id", "state", "as_of", "method_version", "attempts", "error", "is_current"]
    list_filter = ["state"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class FindingEventInline(admin.TabularInline):
    """The log of a finding."""

    model = FindingEvent
    can_delete = False
    extra = 0
    max_num = 0
    fields = readonly_fields = ("happened_at", "actor", "from_state", "to_state", "reason")


@admin.register(Finding)
class FindingAdmin(DecisionAdmin):
    """Findings: a person looks at the evidence before a real model is named in public."""

    list_display = (
        "id", "is_published", "state", "model", "domain", "symptom_kind", "n_contributors",
        "breakdown_number", "onset", "offset",
    )  # fmt: skip
    list_filter = ("is_published", "state", "is_simulated")
    ordering = ("is_published", "-state", "-n_contributors", "id")
    exclude = ("representatives",)
    inlines = (FindingEventInline,)
    actions = ("publish", "hold")

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Finding]) -> None:
        self.decide_each(request, queryset, services.finding_publish, "finding_id")

    @admin.action(description="Hold, or take down", permissions=["change"])
    def hold(self, request: HttpRequest, queryset: QuerySet[Finding]) -> None:
        self.decide_each(request, queryset, services.finding_hold, "finding_id")
