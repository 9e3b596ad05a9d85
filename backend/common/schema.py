"""The OpenAPI document, and the page that shows it; both from our own origin."""

from __future__ import annotations

import hashlib
import threading
from functools import cache
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
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


def _document(language: str | None) -> tuple[bytes, str]:
    """The document and its version, made once per process: the program alone decides what is in it."""
    with _making:
        return _document_made(language)


@cache
def _document_made(language: str | None) -> tuple[bytes, str]:
    made = SchemaApi.generator_class().get_schema(  # type: ignore[no-untyped-call]
        request=None, public=True
    )
    document = OpenApiJsonRenderer2().render(made)
    return document, f'"{hashlib.sha256(document).hexdigest()[:32]}"'


class SchemaApi(JsonErrorsApi, SpectacularAPIView):
    """The OpenAPI 3 document of this API."""

    renderer_classes = [OpenApiJsonRenderer2]

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """The whole document; query parameters change nothing."""
        document, etag = _document(get_language())
        headers = {"Cache-Control": "public, max-age=300", "ETag": etag}
        return HttpResponse(document, content_type=OpenApiJsonRenderer2.media_type, headers=headers)


# Swagger UI sets a few inline styles; scripts stay our own files only.
@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class DocsPage(JsonErrorsApi, SpectacularSwaggerSplitView):
    """The API's documentation as a page."""

    def _get_schema_url(self, request: Request) -> str:
        return reverse("schema")
