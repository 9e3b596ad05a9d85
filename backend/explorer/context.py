"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse

from backend.reports.selectors import has_simulated

NAVIGATION = [
    ("overview", "Overview"),
    ("findings", "Findings"),
    ("comparisons", "Versions"),
    ("domains", "Domains"),
    ("reports", "Reports"),
    ("method", "Method"),
    ("data", "Data"),
    ("privacy", "Privacy"),
]


def site(request: HttpRequest) -> dict[str, Any]:
    """Version, navigation, and whether simulated data is present; the admin does without."""
    if request.path_info.startswith("/admin/"):
        return {}
    return {
        "version": settings.VERSION,
        "navigation": [_entry(name, title, request.path) for name, title in NAVIGATION],
        "has_simulated": _has_simulated(),
    }


def _entry(name: str, title: str, path: str) -> dict[str, str]:
    """One link of the navigation; `current` says whether it is this page, or the part it is in."""
    address = reverse(name)
    is_part = name != "overview" and path.startswith(address)
    current = "page" if path == address else "true" if is_part else ""
    return {"address": address, "title": title, "current": current}


def _has_simulated() -> bool:
    try:
        return has_simulated()
    except DatabaseError:  # the page that says so must still be drawn
        return False
