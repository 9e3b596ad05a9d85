"""Findings and their maps."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.findings import selectors as findings_
from backend.findings.boundaries import boundary_exists, boundary_public
from backend.reports import selectors as reports_


@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """Every finding, the firmest first."""
    return render(
        request,
        "explorer/findings.html",
        {"findings": findings_.findings_public(), "run": findings_.run_current()},
    )


@require_safe
def finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    """One finding with its evidence."""
    found = findings_.finding_public(finding_id)
    if found is None:
        raise Http404
    shown = reports_.reports_public_listed().filter(pk__in=findings_.representative_ids(found))
    is_merged = found.merged_into_id is not None
    heirs = findings_.finding_heirs_public([found.pk] if is_merged else [])
    return render(
        request,
        "explorer/finding.html",
        {
            "finding": found,
            "heir": heirs.get(found.pk),
            "events": [(e, findings_.event_other_shown(e)) for e in found.events.all()],
            **_evidence(found),
            "windows": findings_.windows_public(found),
            "has_map": boundary_exists(found),
            "is_peak_shown": findings_.contributors_shown(found.peak["observed"]) is not None,
            "reports": shown,
        },
    )


def _evidence(found: Any) -> dict[str, Any]:
    """What its state was computed from, and the name of the place where it stands out most."""
    evidence = findings_.evidence_public(found)
    slug = str((evidence.get("place") or {}).get("domain", ""))
    names = {d.pk: d.name for d in catalogue.domains_public()} if slug else {}
    return {"evidence": evidence, "place_name": names.get(slug, slug)}


@require_safe
def finding_map(request: HttpRequest, finding_id: int) -> HttpResponse:
    """Where a finding's model is reported more than others are, and where it is not."""
    found = findings_.finding_public(finding_id)
    shown = boundary_public(found) if found else None
    if found is None or shown is None:
        raise Http404
    names = {domain.pk: domain.name for domain in catalogue.leaves_public()}
    return render(
        request,
        "explorer/map.html",
        {
            "finding": found,
            "map": shown,
            "domains": [
                {**row, "name": names.get(row["domain"], row["domain"])}
                for row in shown.domains_shown
            ],
            "tally": Counter(point.state for point in shown.points_shown),
            "sides": [(side, _in_order(shown.frontier(side))) for side in ("affected", "normal")],
        },
    )


def _in_order(report_ids: list[str]) -> list[Any]:
    """The public reports of these ids, in their order."""
    rows = {str(row.pk): row for row in reports_.reports_public_listed().filter(pk__in=report_ids)}
    return [rows[report_id] for report_id in report_ids if report_id in rows]
