"""Compressed answers, except where a secret would be told by their length (BREACH).

A page that holds a secret (a session's desk, a receipt) beside something that
the asker chose must not be compressed. Files are compressed already.
"""

from __future__ import annotations

from typing import Any, cast

from compression_middleware.middleware import CompressionMiddleware, compressor
from django.http import HttpRequest
from django.http.response import HttpResponseBase

SECRET_PREFIXES = ("/admin/", "/api/v1/receipts/")
TEXTS = frozenset({
    "text/html", "text/plain", "text/csv", "text/markdown", "application/json",
    "application/feed+json", "application/atom+xml", "application/vnd.oai.openapi+json",
    "application/ld+json", "application/xml", "image/svg+xml",
})  # fmt: skip


def encoding_for(accepted: str) -> str:
    """How a text is packed for whoever sends this Accept-Encoding; "" for not at all."""
    return compressor(accepted)[0] or ""


class TextCompressionMiddleware(CompressionMiddleware):  # type: ignore[misc] # untyped library
    """zstd, br or gzip, whichever the client takes, for public texts."""

    def process_response(self, request: HttpRequest, response: Any) -> HttpResponseBase:
        """The answer, compressed where that is safe and of use."""
        kind = response.get("Content-Type", "").partition(";")[0].strip().lower()
        is_public = request.method in ("GET", "HEAD") and not response.cookies
        is_secret = any(prefix in request.path_info for prefix in SECRET_PREFIXES)
        if response.streaming or not is_public or is_secret or kind not in TEXTS:
            return cast(HttpResponseBase, response)
        return cast(HttpResponseBase, super().process_response(request, response))
