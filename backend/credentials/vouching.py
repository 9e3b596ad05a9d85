"""What a request says of its sender: is its contributor's tag vouched for, and what shall be signed."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import date
from functools import partial

from django.http import HttpRequest

from backend.common.throttles import is_alone_here
from backend.credentials.blind import KEY_BYTES
from backend.credentials.selectors import tag_is_signed
from backend.credentials.services import Blinded

CREDENTIAL_HEADER = "Plumbline-Credential"
STAMP_HEADER = "Plumbline-Stamp"
BASE64_CHARS = -(-KEY_BYTES * 4 // 3)
_BASE64 = re.compile(rf"[A-Za-z0-9_-]{{{BASE64_CHARS}}}\Z")
_STAMP = re.compile(rf"([0-9a-f]{{64}})\.([A-Za-z0-9_-]{{{BASE64_CHARS}}})\Z")

Vouches = Callable[[str, str, date], bool]
"""For a site, a contributor's tag and the day that something is about: may it be counted as one install's?"""


def vouch_for_all(site: str, tag: str, day: date) -> bool:
    """For what does not come over a network."""
    return True


def contributor_vouched(request: HttpRequest) -> Vouches:
    """Whether the request's credential is the signature of the tag that it sends.

    Whoever is on this very machine is alone with it: there everybody counts.
    """
    if is_alone_here(request):
        return vouch_for_all
    text = request.headers.get(CREDENTIAL_HEADER, "")
    if not _BASE64.match(text):
        return _vouch_for_none
    signature = bytes_of(text)
    return partial(_is_signed, signature)


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


def _is_signed(signature: bytes, site: str, tag: str, day: date) -> bool:
    return tag_is_signed(site=site, tag=tag, day=day, signature=signature)


def _vouch_for_none(site: str, tag: str, day: date) -> bool:
    return False
