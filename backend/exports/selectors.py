"""Reading datasets, and the rows that go into them: only through the doors named `*_public`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from backend.common.errors import GoneError, UnknownError
from backend.exports.columns import (
    CELLS,
    COMPARISONS,
    EVENTS,
    FINDINGS,
    REPORTS,
    SIGNALS,
    TOMBSTONES,
    Table,
)
from backend.exports.models import Dataset, DatasetMember
from backend.findings import selectors as findings
from backend.reports import selectors as reports

CHUNK_ROWS = 200
IDS_AT_ONCE = 10_000
WITHDRAWN = (
    "This version is no longer served, because a report in it is no longer public. "
    "Its manifest stays; use a later version."
)


def datasets_public() -> QuerySet[Dataset]:
    """Every dataset, newest first; `is_served` says whether its files are still handed out."""
    gone = DatasetMember.objects.filter(dataset=OuterRef("pk")).exclude(
        report_id__in=reports.reports_public().values("pk")
    )
    return Dataset.objects.annotate(is_served=~Exists(gone)).order_by("-built_on", "-id")


def dataset_public(version: str) -> Dataset:
    """One dataset with `is_served`, or UnknownError."""
    found = datasets_public().filter(version=version).first()
    if found is None:
        raise UnknownError("dataset_unknown", "There is no such dataset.")
    return found


def is_served(dataset: Dataset) -> bool:
    """Whether every report in it is still public: a withdrawal stops the version that holds it."""
    public = reports.reports_public().values("pk")
    return not DatasetMember.objects.filter(dataset=dataset).exclude(report_id__in=public).exists()


def are_public(report_ids: list[Any]) -> bool:
    """Whether each of these reports is public now."""
    chunks = (report_ids[i : i + IDS_AT_ONCE] for i in range(0, len(report_ids), IDS_AT_ONCE))
    return all(reports.reports_public().filter(pk__in=ids).count() == len(ids) for ids in chunks)


def dataset_file(version: str, name: str) -> tuple[Path, dict[str, Any]]:
    """Path and manifest entry of a file that may be downloaded.

    Raises UnknownError if there is none of that name, GoneError if the version is no longer served.
    """
    dataset = dataset_public(version)
    entry = next((file for file in dataset.manifest["files"] if file["name"] == name), None)
    if entry is None:
        raise UnknownError("dataset_file_unknown", "This dataset has no such file.")
    path = settings.DATASET_DIR / version / name
    if not dataset.is_served or not path.is_file():  # type: ignore[attr-defined]
        raise GoneError("dataset_withdrawn", WITHDRAWN)
    return path, entry


def rows_of(table: Table) -> Iterator[Any]:
    """The rows of a table of the dictionary, in a fixed order, a chunk at a time."""
    sources: dict[str, QuerySet[Any] | Iterator[Any]] = {
        REPORTS.name: reports.reports_public_listed().order_by("observed_on", "id"),
        FINDINGS.name: _findings(),
        EVENTS.name: _events(),
        CELLS.name: _cells(),
        SIGNALS.name: findings.signals_public()
        .filter(observed__gte=findings.CONTRIBUTORS_SHOWN_MIN)
        .order_by("model_id", "domain_id", "symptom_kind", "window_end", "window_start"),
        COMPARISONS.name: findings.comparisons_public().order_by("id"),
        TOMBSTONES.name: reports.tombstones_public(),
    }
    source = sources[table.name]
    return source.iterator(chunk_size=CHUNK_ROWS) if isinstance(source, QuerySet) else source


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


def manifest_facts() -> dict[str, Any]:
    """What a manifest says about where its rows come from."""
    run = findings.run_current()
    versions = reports.reports_public().order_by().values_list("redaction_version", flat=True)
    has_simulated = (
        reports.has_simulated() or findings.findings_public().filter(is_simulated=True).exists()
    )
    return {
        "title": "Plumbline dataset, SIMULATED rows included"
        if has_simulated
        else "Plumbline dataset",
        "has_simulated": has_simulated,
        "simulated_note": "SIMULATED rows are invented" if has_simulated else "",
        "run": run.pk if run else None,
        "as_of": run.as_of.isoformat() if run else None,
        "method_version": run.method_version if run else None,
        "input_digest": run.input_digest if run else None,
        "redaction_versions": sorted(set(versions.distinct())),
    }
