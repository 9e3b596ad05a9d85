"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

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
    }


def _entry(name: str, title: Any, request: HttpRequest) -> dict[str, Any]:
    """One link of the navigation; `current` says whether it is this page, or the part it is in."""
    address, path = reverse(name), request.path
    page = request.resolver_match.url_name if request.resolver_match else ""
    is_part = (name != "overview" and path.startswith(address)) or page in PARTS.get(name, ())
    current = "page" if path == address else "true" if is_part else ""
    return {"address": address, "title": title, "current": current}


def _has_simulated() -> bool:
    try:
        return has_simulated()
    except DatabaseError:  # the page that says so must still be drawn
        return False
