"""The front door of the API: what there is, with its address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.urls import URLPattern, get_resolver
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import PlumblineApi

PREFIX = "api/v1/"


class RootSerializer(serializers.Serializer[Any]):
    """Where to start."""

    name = serializers.CharField()
    version = serializers.CharField()
    documentation = serializers.URLField(help_text="For people.")
    schema = serializers.URLField(help_text="OpenAPI 3.1.")
    feeds = serializers.DictField(
        child=serializers.URLField(), help_text="What happens to findings, for feed readers."
    )
    lists = serializers.DictField(
        child=serializers.URLField(), help_text="Every address that answers GET without an id."
    )


class RootApi(PlumblineApi):
    """What there is."""

    cache_control = {"public": True, "max_age": 300}

    @extend_schema(operation_id="root", summary="What there is", responses={200: RootSerializer})
    def get(self, request: Request) -> Response:
        """The addresses of everything that can be read."""
        base = request.build_absolute_uri("/")
        lists = {name: f"{base}{PREFIX}{name}/" for name in _lists()}
        body = {
            "name": "Plumbline",
            "version": settings.VERSION,
            "documentation": f"{base}{PREFIX}docs/",
            "schema": f"{base}{PREFIX}schema/",
            "feeds": {kind: f"{base}feeds/findings.{kind}" for kind in ("atom", "json")},
            "lists": lists,
        }
        return Response(RootSerializer(body).data)


NOT_LISTED = frozenset({"docs", "schema", "receipts", "compare", "credentials/challenge"})
"""Documentation, what answers only when it is told what to look at, and what is another one each time."""


@cache
def _lists() -> list[str]:
    """Names of all addresses that can be read without knowing an id."""
    found = set()
    for route, view in _routes(get_resolver().url_patterns):
        name = route.removeprefix(PREFIX).rstrip("/")
        is_plain = route.startswith(PREFIX) and name and "<" not in name
        if is_plain and name not in NOT_LISTED and _reads(view):
            found.add(name)
    return sorted(found)


def _reads(view: Any) -> bool:
    made = getattr(view, "cls", None)
    return made is not None and hasattr(made, "get") and "get" in made.http_method_names


def _routes(patterns: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield route, pattern.callback
        else:
            yield from _routes(pattern.url_patterns, route)
