"""The OpenAPI document, and the page that shows it; both from our own origin."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import reverse
from django.utils.decorators import method_decorator
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


class SchemaApi(JsonErrorsApi, SpectacularAPIView):
    """The OpenAPI 3 document of this API."""

    renderer_classes = [OpenApiJsonRenderer2]

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The whole document; query parameters change nothing."""
        document = self.generator_class().get_schema(  # type: ignore[no-untyped-call]
            request=request, public=True
        )
        return Response(document, headers={"Cache-Control": "public, max-age=300"})


# Swagger UI sets a few inline styles; scripts stay our own files only.
@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class DocsPage(JsonErrorsApi, SpectacularSwaggerSplitView):
    """The API's documentation as a page."""

    def _get_schema_url(self, request: Request) -> str:
        return reverse("schema")
