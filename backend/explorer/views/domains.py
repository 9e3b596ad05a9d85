"""Subject areas: what is reported in each, and what is known of each model there."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.disclosures.selectors import disclosures_about_public
from backend.explorer.cells import cells_of_domain, ratings_of
from backend.explorer.matrix import kind_of
from backend.explorer.medoids import with_medoids
from backend.findings import selectors as findings_
from backend.findings.boundaries import with_map_known
from backend.findings.clusters import with_medoid_ids
from backend.reports.counts import domain_counts_public
from backend.reports.selectors import counts_public

CLUSTERS_SHOWN = 8


@require_safe
def domains(request: HttpRequest) -> HttpResponse:
    """The tree of subject areas, with how much was reported in each, and what stands out there."""
    counts = counts_public("counted")
    findings: dict[str, list[Any]] = {}
    for finding in findings_.findings_listed_public():
        findings.setdefault(finding.domain_id, []).append(finding)
    tree: dict[str, dict[str, Any]] = {}
    for domain in catalogue.domains_public():
        if domain.parent is None:
            tree.setdefault(domain.pk, {"family": domain, "leaves": []})
        else:
            family = tree.setdefault(domain.parent.pk, {"family": domain.parent, "leaves": []})
            family["leaves"].append(
                (domain, counts.get(domain.pk, 0), _summary(findings.get(domain.pk, [])))
            )
    return render(
        request,
        "explorer/domains.html",
        {"families": tree.values(), "n_unknown": counts.get("unknown", 0)},
    )


def _summary(findings: list[Any]) -> list[tuple[str, bool, int]]:
    """State, whether SIMULATED, and number of a domain's findings that say something, the firmest first."""
    numbers: dict[tuple[str, bool], int] = {}
    for finding in findings:
        if finding.state != "insufficient":
            key = (finding.state, finding.is_simulated)
            numbers[key] = numbers.get(key, 0) + 1
    return [(state, is_simulated, n) for (state, is_simulated), n in numbers.items()]


@require_safe
def domain(request: HttpRequest, slug: str) -> HttpResponse:
    """One subject area: its place among the others, models, findings, clusters and reports."""
    tree = list(catalogue.domains_public())
    leaf = next((d for d in tree if d.pk == slug and d.kind != "family"), None)
    if leaf is None:
        raise Http404
    kind = kind_of(request.GET)
    known = list(catalogue.models_public())
    counts = domain_counts_public(slug, known=known)
    found = findings_.findings_listed_public().filter(domain_id=slug)
    findings: list[Any] = list(with_map_known(found))
    cells, others = cells_of_domain(leaf, kind, findings, known=known)
    clusters = with_medoid_ids(findings_.clusters_public(domain=slug))[:CLUSTERS_SHOWN]
    return render(
        request,
        "explorer/domain.html",
        {
            "domain": leaf,
            "siblings": [d for d in tree if d.parent_id == leaf.parent_id and d.pk != slug],
            "kind": kind,
            "models": counts.models,
            "weeks": counts.weeks,
            "findings": findings,
            "has_maps": any(finding.has_map for finding in findings),
            "cells": cells,
            "others": others,
            "n_ratings": ratings_of(cells),
            "disclosures": list(disclosures_about_public(domain=slug)),
            "clusters": with_medoids(list(clusters)),
            "run": findings_.run_current,  # asked for where there is nothing to show
        },
    )
