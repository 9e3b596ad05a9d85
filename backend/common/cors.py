"""Which answers a script of another site may read: what anybody may read, and nothing else."""

from __future__ import annotations

from corsheaders.middleware import CorsMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase

READING = frozenset({"GET", "HEAD", "OPTIONS"})


class ReadingCorsMiddleware(CorsMiddleware):
    """django-cors-headers for reading only: an answer to a POST tells other sites nothing."""

    def add_response_headers(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The headers, where something was read."""
        if request.method not in READING:
            return response
        return super().add_response_headers(request, response)
