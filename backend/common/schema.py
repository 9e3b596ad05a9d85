"""The OpenAPI document. explorer/reference.py makes a page of it."""

from __future__ import annotations

import hashlib
import threading
from functools import cache
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.common.api import OneRenderer


class JsonErrorsApi(APIView):
    """Errors are JSON, though the answer proper is not."""

    content_negotiation_class = OneRenderer
    http_method_names = ["get", "head"]

    def handle_exception(self, exc: Exception) -> Response:
        """The error in the one shape."""
        self.request.accepted_renderer = JSONRenderer()
        self.request.accepted_media_type = JSONRenderer.media_type
        return super().handle_exception(exc)


_making = threading.Lock()
"""The library's generator is not made for several threads at once."""


def document(language: str | None) -> tuple[bytes, str]:
    """The document and its version, made once per process: the program alone decides what is in it."""
    with _making:
        return _document_made(language)


@cache
def _document_made(language: str | None) -> tuple[bytes, str]:
    made = SchemaApi.generator_class().get_schema(  # type: ignore[no-untyped-call]
        request=None, public=True
    )
    body = OpenApiJsonRenderer2().render(made)
    return body, f'"{hashlib.sha256(body).hexdigest()[:32]}"'


class SchemaApi(JsonErrorsApi, SpectacularAPIView):
    """The OpenAPI 3 document of this API."""

    renderer_classes = [OpenApiJsonRenderer2]

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """The whole document; query parameters change nothing."""
        made, etag = document(get_language())
        headers = {"Cache-Control": "public, max-age=300", "ETag": etag}
        return HttpResponse(made, content_type=OpenApiJsonRenderer2.media_type, headers=headers)
