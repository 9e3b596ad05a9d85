"""The map of what is reported: alike groups of reports lie near each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.findings import selectors as findings_

SHOWN_MAX = 150
"""Themes on one map: more can't be told apart. The largest are shown."""

WIDTH, HEIGHT = 720, 480
"""Of the drawing, in its own units."""

MARGIN = 34
RADIUS_MIN, RADIUS_MAX = 9.0, 30.0
ROOM = 0.25
"""How much beyond its own themes the map of a domain shows, as a share of their extent."""

EXTENT_MIN = 0.3
"""A domain with one theme has surroundings all the same."""


@dataclass(frozen=True)
class Spot:
    """A theme on the drawing, with the number under which the table names it."""

    number: int
    cluster: Any
    x: float
    y: float
    radius: float
    is_own: bool


@require_safe
def cluster_map(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """All themes of the current run, or those of one domain and whatever lies among and around them."""
    leaf = catalogue.leaf_by_slug(slug) if slug else None
    if slug and leaf is None:
        raise Http404
    themes = list(findings_.clusters_on_map_public())
    frame = _frame([t for t in themes if leaf is None or t.domain_id == leaf.pk])
    inside = [t for t in themes if frame and _is_inside(t, frame)]
    shown = inside[:SHOWN_MAX]
    return render(
        request,
        "explorer/cluster_map.html",
        {
            "domain": leaf,
            "spots": _spots(shown, frame, own=leaf.pk if leaf else None) if frame else [],
            "n_left": len(inside) - len(shown),
            "run": findings_.run_current(),
            "width": WIDTH,
            "height": HEIGHT,
        },
    )


Frame = tuple[float, float, float, float]


def _frame(themes: Sequence[Any]) -> Frame | None:
    """Left, right, bottom and top of what is drawn, in the map's own coordinates; None for nothing."""
    if not themes:
        return None

    def sides(values: list[float]) -> tuple[float, float]:
        middle = (min(values) + max(values)) / 2
        half = max((max(values) - min(values)) * (0.5 + ROOM), EXTENT_MIN / 2)
        return middle - half, middle + half

    return (*sides([t.x for t in themes]), *sides([t.y for t in themes]))


def _is_inside(theme: Any, frame: Frame) -> bool:
    left, right, bottom, top = frame
    return bool(left <= theme.x <= right and bottom <= theme.y <= top)


def _spots(themes: Sequence[Any], frame: Frame, *, own: str | None) -> list[Spot]:
    """The circles: their area tells the number of reports. The largest is drawn first."""
    left, right, bottom, top = frame
    largest = max((t.n_reports for t in themes), default=1)
    return [
        Spot(
            number=number,
            cluster=theme,
            x=round(MARGIN + (WIDTH - 2 * MARGIN) * (theme.x - left) / (right - left), 1),
            y=round(MARGIN + (HEIGHT - 2 * MARGIN) * (top - theme.y) / (top - bottom), 1),
            radius=round(max(RADIUS_MIN, RADIUS_MAX * (theme.n_reports / largest) ** 0.5), 1),
            is_own=own is None or theme.domain_id == own,
        )
        for number, theme in enumerate(themes, start=1)
    ]
