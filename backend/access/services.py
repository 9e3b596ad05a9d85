"""Giving out and taking back keys."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from backend.access.models import PER_MINUTE_MAX, ApiKey
from backend.common.errors import ConflictError, RuleError, UnknownError

NAME_CHARS_MAX = 80
PREFIX = "plumbline_"


def key_digest(key: str) -> str:
    """What is stored of a key: it has 256 random bits, so a plain digest tells nothing of it."""
    return hashlib.sha256(key.encode()).hexdigest()


@transaction.atomic
def api_key_create(*, name: str, per_minute: int) -> tuple[ApiKey, str]:
    """A new key, and its text, which is told here and never again.

    RuleError for a name or a limit that won't do, ConflictError for a name that is taken.
    """
    name = " ".join(name.split())
    if not 1 <= len(name) <= NAME_CHARS_MAX or not name.isprintable():
        raise RuleError("name_invalid", f"A name has 1 to {NAME_CHARS_MAX} characters.")
    if not 1 <= per_minute <= PER_MINUTE_MAX:
        raise RuleError("limit_invalid", f"A limit is a number from 1 to {PER_MINUTE_MAX}.")
    if ApiKey.objects.filter(name=name).exists():
        raise ConflictError("name_taken", "There is a key of this name, perhaps a revoked one.")
    text = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=name, sha256=key_digest(text), per_minute=per_minute, created_at=timezone.now()
    )
    return key, text


@transaction.atomic
def api_key_revoke(*, name: str) -> ApiKey:
    """The key of that name, from now on refused; again changes nothing. UnknownError if none is."""
    key = ApiKey.objects.select_for_update().filter(name=name).first()
    if key is None:
        raise UnknownError("key_unknown", "There is no key of this name.")
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
    return key
