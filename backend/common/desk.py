"""What the desk refuses before a list is asked for: Django's filters would hand it to the database."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

DESK = "/admin/"


class DeskMiddleware:
    """400 for an address of the desk with a NUL in its query: no row holds one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(DESK) and _has_nul(request):
            return HttpResponseBadRequest("No NUL in an address.", content_type="text/plain")
        return self.get_response(request)


def _has_nul(request: HttpRequest) -> bool:
    return any("\x00" in text for name, all_of in request.GET.lists() for text in (name, *all_of))
