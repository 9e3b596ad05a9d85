"""The pictures of the public pages, each at an address of its own."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.explorer import charts
from backend.findings import selectors as findings_
from backend.findings.boundaries import boundary_public
from backend.reports import selectors as reports_


def _svg(request: HttpRequest, picture: str) -> HttpResponse:
    """The picture, or 304 for whoever has it: drawing is remembered, so asking again is cheap."""
    etag = f'"{hashlib.sha256(picture.encode()).hexdigest()[:32]}"'
    response: Any = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(picture, content_type="image/svg+xml")
    response["ETag"] = etag
    response["Cache-Control"] = "public, no-cache"
    # Pictures carry their own few styles and can do nothing else.
    response._csp_replace = {"style-src": ["'unsafe-inline'"]}
    checked: HttpResponse = response
    return checked


def _look(look: str) -> str:
    if look not in charts.LOOKS:
        raise Http404
    return look


@require_safe
def chart_reports(request: HttpRequest, look: str) -> HttpResponse:
    """Reports per week."""
    weeks = tuple(reports_.weeks_public(reports_.reports_public_timely()))
    has_simulated = reports_.has_simulated()
    return _svg(request, charts.weekly_reports(weeks, _look(look), is_simulated=has_simulated))


@require_safe
def chart_domain(request: HttpRequest, slug: str, look: str) -> HttpResponse:
    """Reports of one domain per week."""
    if catalogue.leaf_by_slug(slug) is None:
        raise Http404
    counted = reports_.reports_public().filter(pk__in=findings_.report_ids_in_domain(slug))
    is_simulated = counted.filter(provenance="simulated").exists()
    weeks = tuple(reports_.weeks_public(counted))
    return _svg(request, charts.weekly_reports(weeks, _look(look), is_simulated=is_simulated))


@require_safe
def chart_map(request: HttpRequest, finding_id: int, look: str) -> HttpResponse:
    """The reports on a finding's map, by what is known of their surroundings."""
    found = findings_.finding_public(finding_id)
    shown = boundary_public(found) if found else None
    if found is None or shown is None:
        raise Http404
    places = tuple(
        charts.Place(round(point.x, 4), round(point.y, 4), point.state)
        for point in shown.points_shown
    )
    picture = charts.finding_map(places, _look(look), is_simulated=found.is_simulated)
    return _svg(request, picture)


@require_safe
def chart_finding(request: HttpRequest, finding_id: int, look: str) -> HttpResponse:
    """A finding's cell in rolling windows: contributors counted and expected."""
    found = findings_.finding_public(finding_id)
    if found is None:
        raise Http404
    windows = tuple(
        charts.Window(row.window_end, row.shown, row.expected)  # type: ignore[attr-defined]
        for row in findings_.windows_public(found)
    )
    picture = charts.finding_windows(
        windows, _moments(found), _look(look), is_simulated=found.is_simulated
    )
    return _svg(request, picture)


def _moments(found: Any) -> tuple[charts.Moment, ...]:
    weeks = [
        ("began", found.onset, found.onset_low, found.onset_high),
        ("ended", found.offset, found.offset_low, found.offset_high),
    ]
    return tuple(
        charts.Moment(word, week, low or week, high or week)
        for word, week, low, high in weeks
        if week
    )
