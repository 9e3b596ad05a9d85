"""The moderation desk: read the text as plain, escaped text; release or refuse with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.common.decisions import REASON_CHARS_MAX, DecisionAdmin
from backend.reports import services
from backend.reports.models import ModerationEvent, Report

READ_ONLY = (
    "id", "state", "reasons", "provenance", "collection", "received_on", "observed_on",
    "public_from", "site", "model", "model_label", "domain_stated", "symptom_names", "prompt",
    "response", "comment", "expected", "severity", "notice", "removed", "redaction_version",
    "consent_version", "client",
)  # fmt: skip


class QueueFilter(admin.SimpleListFilter):
    """The queue by default; each state, or all, on request."""

    title = "state"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", "All"), *Report.State.choices]

    def choices(self, changelist: Any) -> Any:
        """The queue instead of Django's "All" as what is shown unless something is chosen."""
        for number, choice in enumerate(super().choices(changelist)):
            yield choice | {"display": "Waiting"} if number == 0 else choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        if self.value() == "all":
            return queryset
        if self.value() is None:
            return queryset.filter(state__in=[Report.State.PENDING, Report.State.QUARANTINED])
        return queryset.filter(state=self.value())


class ModerationEventInline(admin.TabularInline):
    """The log of decisions."""

    model = ModerationEvent
    extra = 0
    can_delete = False
    fields = readonly_fields = ("decided_on", "actor", "from_state", "to_state", "reason")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Report)
class ReportAdmin(DecisionAdmin):
    """Reports, to be decided on. Nothing here edits, adds or deletes one."""

    list_display = (
        "id", "state", "reasons", "provenance", "site", "model_label", "domain_stated",
        "received_on",
    )  # fmt: skip
    list_filter = (QueueFilter, "provenance", "site")
    list_select_related = ("site", "domain_stated")
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("id__exact", "prompt", "response", "comment")
    ordering = ("received_on", "id")
    fields = readonly_fields = READ_ONLY
    inlines = (ModerationEventInline,)
    actions = ("release", "reject")

    def waiting(self) -> list[tuple[str, int, str]]:
        """What is in quarantine, and where no rule releases the others these too."""
        queues = [("quarantined", "Reports in quarantine, to be looked at")]
        if settings.RELEASE_BY == "moderator":
            queues.append(("pending", "Reports to be released"))
        return [
            (what, Report.objects.filter(state=state).count(), f"queue={state}")
            for state, what in queues
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return super().get_queryset(request).defer("search", "embedding")

    @admin.display(description="Quarantine reasons")
    def reasons(self, report: Report) -> str:
        return ", ".join(report.quarantine_reasons)

    @admin.display(description="Symptoms")
    def symptom_names(self, report: Report) -> str:
        return ", ".join(symptom.name for symptom in report.symptoms.all())

    @admin.action(description="Release", permissions=["change"])
    def release(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        self.decide_each(request, queryset, services.report_release, "report_id")

    @admin.action(description="Reject or take down", permissions=["change"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Report]) -> None:
        self.decide_each(request, queryset, services.report_reject, "report_id")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return super().changelist_view(
            request, {"title": "Moderation desk"} | (extra_context or {})
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> Any:
        context = {
            "title": "Report",
            "decisions": self._decisions() if self.has_change_permission(request) else [],
            "reason_chars_max": REASON_CHARS_MAX,
        }
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))

    def _decisions(self) -> Sequence[tuple[str, str]]:
        return [("release", "Release"), ("reject", "Reject or take down")]
