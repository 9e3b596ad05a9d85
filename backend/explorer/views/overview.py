"""The first page: what stands out, how much is known, and what happened when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.disclosures.selectors import disclosures_public
from backend.explorer.matrix import Matrix, kind_of, matrices
from backend.explorer.timeline import timeline, within
from backend.findings import selectors as findings_
from backend.findings.grid import incidents_public
from backend.measurements.selectors import rating_totals_public
from backend.reports import selectors as reports_

MOMENTS_SHOWN = 40


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What stands out, and how much is known."""
    kind = kind_of(request.GET)
    counts, weeks = reports_.overview_counts_public()
    findings = list(findings_.findings_public().filter(merged_into=None))
    run = findings_.run_current()
    grids = matrices(kind, findings)
    tally = _tally(findings_.comparisons_public())
    moments = timeline(
        models=_models_of(grids),
        findings=findings,
        incidents=incidents_public(run),
        disclosures=disclosures_public().prefetch_related(None),
        names={model.pk: model.name for model in _models_of(grids)},
    )
    return render(
        request,
        "explorer/overview.html",
        {
            "kind": kind,
            "counts": counts,
            "standing": _by_provenance(f for f in findings if f.state in findings_.STANDING),
            "ended": _by_provenance(f for f in findings if f.state == "resolved"),
            "run": run,
            "matrices": grids,
            "ratings": rating_totals_public(),
            "comparisons": tally["tally"],
            "n_worse_cautious": tally["n_worse_cautious"],
            "weeks": weeks,
            "last_week": weeks[-1][0] if weeks else None,
            "moments": within(moments, weeks[0][0] if weeks else None)[:MOMENTS_SHOWN],
        },
    )


def _models_of(grids: list[Matrix]) -> list[Any]:
    return [row.model for matrix in grids for row in matrix.rows]


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
    return render(
        request,
        "explorer/comparisons.html",
        {"rows": rows, **_tally(rows)},
    )


def _tally(rows: Iterable[Any]) -> dict[str, Any]:
    """How many comparisons came to each verdict, and how many of the worse carry a caution."""
    rows = list(rows)
    return {
        "tally": Counter(row.verdict for row in rows),
        "n_worse_cautious": sum(row.verdict == "worse" and bool(row.cautions) for row in rows),
    }
