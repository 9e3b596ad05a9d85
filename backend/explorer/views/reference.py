"""The API for people: every address with its parameters, answers and examples. In English, as the API is."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema

from backend.common.openapi import ERRORS
from backend.common.schema import JsonErrorsApi, document
from backend.explorer.reference import Reference, reference


class ReferencePage(JsonErrorsApi):
    """The API's documentation as a page."""

    @extend_schema(exclude=True)
    def get(self, request: HttpRequest) -> HttpResponse:
        """The whole page: the program alone decides what is on it."""
        context: dict[str, Any] = {
            "reference": _reference(get_language()),
            "error": json.dumps(ERRORS["400"]),
        }
        return render(request, "explorer/reference.html", context)


@cache
def _reference(language: str | None) -> Reference:
    return reference(json.loads(document(language)[0]))
