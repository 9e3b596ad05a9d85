"""Reading: which keys sign today, and whether a tag is signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from backend.credentials import blind, keyring
from backend.credentials.models import SigningKey
from backend.credentials.periods import epochs_of_tag
from backend.credentials.services import message_of


def keys_public() -> Sequence[SigningKey]:
    """The keys that sign today, without their private halves."""
    return list(keyring.keys_offered(timezone.now().date()))


def tag_is_signed(*, site: str, tag: str, day: date, signature: bytes) -> bool:
    """Whether this is the signature of a contributor's tag for this site, on what is about this day."""
    today = timezone.now().date()
    keys = SigningKey.objects.filter(
        purpose=SigningKey.Purpose.CONTRIBUTOR, site=site, epoch__in=epochs_of_tag(day, today=today)
    )
    return any(
        blind.verify(
            bytes(key.public_key), message_of("contributor", site, key.epoch or 0, tag), signature
        )
        for key in keys.defer("private_key")
    )
