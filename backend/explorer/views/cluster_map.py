"""The map of what is reported: clusters of alike reports lie near each other."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.charts.selectors import chart_showing_public
from backend.charts.wanted import cluster_rows
from backend.findings import selectors as findings_
from backend.findings.themes import cluster_map_public


@require_safe
def cluster_map(request: HttpRequest, slug: str | None = None) -> HttpResponse:
    """All clusters of the current run, or those of one domain and of its neighbours."""
    leaf = catalogue.leaf_by_slug(slug) if slug else None
    if slug and leaf is None:
        raise Http404
    found = cluster_map_public(list(findings_.clusters_on_map_public()), leaf)
    # The numbers in the picture are those of the table, or there is no picture.
    rows = cluster_rows(found)
    return render(
        request,
        "explorer/cluster_map.html",
        {
            "domain": leaf,
            "map": found,
            "chart": chart_showing_public("clusters", slug or "", rows) if rows else None,
            "run": findings_.run_current(),
        },
    )
