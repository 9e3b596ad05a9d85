"""Reading: which keys sign today, and whether a tag is signed."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from backend.credentials import blind, keyring
from backend.credentials.models import SigningKey
from backend.credentials.periods import epoch_of
from backend.credentials.services import message_of


def keys_public() -> Sequence[SigningKey]:
    """The keys that sign today, without their private halves."""
    return list(keyring.keys_offered(timezone.now().date()))


def tag_is_signed(*, site: str, tag: str, signature: bytes) -> bool:
    """Whether this is the signature of a contributor's tag for this site, in an epoch that counts now."""
    today = timezone.now().date()
    keys = SigningKey.objects.filter(
        purpose=SigningKey.Purpose.CONTRIBUTOR, site=site, accepted_until__gte=today
    ).exclude(epoch=None)
    return any(
        key.epoch is not None
        and key.epoch <= epoch_of(today)
        and blind.verify(
            bytes(key.public_key), message_of("contributor", site, key.epoch, tag), signature
        )
        for key in keys.defer("private_key")
    )
