"""304 without the work: a version of what is stored, read before anything is computed.

Only for what changes by few, known writes (conclusions of runs, decisions of people). Whatever shows
a report's text is compared as a whole after it was made, by Django's ConditionalGetMiddleware: a
withdrawal must never hide behind a clever version (ADR 23).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.crypto import salted_hmac
from django.utils.http import http_date

SALT = "plumbline.conditional"
WITHHELD = "plumbline.conditions"
"""Where in META the page cache puts what it was asked for, so that it gets a whole answer to keep."""


@dataclass(frozen=True)
class Stamp:
    """What is stored now, as a short text that differs after every change; and since when."""

    key: str
    changed_at: datetime | None = None


def stamped(stamp: Callable[[], Stamp]) -> Callable[[Any], Any]:
    """A view or `get` that answers 304 to whoever has the present version of the address.

    Its answer carries the version as a weak ETag, and the last change. Whoever only has the latter is
    answered by ConditionalGetMiddleware, which knows whether the address exists at all.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def answer(*args: Any, **kwargs: Any) -> HttpResponseBase:
            request = next(arg for arg in args if hasattr(arg, "META"))
            http: HttpRequest = getattr(request, "_request", request)
            now = stamp()
            etag = etag_of(http, now)
            http.META.update(withheld := http.META.pop(WITHHELD, {}))
            known = get_conditional_response(http, etag=etag)
            for name in withheld:
                del http.META[name]
            response = view(*args, **kwargs) if known is None else known
            response["ETag"] = etag
            if now.changed_at is not None:
                response["Last-Modified"] = http_date(now.changed_at.timestamp())
            return response

        return answer

    return decorate


def etag_of(request: HttpRequest, stamp: Stamp) -> str:
    """The weak ETag of an address while what is stored has this stamp.

    Under the secret: a stamp is a few small numbers, also of what is not public, and could be guessed.
    """
    text = "\n".join([request.build_absolute_uri(), stamp.key, settings.VERSION, _code()])
    return f'W/"{salted_hmac(SALT, text, algorithm="sha256").hexdigest()[:32]}"'


@cache
def _code() -> str:
    """Differs between two states of the program, also where both call themselves the same version."""
    root = Path(settings.BASE_DIR) / "backend"
    kinds = (".py", ".html", ".json")
    sizes = sorted(
        (path.relative_to(root).as_posix(), path.stat().st_size)
        for path in root.rglob("*")
        if path.suffix in kinds
    )
    return hashlib.sha256(repr(sizes).encode()).hexdigest()[:16]
