"""Reading keys."""

from __future__ import annotations

from backend.access.models import ApiKey
from backend.access.services import key_digest


def api_key_live(text: str) -> ApiKey | None:
    """The key with this text, unless it was revoked; None if there is none."""
    return ApiKey.objects.filter(sha256=key_digest(text), revoked_at=None).first()
