"""The rows of findings, and of what their pages show beside the statistics: told as the API tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from types import SimpleNamespace
from typing import Any

from backend.exports.columns import (
    ACKNOWLEDGEMENTS,
    EVENTS,
    FINDINGS,
    MAPS,
    POINTS,
    REPLIES,
    WINDOWS,
)
from backend.findings import facts
from backend.findings import selectors as findings
from backend.findings.acknowledged import acknowledgements_public
from backend.findings.boundaries import boundary_public, map_totals_public
from backend.findings.evidence import evidence_public
from backend.findings.told import step_of

CHUNK_ROWS = 200


def _public() -> list[Any]:
    return list(findings.findings_public().order_by("id"))


def _findings() -> Iterator[Any]:
    rows = _public()
    heirs = findings.finding_heirs_public(f.pk for f in rows if f.merged_into_id is not None)
    representatives = facts.representatives_public(f.pk for f in rows)
    totals = map_totals_public(f.pk for f in rows)
    for finding in rows:
        finding.shown = findings.contributors_shown(finding.n_contributors)
        finding.breakdown_shown = facts.breakdown_public(finding)
        finding.peak_shown = facts.peak_public(finding)
        finding.series_shown = facts.series_public(finding)
        finding.evidence_shown = evidence_public(finding)
        finding.symptoms_shown = [asdict(row) for row in facts.symptoms_public(finding)]
        finding.instrument_shown = asdict(facts.instrument_public(finding))
        finding.reports_shown = representatives.get(finding.pk, [])
        finding.n_cases, finding.n_controls = totals.get(finding.pk, (None, None))
        finding.heir = heirs.get(finding.pk)
        yield finding


def _events() -> Iterator[Any]:
    for event in findings.finding_events_public().iterator(chunk_size=CHUNK_ROWS):
        event.happened_on = event.happened_at.date()  # type: ignore[attr-defined]
        event.step_shown = step_of(event)  # type: ignore[attr-defined]
        event.other_shown = findings.event_other_shown(event)  # type: ignore[attr-defined]
        yield event


def _of(finding: Any, values: dict[str, Any]) -> SimpleNamespace:
    return SimpleNamespace(finding_id=finding.pk, is_simulated=finding.is_simulated, **values)


def _windows() -> Iterator[Any]:
    for finding in _public():
        for window in facts.windows_told(finding):
            yield _of(finding, window)


def _maps() -> Iterator[Any]:
    for finding in _public():
        shown = boundary_public(finding)
        domains = shown.domains_shown if shown else []
        for row in sorted(domains, key=lambda row: str(row["domain"])):
            yield _of(finding, row)


def _points() -> Iterator[Any]:
    for finding in _public():
        shown = boundary_public(finding)
        for point in shown.points_shown if shown else []:
            yield _of(finding, point._asdict())


def _replies() -> Iterator[Any]:
    rows = facts.replies_public().order_by("finding_id", "replied_on", "id")
    yield from rows.iterator(chunk_size=CHUNK_ROWS)


ACKNOWLEDGED = ("pk", "stated_on", "since", "until", "passage", "source_url", "disclosure_id")


def _acknowledgements() -> Iterator[Any]:
    rows = _public()
    words = acknowledgements_public(rows)
    for finding in rows:
        for word in words.get(finding.pk, []):
            told = {name: getattr(word, name) for name in ACKNOWLEDGED}
            yield _of(finding, told | {"vendor_id": finding.model.vendor_id})


ROWS: dict[str, Callable[[], Iterator[Any]]] = {
    FINDINGS.name: _findings,
    EVENTS.name: _events,
    WINDOWS.name: _windows,
    MAPS.name: _maps,
    POINTS.name: _points,
    REPLIES.name: _replies,
    ACKNOWLEDGEMENTS.name: _acknowledgements,
}
"""By table."""
