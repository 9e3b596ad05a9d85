"""The keys of the database: made, found, used and forgotten. Private halves are encrypted there."""

from __future__ import annotations

import hashlib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db.models import QuerySet

from backend.catalogue.selectors import sites_public
from backend.common.errors import UnavailableError
from backend.credentials import blind
from backend.credentials.models import SigningKey
from backend.credentials.periods import Period, periods_offered


def keys_offered(today: date) -> QuerySet[SigningKey]:
    """The keys that a device may ask to sign today, in the order of their purposes and sites."""
    offered = SigningKey.objects.filter(
        begins_on__lte=today, ends_on__gte=today, private_key__isnull=False
    )
    return offered.order_by("purpose", "epoch", "site").defer("private_key")


def keys_make(today: date) -> int:
    """Make what is offered today and missing; how many. Two at once make nothing twice."""
    known = set(keys_offered(today).values_list("purpose", "site_id", "epoch"))
    sites = list(sites_public().values_list("slug", flat=True))
    missing = [
        (period, site)
        for period in periods_offered(today)
        for site in (sites if period.purpose == "contributor" else [None])
        if (period.purpose, site, period.epoch) not in known
    ]
    SigningKey.objects.bulk_create(
        (_new_key(period, site) for period, site in missing), ignore_conflicts=True
    )
    return len(missing)


def keys_forget(today: date) -> None:
    """Erase private halves that sign no more, and keys that nothing is checked with any more."""
    over = SigningKey.objects.filter(signs_until__lt=today)
    over.filter(private_key__isnull=False).update(private_key=None)
    over.filter(accepted_until__lt=today).delete()


def keys_unreadable() -> list[str]:
    """Ids of the keys whose private halves CREDENTIAL_SECRET does not open: it was lost or changed."""
    kept = SigningKey.objects.filter(private_key__isnull=False).values_list("id", "private_key")
    return [key_id for key_id, private in kept if private and _opened(bytes(private)) is None]


def keys_give_up(ids: Sequence[str]) -> None:
    """Let keys sign no more. What they have signed is known by their public halves as long as ever."""
    SigningKey.objects.filter(pk__in=ids).update(private_key=None)


def blind_sign(key: SigningKey, blinded: bytes) -> bytes:
    """The key's blind signature. ValueError where that is no blinded message of this key.

    UnavailableError where CREDENTIAL_SECRET does not open the key.
    """
    if key.private_key is None:
        raise ValueError("this key signs no more")
    private = _opened(bytes(key.private_key))
    if private is None:
        raise UnavailableError(
            "signing_unavailable", "This installation can't sign until its operator has seen to it."
        )
    return blind.sign(private, blinded)


def _new_key(period: Period, site: str | None) -> SigningKey:
    private, public = blind.make_key()
    return SigningKey(
        id=hashlib.sha256(public).hexdigest(),
        purpose=period.purpose,
        site_id=site,
        epoch=period.epoch,
        begins_on=period.begins_on,
        ends_on=period.ends_on,
        signs_until=period.signs_until,
        accepted_until=period.accepted_until,
        public_key=public,
        private_key=_cipher().encrypt(private),
    )


def _opened(private_key: bytes) -> bytes | None:
    try:
        return _cipher().decrypt(private_key)
    except InvalidToken:
        return None


def _cipher() -> Fernet:
    return Fernet(urlsafe_b64encode(b64decode(settings.CREDENTIAL_SECRET)))
