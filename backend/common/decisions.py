"""What every decision of a moderator needs: a reason, and a form that asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.common.errors import PlumblineError, RuleError

REASON_CHARS_MAX = 300
ENTERED = "Nobody sees it yet: tick it in the list, choose “Publish”, and say why."


def reason_clean(reason: str) -> str:
    """The reason on one line; RuleError if there is none, or if it is too long or unprintable."""
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_CHARS_MAX or not reason.isprintable():
        raise RuleError(
            "reason_required",
            "A decision needs a reason.",
            {"reason": [f"1 to {REASON_CHARS_MAX} characters."]},
        )
    return reason


class DecisionForm(ActionForm):
    """What to do with the chosen rows, and why."""

    reason = forms.CharField(required=False, max_length=REASON_CHARS_MAX, label="Reason (required)")


class PublicDecisionForm(DecisionForm):
    """The same, where the reason is told to everyone: in the public log, by the API, in the dataset."""

    reason = forms.CharField(
        required=False, max_length=REASON_CHARS_MAX, label="Reason (required; everyone can read it)"
    )


class DecisionAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # a plain class at run time
    """Rows that are decided on and never edited, added or deleted.

    Whoever may change such rows may decide on them; a single row has no form to save.
    """

    action_form = DecisionForm

    def waiting(self) -> Sequence[tuple[str, int, str]]:
        """What waits for a person here: what it is, how many, and the query of the list of them."""
        return []

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *args: Any) -> Any:
        """Carry out the action; an id that is none is answered like a choice of nothing."""
        try:
            return super().response_action(request, queryset, *args)
        except (ValidationError, ValueError):
            self.message_user(request, "There is no such row.", messages.ERROR)
            return None

    def decide_each(
        self, request: HttpRequest, queryset: QuerySet[Any], decide: Any, id_name: str
    ) -> None:
        """Call the service for every chosen row; say which could not be decided, and why."""
        reason = request.POST.get("reason", "")
        moderator = request.user.get_username()
        n_done = 0
        for pk in queryset.order_by("pk").values_list("pk", flat=True):
            try:
                decide(**{id_name: pk}, moderator=moderator, reason=reason)
                n_done += 1
            except PlumblineError as error:
                self.message_user(request, f"{pk}: {error}", messages.ERROR)
        if n_done:
            self.message_user(request, f"{n_done} decided.", messages.SUCCESS)


class EntryAdmin(DecisionAdmin):
    """Rows that a moderator enters once, in the state `entered`, and publishes by a second decision."""

    def waiting(self) -> Sequence[tuple[str, int, str]]:
        name = str(self.opts.verbose_name_plural).capitalize()
        count = self.model._default_manager.filter(state="entered").count()
        return [(f"{name} that are entered and not public", count, "state__exact=entered")]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def response_post_save_add(self, request: HttpRequest, obj: Any) -> Any:
        """The list, and what is left to do there with the row that was entered."""
        self.message_user(request, ENTERED, messages.WARNING)
        return super().response_post_save_add(request, obj)
