"""The first page: what stands out, how much is known, and what happened when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.explorer.matrix import kind_of
from backend.explorer.overview import comparison_tally, overview_public
from backend.findings import selectors as findings_


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What stands out, and how much is known."""
    shown = overview_public(kind_of(request.GET))
    findings, weeks = shown["findings"], shown["weeks"]
    context = {
        **shown,
        "standing": _by_provenance(f for f in findings if f.state in findings_.STANDING),
        "ended": _by_provenance(f for f in findings if f.state == "resolved"),
        "last_week": weeks[-1][0] if weeks else None,
    }
    return render(request, "explorer/overview.html", context)


def _by_provenance(findings: Iterable[Any]) -> dict[str, list[Any]]:
    """Real findings and SIMULATED ones, never in one list."""
    found: dict[str, list[Any]] = {"real": [], "simulated": []}
    for finding in findings:
        found["simulated" if finding.is_simulated else "real"].append(finding)
    return found


@require_safe
def comparisons(request: HttpRequest) -> HttpResponse:
    """Versions of models compared on graded answers."""
    rows = list(findings_.comparisons_public())
    tally = comparison_tally(rows)
    return render(
        request,
        "explorer/comparisons.html",
        {
            "rows": rows,
            "tally": tally["comparisons"],
            "n_worse_cautious": tally["n_worse_cautious"],
        },
    )
