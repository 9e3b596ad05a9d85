"""What a request says of its sender: is its contributor's tag vouched for, and what shall be signed."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.http import HttpRequest

from backend.common.throttles import contributor_admitted, is_alone_here, network_of
from backend.credentials.blind import KEY_BYTES
from backend.credentials.selectors import tag_is_signed
from backend.credentials.services import Blinded

CREDENTIAL_HEADER = "Plumbline-Credential"
STAMP_HEADER = "Plumbline-Stamp"
BASE64_CHARS = -(-KEY_BYTES * 4 // 3)
_BASE64 = re.compile(rf"[A-Za-z0-9_-]{{{BASE64_CHARS}}}\Z")
_STAMP = re.compile(rf"([0-9a-f]{{64}})\.([A-Za-z0-9_-]{{{BASE64_CHARS}}})\Z")


@dataclass(frozen=True)
class Claim:
    """That something is one contributor's: of which site, with which tag, and about which day."""

    site: str
    tag: str
    day: date
    counted: str
    """What it would be counted for, a model as a rule: of one network a few contributors a day are."""


Vouches = Callable[[Claim], bool]
"""Whether a claim is one established install's, and may be counted."""


def vouch_for_all(claim: Claim) -> bool:
    """For what does not come over a network."""
    return True


def contributor_vouched(request: HttpRequest) -> Vouches:
    """Whether the request's credential signs the tag that it sends, and its network has a place left.

    Whoever is on this very machine is alone with it: there everybody counts.
    """
    if is_alone_here(request):
        return vouch_for_all
    text = request.headers.get(CREDENTIAL_HEADER, "")
    if not _BASE64.match(text):
        return _vouch_for_none
    return partial(_is_counted, bytes_of(text), network_of(request))


def stamp_wanted(request: HttpRequest) -> Blinded | None:
    """What the sender of a rating wants signed for it; None if nothing, or nothing that could be."""
    found = _STAMP.match(request.headers.get(STAMP_HEADER, ""))
    return Blinded(found[1], bytes_of(found[2])) if found else None


def bytes_of(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text_of(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _is_counted(signature: bytes, network: str, claim: Claim) -> bool:
    # In this order: what nobody has signed takes no place of its network.
    return tag_is_signed(
        site=claim.site, tag=claim.tag, day=claim.day, signature=signature
    ) and contributor_admitted(
        network, counted=claim.counted, contributor=f"{claim.site}|{claim.tag}"
    )


def _vouch_for_none(claim: Claim) -> bool:
    return False
