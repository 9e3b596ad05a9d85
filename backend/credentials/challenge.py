"""The work that a device does before it is known: about a second, by ALTCHA, with no tracker."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import altcha
from django.conf import settings
from django.utils.crypto import salted_hmac

ALGORITHM = "PBKDF2/SHA-256"
COST = 20_000
"""Rounds of each try. About 256 tries are needed, a second or two on one core, and one to check it."""
SECONDS = 3600
"""A challenge has to be answered within so long."""


def challenge_make() -> dict[str, Any]:
    """A new challenge. Nothing of it is stored: it carries its end and our signature."""
    challenge = altcha.create_challenge(
        ALGORITHM, COST, expires_at=int(time.time()) + SECONDS, hmac_secret=_secret()
    )
    made: dict[str, Any] = challenge.to_dict()
    return made


def is_solved(challenge: Mapping[str, Any], solution: Mapping[str, Any]) -> bool:
    """Whether this is an answer to a challenge of ours that is not over. False for whatever else it is."""
    try:
        payload = altcha.Payload.from_dict({"challenge": challenge, "solution": solution})
        return bool(altcha.verify_solution(payload, _secret()).verified)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return False


def _secret() -> bytes:
    return salted_hmac("plumbline.credentials.challenge", settings.CREDENTIAL_SECRET).digest()
