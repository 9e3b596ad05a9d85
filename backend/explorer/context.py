"""What every page knows."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import LocalePrefixPattern, get_resolver, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from backend.common.languages import address_in, language_tag
from backend.reports.selectors import has_simulated_kept

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
MADE_MAX = 200
"""Pieces of pages that are kept: for each language one of each part of the site, and some."""
PARTS = {"vendors": ("vendor", "model", "site"), "compare": ("comparisons",)}
"""Pages that belong to an entry of the navigation without lying below its address."""


def site(request: HttpRequest) -> dict[str, Any]:
    """Version, navigation, and whether simulated data is present; the admin does without."""
    if request.path_info.startswith("/admin/"):
        return {}
    has_simulated = _has_simulated()
    return {
        "version": settings.VERSION,
        "has_simulated": has_simulated,
        "page_head": _head(get_language(), _currents(NAVIGATION, request), has_simulated),
        "page_foot": _foot(get_language(), _currents(FOOTER, request)),
        **languages_of(request),
    }


@lru_cache(maxsize=MADE_MAX)
def _head(language: str | None, currents: tuple[str, ...], has_simulated: bool) -> SafeString:
    """What stands above each page's own content: the same for all pages of one part of the site."""
    entries = _entries(NAVIGATION, currents)
    context = {"navigation": entries, "has_simulated": has_simulated}
    return render_to_string("explorer/_head.html", context)


@lru_cache(maxsize=MADE_MAX)
def _foot(language: str | None, currents: tuple[str, ...]) -> SafeString:
    """What stands below it, but for the addresses in other languages."""
    context = {"footer": _entries(FOOTER, currents), "version": settings.VERSION}
    return render_to_string("explorer/_foot.html", context)


def _entries(links: list[tuple[str, Any]], currents: tuple[str, ...]) -> list[dict[str, Any]]:
    return [
        {"address": reverse(name), "title": title, "current": current}
        for (name, title), current in zip(links, currents, strict=True)
    ]


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
    languages = []
    for code, name in settings.LANGUAGES:
        address = address_in(path, code)
        languages.append({
            "tag": language_tag(code), "name": name, "address": address,
            "absolute": settings.PUBLIC_URL + address, "is_current": code == current,
        })  # fmt: skip
    return known | {"languages": languages}


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


def _currents(links: list[tuple[str, Any]], request: HttpRequest) -> tuple[str, ...]:
    """Of each link whether it is to this page ("page"), or to the part that it is in ("true")."""
    path = request.path
    page = request.resolver_match.url_name if request.resolver_match else ""
    currents = []
    for name, _title in links:
        address = _address(name, get_language())
        is_part = (name != "overview" and path.startswith(address)) or page in PARTS.get(name, ())
        currents.append("page" if path == address else "true" if is_part else "")
    return tuple(currents)


@lru_cache(maxsize=MADE_MAX)
def _address(name: str, _language: str | None) -> str:
    return reverse(name)


def _has_simulated() -> bool:
    try:
        return has_simulated_kept()
    except DatabaseError:  # the page that says so must still be drawn
        return False
