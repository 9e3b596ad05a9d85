"""The rows that go into a dataset: only through the doors named `*_public`.

The large tables leave PostgreSQL by COPY of the door's own query. Of the small ones some values are
computed by the door in Python (what is left out below five contributors): those go row by row.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from django.db.models import F, QuerySet

from backend.exports.columns import (
    CELLS,
    CLUSTERS,
    COMPARISONS,
    EVENTS,
    EXPOSURES,
    FINDINGS,
    RATINGS,
    REPORTS,
    RUNS,
    SIGNALS,
    TOMBSTONES,
    Table,
)
from backend.exports.copying import blocks_of, statement_of
from backend.exports.files import rows_to_blocks
from backend.findings import selectors as findings
from backend.measurements import sums
from backend.reports import selectors as reports

CHUNK_ROWS = 200


def blocks_public(table: Table) -> Generator[Any, None, None]:
    """The rows of a table in its order, a block at a time."""
    if table.name in _COPIED:
        rows = _COPIED[table.name]().order_by(*_order(table))
        return blocks_of(statement_of(rows, table))
    return rows_to_blocks(_COMPUTED[table.name](), table)


def statement_public(table: Table) -> str:
    """The query of a copied table, for the benchmark: the same rows and columns in no order."""
    return statement_of(_COPIED[table.name]().order_by(), table)


def _order(table: Table) -> list[Any]:
    """Sorted by the columns that the table says; null before all values."""
    paths = {c.name: c.path.replace(".", "__") for c in table.columns}
    nullable = {c.name for c in table.columns if c.is_nullable}
    return [
        F(paths[name]).asc(nulls_first=True) if name in nullable else paths[name]
        for name in table.order
    ]


def _signals() -> QuerySet[Any]:
    floor = findings.CONTRIBUTORS_SHOWN_MIN
    return findings.signals_public().filter(observed__gte=floor)


def _findings() -> Iterator[Any]:
    rows = list(findings.findings_public().order_by("id"))
    heirs = findings.finding_heirs_public(f.pk for f in rows if f.merged_into_id is not None)
    for finding in rows:
        finding.shown = findings.contributors_shown(finding.n_contributors)  # type: ignore[attr-defined]
        finding.evidence_shown = findings.evidence_public(finding)  # type: ignore[attr-defined]
        finding.heir = heirs.get(finding.pk)  # type: ignore[attr-defined]
        yield finding


def _events() -> Iterator[Any]:
    for event in findings.finding_events_public().iterator(chunk_size=CHUNK_ROWS):
        event.happened_on = event.happened_at.date()  # type: ignore[attr-defined]
        event.other_shown = findings.event_other_shown(event)  # type: ignore[attr-defined]
        yield event


def _cells() -> Iterator[Any]:
    rows = findings.cells_public().order_by("model_id", "domain_id", "symptom_kind", "is_simulated")
    for cell in rows.iterator(chunk_size=CHUNK_ROWS):
        cell.ratings_shown = findings.contributors_shown(cell.n_ratings)  # type: ignore[attr-defined]
        is_shown = cell.ratings_shown is not None  # type: ignore[attr-defined]
        cell.share_shown = cell.detectable_share if is_shown else None  # type: ignore[attr-defined]
        yield cell


def _clusters() -> Iterator[Any]:
    rows = list(findings.clusters_listed_public())
    medoids = findings.cluster_medoid_ids([cluster.pk for cluster in rows])
    wanted = [report_id for ids in medoids.values() for report_id in ids]
    public = {
        str(pk)
        for pk in reports.reports_public().filter(pk__in=wanted).values_list("pk", flat=True)
    }
    for cluster in rows:
        cluster.shown = findings.contributors_shown(cluster.n_contributors)  # type: ignore[attr-defined]
        cluster.kind = "theme" if cluster.parent_id is None else "variant"  # type: ignore[attr-defined]
        cluster.parent_track = cluster.parent.track_id if cluster.parent else None  # type: ignore[attr-defined]
        cluster.medoids = sorted(public.intersection(medoids[cluster.pk]))  # type: ignore[attr-defined]
        yield cluster


def _runs() -> Iterator[Any]:
    for run in findings.runs_public().order_by("id").iterator(chunk_size=CHUNK_ROWS):
        run.finished_on = run.finished_at.date() if run.finished_at else None  # type: ignore[attr-defined]
        yield run


_COPIED: dict[str, Any] = {
    REPORTS.name: reports.reports_public_flat,
    RATINGS.name: sums.ratings_public,
    EXPOSURES.name: sums.exposures_public,
    SIGNALS.name: _signals,
    TOMBSTONES.name: reports.tombstones_public,
    COMPARISONS.name: findings.comparisons_public,
}
_COMPUTED: dict[str, Any] = {
    FINDINGS.name: _findings,
    EVENTS.name: _events,
    CELLS.name: _cells,
    CLUSTERS.name: _clusters,
    RUNS.name: _runs,
}


def run_facts() -> dict[str, Any]:
    """What a manifest says about the run whose conclusions are in it."""
    run = findings.run_current()
    return {
        "run": run.pk if run else None,
        "as_of": run.as_of.isoformat() if run else None,
        "method_version": run.method_version if run else None,
        "input_digest": run.input_digest if run else None,
    }
