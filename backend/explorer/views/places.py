"""Vendors, models and sites: what is reported about each, and what is known of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.explorer.cells import cells_of_model
from backend.explorer.counted import counted, family_of
from backend.explorer.matrix import kind_of, matrices
from backend.explorer.timeline import timeline_of_vendor
from backend.findings import selectors as findings_
from backend.findings.tallies import tallies_of_public
from backend.reports.counts import model_id_counts_public


@require_safe
def vendors(request: HttpRequest) -> HttpResponse:
    """Every vendor with its models and sites; those with public reports first."""
    models, sites = list(catalogue.models_public()), list(catalogue.sites_public())
    counts = dict(model_id_counts_public())
    told = tallies_of_public(place="vendor")
    findings: dict[str, list[Any]] = {}
    for finding in findings_.findings_listed_public():
        findings.setdefault(finding.model.vendor_id, []).append(finding)
    rows = [
        {
            "vendor": vendor,
            "sites": [site for site in sites if site.vendor_id == vendor.pk],
            "contributors_min": told.get((vendor.pk, vendor.is_fictional), 0),
            **_models_of(vendor.pk, models, counts),
            **_numbers(findings.get(vendor.pk, [])),
        }
        for vendor in catalogue.vendors_public()
    ]
    # Those of the demo are there only where the demo is.
    rows = [row for row in rows if row["n_reports"] or not row["vendor"].is_fictional]
    rows.sort(key=lambda row: (row["vendor"].is_fictional, -row["n_reports"], row["vendor"].name))
    others = [site for site in sites if site.vendor_id is None]
    return render(request, "explorer/vendors.html", {"rows": rows, "other_sites": others})


def _models_of(vendor: str, models: list[Any], counts: dict[str, int]) -> dict[str, Any]:
    """A vendor's models: those with public reports, with their number, and the others."""
    own = [(model, counts.get(model.pk, 0)) for model in models if model.vendor_id == vendor]
    own.sort(key=lambda row: (-row[1], row[0].name))
    return {
        "reported_models": [(model, n) for model, n in own if n],
        "quiet_models": [model for model, n in own if not n],
        "n_reports": sum(n for _, n in own),
    }


def _numbers(findings: list[Any]) -> dict[str, int]:
    return {
        "n_standing": sum(f.state in findings_.STANDING for f in findings),
        "n_ended": sum(f.state == "resolved" for f in findings),
    }


@require_safe
def vendor(request: HttpRequest, slug: str) -> HttpResponse:
    """One vendor: its models in every subject, its findings, its reports."""
    found = catalogue.vendor_by_slug(slug)
    if found is None:
        raise Http404
    known = list(catalogue.models_public())
    models = [model for model in known if model.vendor_id == slug]
    findings = list(findings_.findings_listed_public().filter(model__vendor=slug))
    numbers = counted(
        "vendor", slug, is_simulated=found.is_fictional, models=[model.pk for model in models]
    )
    n_of_model: Counter[str] = Counter()
    for model, _, _, n in numbers["labels"]:
        n_of_model[model] += n
    kind = kind_of(request.GET)
    moments, disclosures = timeline_of_vendor(vendor=slug, models=models, findings=findings)
    shown = n_of_model.keys() | {finding.model_id for finding in findings}
    context = {
        "vendor": found,
        **_models_of(slug, models, n_of_model),
        "own_sites": [site for site in catalogue.sites_public() if site.vendor_id == slug],
        "kind": kind,
        "matrices": matrices(kind, findings, models=shown, known=known),
        **_findings_apart(findings),
        **numbers,
        "moments": moments,
        "disclosures": disclosures,
    }
    return render(request, "explorer/vendor.html", context)


@require_safe
def model(request: HttpRequest, slug: str) -> HttpResponse:
    """One model: its state in every subject, its findings, its reports, its neighbours in time."""
    known = list(catalogue.models_public())
    found = next((model for model in known if model.pk == slug), None)
    if found is None:
        raise Http404
    findings = list(findings_.findings_listed_public().filter(model=slug))
    family = family_of(found, known=known)
    kind = kind_of(request.GET)
    moments, disclosures = timeline_of_vendor(
        vendor=found.vendor_id, models=family, findings=findings
    )
    context = {
        "model": found,
        "family": family,
        "kind": kind,
        "cells": cells_of_model(found, kind, findings),
        **_findings_apart(findings),
        **counted("model", slug, is_simulated=found.is_fictional),
        "moments": moments,
        "disclosures": disclosures,
        "comparisons": [
            row for row in findings_.comparisons_public() if slug in (row.earlier_id, row.later_id)
        ],
    }
    return render(request, "explorer/model.html", context)


@require_safe
def site(request: HttpRequest, slug: str) -> HttpResponse:
    """One site: which models and versions it showed, and what is known of these."""
    found = catalogue.site_by_slug(slug)
    if found is None:
        raise Http404
    kind = kind_of(request.GET)
    numbers = counted("site", slug, is_simulated=found.is_fictional)
    models = sorted({model for model, _, _, _ in numbers["labels"] if model})
    findings = list(findings_.findings_listed_public().filter(model__in=models))
    names = {row.pk: row for row in catalogue.models_public()}
    context = {
        "site": found,
        "vendor": catalogue.vendor_by_slug(found.vendor_id) if found.vendor_id else None,
        "kind": kind,
        "matrices": matrices(kind, findings, models=models, known=names.values()),
        **numbers,
        "labels": [
            (names.get(model), label, site_, n) for model, label, site_, n in numbers["labels"]
        ],
        **_findings_apart(findings),
    }
    return render(request, "explorer/site.html", context)


def _findings_apart(findings: list[Any]) -> dict[str, list[Any]]:
    standing = [f for f in findings if f.state in findings_.STANDING]
    ended = [f for f in findings if f.state == "resolved"]
    return {
        "standing": standing,
        "ended": ended,
        "past": [f for f in findings if f not in standing and f not in ended],
    }
