"""The rows that go into a dataset: only through the doors named `*_public`.

The large tables leave PostgreSQL by COPY of the door's own query. Of the small ones some values are
computed by the door in Python (what is left out below five contributors): those go row by row.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from django.db.models import F, QuerySet

from backend.disclosures.selectors import disclosures_public
from backend.exports import rows_of_findings
from backend.exports.columns import (
    CELLS,
    CLUSTERS,
    COMPARISONS,
    DISCLOSURES,
    EXPOSURES,
    PROBES,
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
from backend.findings.clusters import cluster_medoids_public, with_medoid_ids
from backend.measurements import sums
from backend.probes.selectors import probe_answers_public
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


def _cells() -> Iterator[Any]:
    rows = findings.cells_public().order_by("model_id", "domain_id", "symptom_kind", "is_simulated")
    yield from rows.iterator(chunk_size=CHUNK_ROWS)


def _clusters() -> Iterator[Any]:
    rows = list(with_medoid_ids(findings.clusters_listed_public()))
    medoids = cluster_medoids_public(rows)
    for cluster in rows:
        cluster.shown = findings.contributors_shown(cluster.n_contributors)  # type: ignore[attr-defined]
        cluster.kind = "theme" if cluster.parent_id is None else "variant"  # type: ignore[attr-defined]
        cluster.parent_track = cluster.parent.track_id if cluster.parent else None  # type: ignore[attr-defined]
        cluster.medoids = medoids[cluster.pk]  # type: ignore[attr-defined]
        yield cluster


def _runs() -> Iterator[Any]:
    for run in findings.runs_public().order_by("id").iterator(chunk_size=CHUNK_ROWS):
        run.finished_on = run.finished_at.date() if run.finished_at else None  # type: ignore[attr-defined]
        yield run


def _disclosures() -> Iterator[Any]:
    for disclosure in disclosures_public().order_by("published_on", "id"):
        disclosure.subjects = sorted(domain.pk for domain in disclosure.domains.all())  # type: ignore[attr-defined]
        yield disclosure


_COPIED: dict[str, Any] = {
    REPORTS.name: reports.reports_public_flat,
    RATINGS.name: sums.ratings_public,
    EXPOSURES.name: sums.exposures_public,
    PROBES.name: probe_answers_public,
    SIGNALS.name: _signals,
    TOMBSTONES.name: reports.tombstones_public,
    COMPARISONS.name: findings.comparisons_public,
}
_COMPUTED: dict[str, Any] = {
    **rows_of_findings.ROWS,
    CELLS.name: _cells,
    CLUSTERS.name: _clusters,
    RUNS.name: _runs,
    DISCLOSURES.name: _disclosures,
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
