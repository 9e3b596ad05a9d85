"""Giving out credentials: to a new install, for a rating, and to an install that has become established.

What is signed is never seen, and what is shown was never seen before: nothing here links two of a device's
requests, and no row names a device (ADR 30).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from backend.common.errors import ConflictError, PlumblineError, RuleError
from backend.common.heartbeats import KEYS, heartbeat_note
from backend.credentials import blind, keyring
from backend.credentials.challenge import is_solved
from backend.credentials.models import SigningKey, SpentCredential
from backend.credentials.periods import remembered_until

log = structlog.get_logger()

MESSAGE = "plumbline-credential-v1"
ESTABLISHED_AFTER_DAYS = 14
"""analysis.config's `trust_age_days`, from the end of the week in which an install became known."""
RATINGS_NEEDED = 5
"""analysis.config's `trust_ratings`."""
_Purpose = SigningKey.Purpose
_ESTABLISH = [_Purpose.RATED.value] * RATINGS_NEEDED + [_Purpose.START.value]
_RENEW = [_Purpose.RENEWAL.value]


@dataclass(frozen=True)
class Shown:
    """A credential that is shown once."""

    key_id: str
    nonce: str
    signature: bytes


@dataclass(frozen=True)
class Blinded:
    """A message that is to be signed unseen."""

    key_id: str
    message: bytes


def keys_renew() -> int:
    """Make the keys of today and forget those that are over; how many are new. Runs twice safely."""
    today = timezone.now().date()
    keyring.keys_forget(today)
    SpentCredential.objects.filter(expires_on__lt=today).delete()
    n_new = keyring.keys_make(today)
    if unreadable := keyring.keys_unreadable():
        log.error("credential_keys_unreadable", n_keys=len(unreadable))
    else:
        heartbeat_note(name=KEYS)
    return n_new


def keys_replace() -> int:
    """Make new keys for those that CREDENTIAL_SECRET does not open; how many signed no more.

    For an operator who has lost it. What the old ones have signed stays as good as ever.
    """
    with transaction.atomic():
        unreadable = keyring.keys_unreadable()
        keyring.keys_give_up(unreadable)
        keyring.keys_make(timezone.now().date())
    return len(unreadable)


def start_issue(
    *,
    challenge: Mapping[str, Any],
    solution: Mapping[str, Any],
    wanted: Blinded,
    count_install: Callable[[], None],
) -> bytes:
    """The blind signature with which an install becomes known this week.

    `count_install` counts one more of its network, or raises. RuleError for an answer that is wrong or
    late, or a key that is none of this week; ConflictError for a challenge that was used for another.
    """
    today = timezone.now().date()
    if not is_solved(challenge, solution):
        raise RuleError(
            "challenge_invalid",
            "This is not the answer to a challenge of the last hour. Get another.",
        )
    key = _signing_keys([wanted], today)[wanted.key_id]
    if key.purpose != _Purpose.START:
        raise _unfit("A new install is signed with the key of this week.", "key_id")
    with transaction.atomic():
        digest = _digest("challenge", str(challenge["signature"]))
        is_new = _spend(
            [digest], answer_to=_digest_of(wanted), expires_on=today + timedelta(days=1)
        )
        (signature,) = _signed([wanted], {key.pk: key})
        if is_new:  # after all else: what can't be signed is no install of its network
            count_install()
    return signature


def stamp_issue(*, rating_id: UUID, wanted: Blinded) -> bytes | None:
    """The blind signature for one answered question; None where it can't be had: it is worth no error.

    Each rating is worth one, and the same request again gives the same one.
    """
    today = timezone.now().date()
    try:
        key = _signing_keys([wanted], today)[wanted.key_id]
        if key.purpose != _Purpose.RATED:
            return None
        with transaction.atomic():
            _spend(
                [_stamp_digest(rating_id)],
                answer_to=_digest_of(wanted),
                expires_on=key.accepted_until,
            )
            return _signed([wanted], {key.pk: key})[0]
    except PlumblineError:
        return None


def credentials_issue(*, shown: Sequence[Shown], wanted: Sequence[Blinded]) -> list[bytes]:
    """The blind signatures of an established install for one epoch, in order.

    Shown is what makes it established (one start and five ratings), or last epoch's renewal. Wanted are
    the next renewal and the tags of that epoch, one for each site at most. The very same request
    again gives the very same answer. RuleError for what does not fit, ConflictError for what is too
    young or was shown before.
    """
    today = timezone.now().date()
    spent = SigningKey.objects.in_bulk([one.key_id for one in shown])
    _check_shown(shown, spent, today)
    keys = _signing_keys(wanted, today)
    renewed = [key.epoch or 0 for key in spent.values() if key.purpose == _Purpose.RENEWAL]
    _check_wanted(wanted, keys, after=max(renewed, default=0))
    with transaction.atomic():
        _spend(
            [_digest(spent[one.key_id].purpose, one.nonce) for one in shown],
            answer_to=_digest_of(*shown, *wanted),
            expires_on=remembered_until(max(key.accepted_until for key in spent.values())),
        )
        return _signed(wanted, keys)


def message_of(purpose: str, *parts: str | int) -> bytes:
    """What a key of this purpose signs."""
    return "|".join([MESSAGE, purpose, *map(str, parts)]).encode()


def _check_shown(shown: Sequence[Shown], keys: Mapping[str, SigningKey], today: date) -> None:
    for place, one in enumerate(shown):
        key = keys.get(one.key_id)
        if key is None or key.accepted_until < today or not _is_genuine(one, key):
            raise RuleError(
                "credential_invalid",
                "A credential is not signed by a key that is still accepted.",
                {f"spent.{place}": ["Not signed by a key that is still accepted."]},
            )
    purposes = sorted(keys[one.key_id].purpose for one in shown)
    if purposes not in (_ESTABLISH, _RENEW) or len({one.nonce for one in shown}) != len(shown):
        raise _unfit(
            f"Show one start and {RATINGS_NEEDED} ratings, each another one, or one renewal.",
            "spent",
        )
    for key in keys.values():
        established_on = key.ends_on + timedelta(days=ESTABLISHED_AFTER_DAYS)
        if key.purpose == _Purpose.START and today < established_on:
            raise ConflictError(
                "credential_too_young", f"This install is established from {established_on} on."
            )


def _is_genuine(one: Shown, key: SigningKey) -> bool:
    # What a contributor's key signs is shown with every report, and is no credential of this kind.
    if key.purpose == _Purpose.CONTRIBUTOR:
        return False
    return blind.verify(bytes(key.public_key), message_of(key.purpose, one.nonce), one.signature)


def _check_wanted(wanted: Sequence[Blinded], keys: Mapping[str, SigningKey], *, after: int) -> None:
    if len(keys) != len(wanted):
        raise _unfit("Ask for one signature of each key.", "blinded")
    if len({key.epoch for key in keys.values()}) != 1:
        raise _unfit("Ask for the signatures of one epoch.", "blinded")
    purposes = [key.purpose for key in keys.values()]
    is_one_renewal = purposes.count(_Purpose.RENEWAL) == 1
    if not is_one_renewal or set(purposes) - {_Purpose.RENEWAL, _Purpose.CONTRIBUTOR}:
        raise _unfit("Ask for one renewal, and for tags.", "blinded")
    if any((key.epoch or 0) <= after for key in keys.values()):
        raise _unfit("A renewal is for a later epoch than its own.", "blinded")


def _signing_keys(wanted: Sequence[Blinded], today: date) -> dict[str, SigningKey]:
    """The keys by their ids. RuleError for one that is unknown or signs nothing today.

    With a code of its own: nothing is wrong with what is shown, which a device shall keep.
    """
    keys = SigningKey.objects.in_bulk([one.key_id for one in wanted])
    for place, one in enumerate(wanted):
        key = keys.get(one.key_id)
        is_signing = key is not None and key.private_key is not None
        if key is None or not is_signing or not key.begins_on <= today <= key.signs_until:
            message = "No key of this id signs today: get the keys anew."
            raise RuleError("signing_key_unknown", message, {f"blinded.{place}": [message]})
    return keys


def _spend(digests: Sequence[str], *, answer_to: str, expires_on: date) -> bool:
    """Note what is shown now; whether it is new. ConflictError if it was shown in another request."""
    # In one order everywhere: two requests wait for each other, and don't deadlock.
    rows = [
        SpentCredential(digest=digest, answer_to=answer_to, expires_on=expires_on)
        for digest in sorted(digests)
    ]
    before = SpentCredential.objects.filter(pk__in=digests).count()
    SpentCredential.objects.bulk_create(rows, ignore_conflicts=True)
    stored = SpentCredential.objects.filter(pk__in=digests).values_list("answer_to", flat=True)
    if set(stored) != {answer_to}:
        raise ConflictError("credential_spent", "This was shown before, in another request.")
    return before == 0


def _signed(wanted: Sequence[Blinded], keys: Mapping[str, SigningKey]) -> list[bytes]:
    try:
        return [keyring.blind_sign(keys[one.key_id], one.message) for one in wanted]
    except ValueError:
        raise _unfit("A blinded message is a number below the key's modulus.", "blinded") from None


def _unfit(message: str, field: str) -> RuleError:
    return RuleError("credentials_unfit", message, {field: [message]})


def _digest(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}|{value}".encode()).hexdigest()


def _stamp_digest(rating_id: UUID) -> str:
    # Keyed: whoever has the rows alone could else find the rating of each, and so who has just begun.
    return salted_hmac(
        "plumbline.credentials.stamp",
        str(rating_id),
        secret=settings.CREDENTIAL_SECRET,
        algorithm="sha256",
    ).hexdigest()


def _digest_of(*parts: Shown | Blinded) -> str:
    text = json.dumps([asdict(part) for part in parts], default=bytes.hex)
    return hashlib.sha256(text.encode()).hexdigest()
