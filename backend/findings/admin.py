"""Runs and findings, to look at. Nothing is edited here: conclusions come from runs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from backend.findings.models import AnalysisRun, Finding, FindingEvent


class ReadOnlyAdmin(admin.ModelAdmin):
    """A list and a page per row, without any way to change it."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(AnalysisRun)
class AnalysisRunAdmin(ReadOnlyAdmin):
    list_display = ["id", "state", "as_of", "method_version", "attempts", "error", "is_current"]
    list_filter = ["state"]


class FindingEventInline(admin.TabularInline):
    model = FindingEvent
    can_delete = False
    extra = 0
    max_num = 0
    fields = ("happened_at", "from_state", "to_state", "reason")
    readonly_fields = fields


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    list_display = ["id", "model", "domain", "symptom_kind", "state", "onset", "offset"]
    list_filter = ["state", "is_simulated"]
    inlines = [FindingEventInline]
