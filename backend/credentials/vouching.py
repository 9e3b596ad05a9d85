"""What a request says of its sender: is its contributor's tag vouched for, and what shall be signed."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from django.http import HttpRequest

from backend.common.errors import RuleError
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

    Whoever is on this very machine is alone with it: there everybody counts. RuleError `header_invalid` for
    what is no credential at all: who sends one means to be counted, and would never learn why not.
    """
    found = _header(request, CREDENTIAL_HEADER, _BASE64)
    if is_alone_here(request):
        return vouch_for_all
    if found is None:
        return _vouch_for_none
    return partial(_is_counted, bytes_of(found[0]), network_of(request))


def stamp_wanted(request: HttpRequest) -> Blinded | None:
    """What the sender of a rating wants signed for it; None if nothing. RuleError `header_invalid`."""
    found = _header(request, STAMP_HEADER, _STAMP)
    return Blinded(found[1], bytes_of(found[2])) if found else None


def _header(request: HttpRequest, name: str, form: re.Pattern[str]) -> re.Match[str] | None:
    """The header in its form; None where it is not sent."""
    text = request.headers.get(name)
    if text is None:
        return None
    found = form.match(text)
    if found is None:
        message = "This header has not the form that the API's document asks for."
        raise RuleError("header_invalid", message, {name: [message]})
    return found


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
