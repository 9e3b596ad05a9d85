"""Whether the keys that sign credentials can be read; `migrate` and `check --database` ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import connections

from backend.credentials.keyring import keys_unreadable
from backend.credentials.models import SigningKey


@register(Tags.database)
def keys_readable(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """A warning where CREDENTIAL_SECRET is another than that of the keys: nothing can be signed."""
    if "default" not in (databases or ()):
        return []
    if SigningKey._meta.db_table not in connections["default"].introspection.table_names():
        return []
    unreadable = keys_unreadable()
    if not unreadable:
        return []
    return [
        Warning(
            f"CREDENTIAL_SECRET does not open {len(unreadable)} of the keys that sign credentials.",
            hint="Give the secret that they were made with; if it is lost, run credential_keys_replace.",
            id="plumbline.W001",
        )
    ]
