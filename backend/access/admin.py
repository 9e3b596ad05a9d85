"""Keys, at the desk: made, shown once, revoked."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from backend.access import services
from backend.access.models import ApiKey
from backend.common.errors import PlumblineError


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """Keys for reading more. A key is never changed or deleted, only revoked."""

    list_display = ("name", "per_minute", "created_at", "revoked_at")
    fields = ("name", "per_minute")
    actions = ("revoke",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make the key by its service, and show its text this once."""
        key, text = services.api_key_create(name=obj.name, per_minute=obj.per_minute)
        obj.pk = key.pk
        obj._state.adding = False
        self.message_user(request, f"The key, shown only now: {text}", messages.WARNING)

    @admin.action(description="Revoke", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for name in queryset.values_list("name", flat=True):
            try:
                services.api_key_revoke(name=name)
            except PlumblineError as error:
                self.message_user(request, f"{name}: {error}", messages.ERROR)
