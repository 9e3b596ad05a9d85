"""What programs ask for: not pages, and in no language."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from backend.common.languages import address_in


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a security problem (RFC 9116)."""
    expires = date(date.today().year + 1, 1, 1)  # noqa: DTZ011 - a year is all that is needed
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {settings.PUBLIC_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Single reports are not for search engines, as pages or as JSON: a withdrawal would not reach them."""
    pages = [
        address_in(path, code)
        for path in ("/reports/", "/withdraw/")
        for code, _ in settings.LANGUAGES
    ]
    hidden = [f"Disallow: {path}" for path in [*pages, "/api/", "/admin/"]]
    # What is allowed stands first: some programs take the first line that fits.
    lines = ["User-agent: *", f"Allow: {reverse('docs')}", *hidden]
    text = "\n".join(lines) + "\n"
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask here for the icon of pages that name none: the desk."""
    return redirect(static("explorer/icon.svg"))
