"""Which addresses may receive webhooks, by their look; where they lead is checked when sending."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from backend.common.errors import RuleError


def address_check(url: str) -> str:
    """The address; RuleError if nothing may be sent there.

    https without user or password; http too while WEBHOOKS_PRIVATE is on.
    """
    problem = ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    schemes = ("https", "http") if settings.WEBHOOKS_PRIVATE else ("https",)
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        problem = "This is no address."
    elif parts.scheme not in schemes:
        problem = "The address must begin with https://."
    elif parts.username is not None or parts.password is not None:
        problem = "The address must not hold a password."
    if problem:
        raise RuleError("address_invalid", problem, {"url": [problem]})
    return url
