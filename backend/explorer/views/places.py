"""Subject areas: what is reported in each, and what is known of each model there."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.explorer.medoids import with_medoids
from backend.explorer.words import noticed_in_words
from backend.findings import selectors as findings_
from backend.reports import selectors as reports_

CLUSTERS_SHOWN = 8


@require_safe
def domains(request: HttpRequest) -> HttpResponse:
    """The tree of subject areas, with how much was reported in each."""
    counts = findings_.domain_counts_public()
    tree: dict[str, dict[str, Any]] = {}
    for domain in catalogue.domains_public():
        if domain.parent is None:
            tree.setdefault(domain.pk, {"family": domain, "leaves": []})
        else:
            family = tree.setdefault(domain.parent.pk, {"family": domain.parent, "leaves": []})
            family["leaves"].append((domain, counts.get(domain.pk, 0)))
    return render(
        request,
        "explorer/domains.html",
        {"families": tree.values(), "n_unknown": counts.get("unknown", 0)},
    )


@require_safe
def domain(request: HttpRequest, slug: str) -> HttpResponse:
    """One subject area: models, clusters and findings."""
    leaf = catalogue.leaf_by_slug(slug)
    if leaf is None:
        raise Http404
    counted = reports_.reports_public().filter(pk__in=findings_.report_ids_in_domain(slug))
    clusters = list(findings_.clusters_public(domain=slug)[:CLUSTERS_SHOWN])
    return render(
        request,
        "explorer/domain.html",
        {
            "domain": leaf,
            "models": reports_.model_counts_public(counted),
            "fictional": {model.name for model in catalogue.models_public() if model.is_fictional},
            "weeks": reports_.weeks_public(counted),
            "findings": findings_.findings_public().filter(domain_id=slug, merged_into=None),
            "cells": [
                (cell, noticed_in_words(cell)) for cell in findings_.cells_public(domain=slug)
            ],
            "clusters": with_medoids(clusters),
        },
    )
