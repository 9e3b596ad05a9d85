"""The first page, and versions compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.explorer.words import tally_in_words
from backend.findings import selectors as findings_
from backend.measurements.selectors import rating_counts_public
from backend.reports import selectors as reports_


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What stands out, and how much is known."""
    counts = reports_.report_counts_public()
    tally = _tally(findings_.comparisons_public())
    return render(
        request,
        "explorer/overview.html",
        {
            "counts": counts,
            "reported": list(findings_.findings_standing_public()),
            "ended": list(findings_.findings_ended_public()),
            "run": findings_.run_current(),
            "ratings": rating_counts_public(),
            "comparisons": tally["tally"],
            "n_worse_cautious": tally["n_worse_cautious"],
            "weeks": reports_.weeks_public(reports_.reports_public_timely()),
        },
    )


@require_safe
def comparisons(request: HttpRequest) -> HttpResponse:
    """Versions of models compared on graded answers."""
    rows = list(findings_.comparisons_public())
    return render(
        request,
        "explorer/comparisons.html",
        {"rows": rows, "tally_words": tally_in_words(**_tally(rows))},
    )


def _tally(rows: Iterable[Any]) -> dict[str, Any]:
    """How many comparisons came to each verdict, and how many of the worse carry a caution."""
    rows = list(rows)
    return {
        "tally": Counter(row.verdict for row in rows),
        "n_worse_cautious": sum(row.verdict == "worse" and bool(row.cautions) for row in rows),
    }
