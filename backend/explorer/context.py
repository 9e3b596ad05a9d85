"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest

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
        "navigation": NAVIGATION,
        "has_simulated": _has_simulated(),
    }


def _has_simulated() -> bool:
    try:
        return has_simulated()
    except DatabaseError:  # the page that says so must still be drawn
        return False
