"""Silence, told from failure."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from backend.explorer.status import status_public


@cache_control(public=True, no_cache=True)
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Whether the parts of the machine are at work, and when something last came in."""
    return render(request, "explorer/status.html", {"status": status_public()})
