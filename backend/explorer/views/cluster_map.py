"""The map of what is reported: alike groups of reports lie near each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import dist
from statistics import fmean
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.findings import selectors as findings_

SHOWN_MAX = 150
"""Themes on one map: more can't be told apart. The largest are shown, of a domain's map its own first."""

WIDTH, HEIGHT = 720, 480
"""Of the drawing, in its own units."""

MARGIN = 34
RADIUS_MIN, RADIUS_MAX = 9.0, 30.0
NEAREST = 3
"""Domains of other families beside a domain's own family that its map shows, the nearest first."""

EXTENT_MIN = 0.3
"""A single theme lies in the middle of this much of the map."""


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
    """All themes of the current run, or those of one domain and of its neighbours."""
    leaf = catalogue.leaf_by_slug(slug) if slug else None
    if slug and leaf is None:
        raise Http404
    themes = list(findings_.clusters_on_map_public())
    own = [t for t in themes if leaf is None or t.domain_id == leaf.pk]
    around = _neighbours(themes, leaf) if leaf and own else []
    near = [t for t in themes if t.domain_id in {domain.pk for domain in around}]
    spots = _spots(own[:SHOWN_MAX], near[: max(SHOWN_MAX - len(own), 0)])
    return render(
        request,
        "explorer/cluster_map.html",
        {
            "domain": leaf,
            "neighbours": around,
            "spots": spots,
            # Those of the domain lie on top, and of either kind the smaller ones.
            "drawn": sorted(spots, key=lambda spot: (spot.is_own, spot.number)),
            "n_left": len(own) + len(near) - len(spots),
            "run": findings_.run_current(),
            "width": WIDTH,
            "height": HEIGHT,
        },
    )


def _neighbours(themes: Sequence[Any], leaf: Any) -> list[Any]:
    """Domains of a domain's family with themes on the map, and the nearest others by their middles.

    As on the maps of findings. In the order of the catalogue, first the family.
    """
    places: dict[str, list[tuple[float, float]]] = {}
    for theme in themes:
        places.setdefault(theme.domain_id, []).append((theme.x, theme.y))
    domains = {theme.domain_id: theme.domain for theme in themes}
    middles = {slug: tuple(map(fmean, zip(*found, strict=True))) for slug, found in places.items()}
    own = middles.pop(leaf.pk)
    family = [slug for slug in middles if domains[slug].parent_id == leaf.parent_id]
    others = sorted(
        (s for s in middles if s not in family), key=lambda s: (dist(own, middles[s]), s)
    )
    chosen = [domains[slug] for slug in [*family, *others[:NEAREST]]]
    return sorted(chosen, key=lambda d: (d.parent_id != leaf.parent_id, d.position, d.pk))


def _spots(own: Sequence[Any], near: Sequence[Any]) -> list[Spot]:
    """The circles: their area tells the number of reports. A step is as long in either direction."""
    themes = [*own, *near]
    if not themes:
        return []
    middle_x, half_x = _middle_and_half([t.x for t in themes])
    middle_y, half_y = _middle_and_half([t.y for t in themes])
    step = min((WIDTH / 2 - MARGIN) / half_x, (HEIGHT / 2 - MARGIN) / half_y)
    largest = max(t.n_reports for t in themes)
    return [
        Spot(
            number=number,
            cluster=theme,
            x=round(WIDTH / 2 + (theme.x - middle_x) * step, 1),
            y=round(HEIGHT / 2 - (theme.y - middle_y) * step, 1),
            radius=round(max(RADIUS_MIN, RADIUS_MAX * (theme.n_reports / largest) ** 0.5), 1),
            is_own=number <= len(own),
        )
        for number, theme in enumerate(themes, start=1)
    ]


def _middle_and_half(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low + high) / 2, max(high - low, EXTENT_MIN) / 2
