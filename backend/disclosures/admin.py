"""The desk of the register: what somebody read is entered once, then published or taken down."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.catalogue.selectors import leaves_public
from backend.common.decisions import DecisionForm, EntryAdmin
from backend.disclosures import services
from backend.disclosures.models import Disclosure, DisclosureEvent
from backend.disclosures.services import DisclosureDraft

PLAIN = ("title", "source_url", "page_first", "page_last", "passage", "summary", "interventions",
         "is_user_told", "traffic_share", "organisations_share", "published_on",
         "found_on")  # fmt: skip


class DisclosureForm(forms.ModelForm):
    """What was read, refused here if the service would refuse it."""

    interventions = forms.MultipleChoiceField(choices=Disclosure.Intervention.choices)

    class Meta:
        model = Disclosure
        fields = ("vendor", "domains", *PLAIN)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "domains" in self.fields:
            self.fields["domains"].queryset = leaves_public()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and (wrong := services.disclosure_check(_draft(cleaned))):
            raise forms.ValidationError(wrong)
        return cleaned


def _draft(cleaned: dict[str, Any]) -> DisclosureDraft:
    return DisclosureDraft(
        vendor=cleaned["vendor"].pk,
        domains=[domain.pk for domain in cleaned["domains"]],
        **{name: cleaned[name] for name in PLAIN},
    )


class ReversalForm(DecisionForm):
    """When the vendor took it back, and where it says so."""

    reversed_on = forms.DateField(required=False, label="Reversed on (mark as reversed)")
    reversed_source_url = forms.CharField(required=False, max_length=500, label="Source")


class DisclosureEventInline(admin.TabularInline):
    """The log of a disclosure."""

    model = DisclosureEvent
    can_delete = False
    extra = 0
    max_num = 0
    fields = readonly_fields = ("happened_at", "actor", "kind", "reason")


@admin.register(Disclosure)
class DisclosureAdmin(EntryAdmin):
    """Passages in which vendors state an intervention. Enter nothing that you have not read yourself."""

    form = DisclosureForm
    action_form = ReversalForm
    list_display = ("id", "state", "vendor", "title", "page_first", "published_on", "reversed_on")
    list_filter = ("state", "vendor")
    ordering = ("-id",)
    actions = ("publish", "mark_reversed", "retract")

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return [DisclosureEventInline] if obj else []

    def save_model(self, request: HttpRequest, obj: Disclosure, form: Any, change: bool) -> None:
        entered = services.disclosure_enter(
            draft=_draft(form.cleaned_data), moderator=request.user.get_username()
        )
        obj.pk = entered.pk

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Disclosure]) -> None:
        self.decide_each(request, queryset, services.disclosure_publish, "disclosure_id")

    @admin.action(description="Mark as reversed by the vendor", permissions=["change"])
    def mark_reversed(self, request: HttpRequest, queryset: QuerySet[Disclosure]) -> None:
        decide = partial(
            services.disclosure_reverse,
            reversed_on=_day(request.POST.get("reversed_on", "")),
            source_url=request.POST.get("reversed_source_url", "").strip(),
        )
        self.decide_each(request, queryset, decide, "disclosure_id")

    @admin.action(description="Take down", permissions=["change"])
    def retract(self, request: HttpRequest, queryset: QuerySet[Disclosure]) -> None:
        self.decide_each(request, queryset, services.disclosure_retract, "disclosure_id")


def _day(text: str) -> date | None:
    """The day as YYYY-MM-DD; None for anything else, which the service refuses with words."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
