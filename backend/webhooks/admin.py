"""Receivers of webhooks at the desk: registered, paused, resumed; and what was sent to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.common.errors import PlumblineError
from backend.webhooks import services
from backend.webhooks.addresses import address_check
from backend.webhooks.models import Delivery, Subscription


class SubscriptionForm(forms.ModelForm):
    """Whom to tell, and of what."""

    url = forms.URLField(max_length=500, assume_scheme="https", label="Address")

    def clean_url(self) -> str:
        """An address to which something may be sent."""
        try:
            return address_check(self.cleaned_data["url"])
        except PlumblineError as error:
            raise ValidationError(error.message) from error

    def clean_name(self) -> str:
        """A name that can be read."""
        name = str(self.cleaned_data["name"])
        if not name.isprintable():
            raise ValidationError("This has characters that can't be seen.")
        return name


class KeptAdmin(admin.ModelAdmin):
    """Rows that are not edited; what is done to them is done by services."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def do_each(self, request: HttpRequest, rows: QuerySet[Any], do: Callable[[int], Any]) -> None:
        """Call the service for each row; say what could not be done, and why."""
        for pk in rows.order_by("pk").values_list("pk", flat=True):
            try:
                do(pk)
            except PlumblineError as error:
                self.message_user(request, f"{pk}: {error}", messages.ERROR)


@admin.register(Subscription)
class SubscriptionAdmin(KeptAdmin):
    """Receivers. A secret is shown once, when it is made."""

    form = SubscriptionForm
    list_display = (
        "name", "url", "vendor", "model", "domain", "is_active", "paused_because", "active_since",
    )  # fmt: skip
    fields = ("name", "url", "vendor", "model", "domain")
    actions = ("pause", "resume", "renew_secret")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make it by its service, and show its secret this once."""
        made, secret = services.subscription_create(
            name=obj.name, url=obj.url, vendor=obj.vendor_id, model=obj.model_id,
            domain=obj.domain_id,
        )  # fmt: skip
        obj.pk = made.pk
        obj._state.adding = False
        self.message_user(request, f"The secret, shown only now: {secret}", messages.WARNING)

    @admin.action(description="Pause", permissions=["change"])
    def pause(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        self.do_each(request, queryset, lambda pk: services.subscription_pause(subscription_id=pk))

    @admin.action(description="Resume", permissions=["change"])
    def resume(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        self.do_each(request, queryset, lambda pk: services.subscription_resume(subscription_id=pk))

    @admin.action(description="Make a new secret", permissions=["change"])
    def renew_secret(self, request: HttpRequest, queryset: QuerySet[Subscription]) -> None:
        def renew(pk: int) -> None:
            secret = services.secret_renew(subscription_id=pk)
            self.message_user(request, f"{pk}, shown only now: {secret}", messages.WARNING)

        self.do_each(request, queryset, renew)


@admin.register(Delivery)
class DeliveryAdmin(KeptAdmin):
    """What was sent, and what became of it."""

    list_display = (
        "id", "subscription", "event", "state", "attempts", "outcome", "due_at", "sent_at",
    )  # fmt: skip
    list_filter = ("state", "subscription")
    list_select_related = ("subscription", "event")
    show_full_result_count = False
    actions = ("retry",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Try again", permissions=["change"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self.do_each(request, queryset, lambda pk: services.delivery_retry(delivery_id=pk))
