"""The base of every API view, the strict JSON parser, and the serializers of the error shape."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from django.utils.cache import patch_cache_control
from rest_framework import exceptions, serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        raise ValueError("a key appears twice")
    return keys


class StrictJSONParser(JSONParser):
    """JSON in UTF-8 and nothing else: no NaN, no key twice, no nesting beyond what we can walk."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            return json.loads(
                stream.read().decode("utf-8"),
                parse_constant=_refuse_constant,
                object_pairs_hook=_unique_keys,
            )
        except (ValueError, RecursionError) as error:
            raise exceptions.ParseError from error


class OneRenderer(DefaultContentNegotiation):
    """The answer has one form, whatever the client says it accepts: no 406, no `?format=`."""

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class PlumblineApi(APIView):
    """One endpoint. Validates the shape, calls a service or selector, serialises, returns.

    `cache_control` is what the answer to a successful GET may be used for.
    """

    authentication_classes: Sequence[Any] = ()
    permission_classes: Sequence[Any] = ()
    parser_classes = (StrictJSONParser,)
    content_negotiation_class = OneRenderer
    http_method_names = ["get", "post", "head"]
    # Texts may be withdrawn at any moment: caches keep them, but ask each time.
    cache_control: dict[str, Any] = {"public": True, "no_cache": True}

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        if request.method in ("GET", "HEAD") and final.status_code in (200, 304):
            patch_cache_control(final, **self.cache_control)
        else:
            patch_cache_control(final, no_store=True)
        return final


class ErrorDetailSerializer(serializers.Serializer):
    """What is wrong."""

    code = serializers.CharField(help_text="Stable; for programs.")
    message = serializers.CharField(help_text="For people.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        help_text="What is wrong where; empty where the error is about the whole request.",
    )


class ErrorSerializer(serializers.Serializer):
    """The one shape of an error."""

    error = ErrorDetailSerializer()
