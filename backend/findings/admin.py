"""Runs, to look at; findings, to be published or held; clusters, to be named and merged."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from backend.catalogue.selectors import leaves_public
from backend.common.decisions import DecisionAdmin, DecisionForm, EntryAdmin, PublicDecisionForm
from backend.common.errors import RuleError
from backend.findings import acknowledgements, replies, services, tracks
from backend.findings.corrections import domain_correct
from backend.findings.facts import finding_address
from backend.findings.models import (
    Acknowledgement,
    AcknowledgementEvent,
    AnalysisRun,
    ClusterEvent,
    ClusterTrack,
    Finding,
    FindingEvent,
    Reply,
    ReportDomain,
)
from backend.findings.selectors import IS_HELD, findings_public_unordered, findings_waiting

READ = ("source_url", "passage", "stated_on", "since", "until")
"""What stands in a source, beside the cell that it speaks of."""


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


def _day_between(day: date | None, low: date | None, high: date | None) -> str | None:
    return f"{day}, between {low} and {high}" if day else None


class DecidedFilter(admin.SimpleListFilter):
    """Those that nobody has decided on, and those that a moderator holds."""

    title = "decision"
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", "Waiting for one"), ("held", "Held by a moderator")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        if self.value() == "waiting":
            return queryset.filter(pk__in=findings_waiting().values("pk"))
        return queryset.filter(is_published=False).filter(IS_HELD) if self.value() else queryset


@admin.register(Finding)
class FindingAdmin(DecisionAdmin):
    """Findings: a person looks at the evidence before a real model is named in public."""

    action_form = PublicDecisionForm
    list_display = (
        "id", "is_published", "state", "model", "domain", "symptom_kind", "n_contributors",
        "breakdown_number", "onset", "offset",
    )  # fmt: skip
    list_filter = (DecidedFilter, "is_published", "state", "is_simulated")
    ordering = ("is_published", "-state", "-n_contributors", "id")
    fieldsets = (
        (None, {"fields": ("public_page", "is_published", "state", "model", "domain", "symptom_kind",
                           "is_simulated", "merged_into", "vendor_confirms")}),
        ("Why", {"fields": ("reason", "outlook")}),
        ("Main numbers", {"fields": ("n_contributors", "n_reports", "carried_by", "strongest",
                                     "began", "ended", "named", "words", "stand_for_it")}),
        ("As it is stored", {"classes": ("collapse",), "fields": (
            "run", "first_seen_at", "cautions", "evidence", "symptoms", "terms", "instrument", "peak",
            "series")}),
    )  # fmt: skip
    readonly_fields = (
        "public_page", "vendor_confirms", "carried_by", "strongest", "began", "ended", "named",
        "words", "stand_for_it",
    )  # fmt: skip
    inlines = (FindingEventInline,)
    actions = ("publish", "hold")

    def waiting(self) -> list[tuple[str, int, str]]:
        n = findings_waiting().count()
        return [("Findings to be published or held", n, "decision=waiting")]

    @admin.display(description="Public page", empty_value="none: it is not public")
    def public_page(self, finding: Finding) -> str | None:
        if not findings_public_unordered().filter(pk=finding.pk).exists():
            return None
        return format_html('<a href="{0}">{0}</a>', finding_address(finding))

    @admin.display(description="Fewest contributors without whom it does not stand out")
    def carried_by(self, finding: Finding) -> int:
        return finding.breakdown_number

    @admin.display(description="Most striking days")
    def strongest(self, finding: Finding) -> str | None:
        """The window in which it stands out most, in words."""
        peak = finding.peak
        return peak and (
            f"{peak['window_start']} to {peak['window_end']}: {peak['observed']} contributors "
            f"where {peak['expected']:.1f} would be expected"
        )

    @admin.display(description="Began")
    def began(self, finding: Finding) -> str | None:
        return _day_between(finding.onset, finding.onset_low, finding.onset_high)

    @admin.display(description="Ended")
    def ended(self, finding: Finding) -> str | None:
        return _day_between(finding.offset, finding.offset_low, finding.offset_high)

    @admin.display(description="Symptoms, with contributors")
    def named(self, finding: Finding) -> str | None:
        return ", ".join(f"{symptom}: {n}" for symptom, n in finding.symptoms.items()) or None

    @admin.display(description="Words of its reports")
    def words(self, finding: Finding) -> str | None:
        return ", ".join(finding.terms) or None

    @admin.display(description="Reports that stand for it")
    def stand_for_it(self, finding: Finding) -> str:
        ids = finding.representatives.order_by("pk").values_list("pk", flat=True)
        links = ((reverse("admin:reports_report_change", args=[pk]), pk) for pk in ids)
        return format_html_join(", ", '<a href="{}">{}</a>', links)

    @admin.display(description="The vendor confirms it")
    def vendor_confirms(self, finding: Finding) -> str:
        """A way to the form, with the cell of the finding filled in."""
        cell = {"model": finding.model_id, "domain": finding.domain_id}
        query = urlencode(cell | {"symptom_kind": finding.symptom_kind})
        address = reverse("admin:findings_acknowledgement_add")
        return format_html('<a href="{}?{}">Enter where it says so</a>', address, query)

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Finding]) -> None:
        self.decide_each(request, queryset, services.finding_publish, "finding_id")

    @admin.action(description="Hold, or take down", permissions=["change"])
    def hold(self, request: HttpRequest, queryset: QuerySet[Finding]) -> None:
        self.decide_each(request, queryset, services.finding_hold, "finding_id")


class AcknowledgementForm(forms.ModelForm):
    """What a vendor confirms, refused here if the service would refuse it."""

    class Meta:
        model = Acknowledgement
        fields = ("model", "domain", "symptom_kind", *READ, "disclosure")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "domain" in self.fields:
            self.fields["domain"].queryset = leaves_public()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        wrong = {} if self.errors else acknowledgements.acknowledgement_check(_draft(cleaned))
        if wrong:
            raise forms.ValidationError(wrong)
        return cleaned


def _draft(cleaned: dict[str, Any]) -> acknowledgements.AcknowledgementDraft:
    disclosure = cleaned["disclosure"]
    return acknowledgements.AcknowledgementDraft(
        model=cleaned["model"].pk,
        domain=cleaned["domain"].pk,
        symptom_kind=cleaned["symptom_kind"],
        disclosure=disclosure.pk if disclosure else None,
        **{name: cleaned[name] for name in READ},
    )


class AcknowledgementEventInline(admin.TabularInline):
    """The log of an acknowledgement."""

    model = AcknowledgementEvent
    can_delete = False
    extra = 0
    max_num = 0
    fields = readonly_fields = ("happened_at", "actor", "kind", "reason")


@admin.register(Acknowledgement)
class AcknowledgementAdmin(EntryAdmin):
    """Where vendors confirm it, cell by cell. Enter nothing that you have not read yourself.

    Published ones count from the next run on; one that is taken down counts no more at once.
    """

    form = AcknowledgementForm
    action_form = (
        PublicDecisionForm  # of what is taken down: the findings that rested on it say why
    )
    raw_id_fields = ("disclosure",)
    list_display = (
        "id", "state", "model", "domain", "symptom_kind", "stated_on", "since", "until", "source_url",
        "register",
    )  # fmt: skip
    list_filter = ("state",)
    list_select_related = ("model", "domain", "disclosure")
    ordering = ("-id",)
    actions = ("publish", "retract")

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [AcknowledgementEventInline] if obj else []

    @admin.display(description="Disclosure", empty_value="")
    def register(self, word: Acknowledgement) -> str | None:
        """Its entry of the register, and whether that still stands."""
        found = word.disclosure
        return None if found is None else f"{found.pk}, {found.get_state_display()}"

    def save_model(
        self, request: HttpRequest, obj: Acknowledgement, form: Any, change: bool
    ) -> None:
        entered = acknowledgements.acknowledgement_enter(
            draft=_draft(form.cleaned_data), moderator=request.user.get_username()
        )
        obj.pk = entered.pk

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Acknowledgement]) -> None:
        decide = acknowledgements.acknowledgement_publish
        self.decide_each(request, queryset, decide, "acknowledgement_id")

    @admin.action(description="Take down", permissions=["change"])
    def retract(self, request: HttpRequest, queryset: QuerySet[Acknowledgement]) -> None:
        decide = acknowledgements.acknowledgement_retract
        self.decide_each(request, queryset, decide, "acknowledgement_id")


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
class ReplyAdmin(EntryAdmin):
    """Replies of vendors: entered here once, then published or taken down, never edited."""

    form = ReplyForm
    action_form = PublicDecisionForm
    raw_id_fields = ("finding",)
    list_display = ("id", "state", "finding", "vendor", "replied_on", "source_url", "entered_by")
    list_filter = ("state",)
    ordering = ("-id",)
    actions = ("publish", "retract")

    def save_model(self, request: HttpRequest, obj: Reply, form: Any, change: bool) -> None:
        draft = replies.reply_enter(
            finding_id=obj.finding_id, text=obj.text, source_url=obj.source_url,
            replied_on=obj.replied_on, moderator=request.user.get_username(),
        )  # fmt: skip
        obj.pk, obj.vendor = draft.pk, draft.vendor

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Reply]) -> None:
        self.decide_each(request, queryset, replies.reply_publish, "reply_id")

    @admin.action(description="Take down", permissions=["change"])
    def retract(self, request: HttpRequest, queryset: QuerySet[Reply]) -> None:
        self.decide_each(request, queryset, replies.reply_retract, "reply_id")


class ClusterForm(PublicDecisionForm):
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
