"""What every page knows."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import LocalePrefixPattern, get_resolver, reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from backend.common.changes import kept
from backend.common.languages import address_in, language_tag
from backend.reports.selectors import has_simulated

NAVIGATION = [
    ("overview", _("Overview")),
    ("findings", _("Findings")),
    ("reports", _("Reports")),
    ("domains", _("Domains")),
    ("vendors", _("Models")),
    ("compare", _("Compare")),
    ("method", _("Method")),
    ("data", _("Data")),
]
"""What most readers look for."""
FOOTER = [
    ("status", _("Status")),
    ("comparisons", _("Versions compared")),
    ("disclosures", _("Disclosures")),
    ("replies", _("Right of reply")),
    ("plan", _("Plan")),
    ("privacy", _("Privacy")),
    ("withdraw", _("Withdraw a report")),
    ("docs", _("API")),
]
"""What must be one step away from every page."""
PARTS = {"vendors": ("vendor", "model", "site"), "compare": ("comparisons",)}
"""Pages that belong to an entry of the navigation without lying below its address."""


def site(request: HttpRequest) -> dict[str, Any]:
    """Version, navigation, and whether simulated data is present; the admin does without."""
    if request.path_info.startswith("/admin/"):
        return {}
    return {
        "version": settings.VERSION,
        "navigation": [_entry(name, title, request) for name, title in NAVIGATION],
        "footer": [_entry(name, title, request) for name, title in FOOTER],
        "has_simulated": _has_simulated(),
        **languages_of(request),
    }


def languages_of(request: HttpRequest) -> dict[str, Any]:
    """The page's language, and its addresses in each; an address that leads nowhere has none.

    A page that has but one language (the API's, a file that is gone) has no `languages`.
    """
    current = get_language() or settings.LANGUAGE_CODE
    match = request.resolver_match
    known: dict[str, Any] = {
        "language": language_tag(current),
        "is_rtl": get_language_info(current)["bidi"],
        "has_alternates": match is not None,
    }
    if match is not None and match.url_name not in translated_pages():
        return known
    path = request.get_full_path() if match is not None else reverse("overview")
    return known | {
        "languages": [
            {
                "tag": language_tag(code),
                "name": name,
                "address": address_in(path, code),
                "absolute": settings.PUBLIC_URL + address_in(path, code),
                "is_current": code == current,
            }
            for code, name in settings.LANGUAGES
        ]
    }


@lru_cache(maxsize=1)
def translated_pages() -> frozenset[str]:
    """Names of the pages that lie under a prefix for each language."""
    parts: list[Any] = get_resolver().url_patterns
    return frozenset(
        pattern.name
        for part in parts
        if isinstance(part.pattern, LocalePrefixPattern)
        for included in part.url_patterns
        for pattern in included.url_patterns
    )


def _entry(name: str, title: Any, request: HttpRequest) -> dict[str, Any]:
    """One link of the navigation; `current` says whether it is this page, or the part it is in."""
    address, path = reverse(name), request.path
    page = request.resolver_match.url_name if request.resolver_match else ""
    is_part = (name != "overview" and path.startswith(address)) or page in PARTS.get(name, ())
    current = "page" if path == address else "true" if is_part else ""
    return {"address": address, "title": title, "current": current}


def _has_simulated() -> bool:
    try:
        return kept.find("has_simulated", has_simulated)
    except DatabaseError:  # the page that says so must still be drawn
        return False
