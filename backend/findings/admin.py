"""Runs, to look at; findings, to be published or held; clusters, to be named and merged."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.common.decisions import DecisionAdmin, DecisionForm
from backend.common.errors import RuleError
from backend.findings import replies, services, tracks
from backend.findings.corrections import domain_correct
from backend.findings.models import (
    AnalysisRun,
    ClusterEvent,
    ClusterTrack,
    Finding,
    FindingEvent,
    Reply,
    ReportDomain,
)


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
    fk_name = "finding"
    can_delete = False
    extra = 0
    max_num = 0
    fields = readonly_fields = (
        "happened_at", "actor", "kind", "from_state", "to_state", "other", "reason",
    )  # fmt: skip


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


class ReplyForm(forms.ModelForm):
    """What a vendor says, refused here if the service would refuse it."""

    class Meta:
        model = Reply
        fields = ("finding", "text", "source_url", "replied_on")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = {name: cleaned.get(name) for name in ("text", "source_url", "replied_on")}
        if all(given.values()):
            try:
                replies.reply_clean(**given)  # type: ignore[arg-type] # none of them is None
            except RuleError as error:
                raise forms.ValidationError(dict(error.fields)) from error
        return cleaned


@admin.register(Reply)
class ReplyAdmin(DecisionAdmin):
    """Replies of vendors: entered here once, then published or taken down, never edited."""

    form = ReplyForm
    raw_id_fields = ("finding",)
    list_display = ("id", "state", "finding", "vendor", "replied_on", "source_url", "entered_by")
    list_filter = ("state",)
    ordering = ("-id",)
    actions = ("publish", "retract")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def save_model(self, request: HttpRequest, obj: Reply, form: Any, change: bool) -> None:
        draft = replies.reply_enter(
            finding_id=obj.finding_id, text=obj.text, source_url=obj.source_url,
            replied_on=obj.replied_on, moderator=request.user.get_username(),
        )  # fmt: skip
        obj.pk = draft.pk

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Reply]) -> None:
        self.decide_each(request, queryset, replies.reply_publish, "reply_id")

    @admin.action(description="Take down", permissions=["change"])
    def retract(self, request: HttpRequest, queryset: QuerySet[Reply]) -> None:
        self.decide_each(request, queryset, replies.reply_retract, "reply_id")


class ClusterForm(DecisionForm):
    """Which name, or which other cluster."""

    name = forms.CharField(required=False, max_length=tracks.NAME_CHARS_MAX, label="Name (rename)")
    into = forms.IntegerField(required=False, label="Merge into cluster no.")


class ClusterEventInline(admin.TabularInline):
    """The log of a cluster."""

    model = ClusterEvent
    fk_name = "track"
    can_delete = False
    extra = 0
    max_num = 0
    fields = readonly_fields = ("happened_at", "actor", "kind", "other", "reason")


@admin.register(ClusterTrack)
class ClusterTrackAdmin(DecisionAdmin):
    """Clusters: rename, merge and take apart. What is decided here stays through later runs."""

    action_form = ClusterForm
    list_display = ("id", "name", "domain", "is_theme", "merged_into", "heir", "born_on", "died_on")
    list_filter = ("is_theme", "domain")
    ordering = ("-id",)
    exclude = ("centroid",)
    inlines = (ClusterEventInline,)
    actions = ("rename", "merge", "part")

    @admin.action(description="Rename", permissions=["change"])
    def rename(self, request: HttpRequest, queryset: QuerySet[ClusterTrack]) -> None:
        name = request.POST.get("name", "")
        self.decide_each(request, queryset, partial(tracks.track_rename, name=name), "track_id")

    @admin.action(description="Merge into, from the next run on", permissions=["change"])
    def merge(self, request: HttpRequest, queryset: QuerySet[ClusterTrack]) -> None:
        into = request.POST.get("into", "")
        into_id = int(into) if into.isascii() and into.isdigit() and len(into) < 19 else 0
        decide = partial(tracks.track_merge, into_id=into_id)
        self.decide_each(request, queryset, decide, "track_id")

    @admin.action(description="Take apart again, from the next run on", permissions=["change"])
    def part(self, request: HttpRequest, queryset: QuerySet[ClusterTrack]) -> None:
        self.decide_each(request, queryset, tracks.track_part, "track_id")


class CorrectionForm(DecisionForm):
    """Which domain it is."""

    domain = forms.CharField(required=False, max_length=60, label='Domain (slug, or "unknown")')


@admin.register(ReportDomain)
class ReportDomainAdmin(DecisionAdmin):
    """What the current run thinks that each report is about, the least certain first."""

    action_form = CorrectionForm
    list_display = ("report", "prompt", "domain", "domain_inferred", "confidence", "is_outlier")
    list_filter = ("domain", "is_outlier")
    ordering = ("confidence", "id")
    list_per_page = 50
    show_full_result_count = False
    actions = ("correct",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportDomain]:
        current = super().get_queryset(request).filter(run__is_current=True)
        return current.select_related("report")

    @admin.display(description="Prompt")
    def prompt(self, placed: ReportDomain) -> str:
        """Its beginning."""
        return str(placed.report.prompt)[:120]

    @admin.action(description="Correct the domain, from the next run on", permissions=["change"])
    def correct(self, request: HttpRequest, queryset: QuerySet[ReportDomain]) -> None:
        decide = partial(domain_correct, domain=request.POST.get("domain", ""))
        self.decide_each(request, queryset, decide, "report_domain_id")
