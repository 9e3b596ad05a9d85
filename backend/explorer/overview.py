"""What the first page says, for people and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from backend.disclosures.selectors import disclosures_public
from backend.explorer.matrix import Matrix, matrices
from backend.explorer.timeline import timeline, within
from backend.findings import selectors as findings_
from backend.findings.grid import incidents_public
from backend.measurements.selectors import rating_totals_public
from backend.reports import selectors as reports_

MOMENTS_SHOWN = 40


def overview_public(kind: str) -> dict[str, Any]:
    """What stands out, how much is known, and what happened when. Twelve queries.

    `kind` of symptoms: that of the matrix, whose models are those whose releases are told.
    """
    counts, weeks = reports_.overview_counts_public()
    findings = list(findings_.findings_listed_public())
    run = findings_.run_current()
    grids = matrices(kind, findings)
    models = [row.model for matrix in grids for row in matrix.rows]
    moments = timeline(
        models=models,
        findings=findings,
        incidents=incidents_public(run),
        disclosures=disclosures_public().prefetch_related(None),
        names={model.pk: model.name for model in models},
    )
    return {
        "kind": kind,
        "run": run,
        "counts": counts,
        "findings": findings,
        "matrices": grids,
        "ratings": rating_totals_public(),
        "weeks": weeks,
        "moments": within(moments, weeks[0][0] if weeks else None)[:MOMENTS_SHOWN],
        **comparison_tally(findings_.comparisons_public()),
    }


def comparison_tally(rows: Iterable[Any]) -> dict[str, Any]:
    """How many comparisons came to each verdict, and how many of the worse carry a caution."""
    rows = list(rows)
    return {
        "comparisons": Counter(row.verdict for row in rows),
        "n_worse_cautious": sum(row.verdict == "worse" and bool(row.cautions) for row in rows),
    }


def squares_told(matrix: Matrix) -> list[dict[str, Any]]:
    """The squares of a matrix that say something; all others are `insufficient`."""
    return [
        {
            "model": row.model.pk, "domain": square.domain.pk, "state": square.state,
            "finding": square.finding.pk,
        }
        for row in matrix.rows
        for square in row.squares
        if not square.is_quiet
    ]  # fmt: skip
