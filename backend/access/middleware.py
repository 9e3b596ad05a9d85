"""How much one network may read in a minute, announced in every answer; with a key, more.

Headers as the IETF's draft "RateLimit header fields for HTTP" has them. Limited are the API and the
feeds. Pages, pictures and datasets are not, nor is a sender's look at the own receipt, nor this machine
itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from backend.access.counters import WINDOW_SECONDS, Standing, reads
from backend.access.selectors import api_key_live
from backend.common.errors import error_body
from backend.common.throttles import LOOPBACK, network_of

LIMITED = ("/api/", "/feeds/")
UNLIMITED = ("/api/v1/receipts/",)
_BEARER = re.compile(r"[Bb]earer +([\x21-\x7e]{1,200})\Z")


class ReadLimitMiddleware:
    """Counts what is read, and answers 429 to whoever reads too much."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        is_reading = request.method in ("GET", "HEAD")
        if not is_reading or not path.startswith(LIMITED) or path.startswith(UNLIMITED):
            return self._get_response(request)
        if "HTTP_AUTHORIZATION" in request.META:
            return self._with_key(request)
        network = network_of(request)
        if network in LOOPBACK:
            return self._get_response(request)
        limit = settings.READS_PER_MINUTE
        return self._answer(request, "network", reads.count(f"network {network}", limit=limit))

    def _with_key(self, request: HttpRequest) -> HttpResponse:
        found = _BEARER.match(request.META["HTTP_AUTHORIZATION"])
        key = api_key_live(found[1]) if found else None
        if key is None:
            standing = None
            if (network := network_of(request)) not in LOOPBACK:
                limit = settings.READS_PER_MINUTE
                standing = reads.count(f"network {network}", limit=limit)
            if standing is not None and standing.is_over:
                return self._answer(request, "network", standing)
            message = "This key is not known here, or was revoked. Reading needs no key."
            headers = {"WWW-Authenticate": "Bearer", "Cache-Control": "no-store"}
            return JsonResponse(error_body("key_unknown", message), status=401, headers=headers)
        standing = reads.count(f"key {key.pk}", limit=key.per_minute)
        return self._answer(request, "key", standing)

    def _answer(self, request: HttpRequest, policy: str, standing: Standing) -> HttpResponse:
        if standing.is_over:
            message = (
                f"At most {standing.limit} requests a minute. Try again in "
                f"{standing.reset_seconds} seconds, or use a dataset or a feed."
            )
            response: HttpResponse = JsonResponse(
                error_body("too_many_requests", message), status=429,
                headers={"Retry-After": str(standing.reset_seconds), "Cache-Control": "no-store"},
            )  # fmt: skip
        else:
            response = self._get_response(request)
        response["RateLimit-Policy"] = f'"{policy}";q={standing.limit};w={WINDOW_SECONDS}'
        response["RateLimit"] = f'"{policy}";r={standing.remaining};t={standing.reset_seconds}'
        return response
