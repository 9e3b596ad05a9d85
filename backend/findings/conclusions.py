"""What the science concludes, as rows: arrays -> columns. Knows its records, and runs nothing."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from analysis.records import Batch
from analysis.results import (
    AnalysisResult,
    BoundaryResult,
    CellResult,
    ClusterResult,
    FindingResult,
)
from backend.findings import services
from backend.findings.boundaries import BoundaryRow
from backend.findings.selectors import STANDING, contributors_shown
from backend.findings.tracks import ClusterRow, EventRow

QUIET = "insufficient"
Key = tuple[str, str, str, str]
"""Model, domain, kind of symptoms, and where the reports come from."""


def conclusions_of(
    batch: Batch, result: AnalysisResult, *, symptoms: Mapping[str, Sequence[str]]
) -> services.Conclusions:
    """All rows that a result says, without their run.

    `symptoms` has the symptoms of each report in a finding, by its id.
    """
    ids = batch.reports.report_id
    signals: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for signal in result.cluster_signals:
        signals[signal.cluster].append(
            _row(signal, "model symptom_kind observed expected p_value is_discovery")
        )

    standing: dict[Key, list[FindingResult]] = defaultdict(list)
    for finding in result.findings:
        if finding.state in STANDING:
            standing[_key(finding)].append(finding)

    def pick(indices: Any) -> list[str]:
        return [str(ids[int(index)]) for index in indices]

    return services.Conclusions(
        report_domains=[_report_domain_row(result, i, str(ids[i])) for i in range(len(ids))],
        clusters=[
            _cluster_row(cluster, signals[place], pick)
            for place, cluster in enumerate(result.clusters)
        ],
        cluster_events=[EventRow(e.kind, e.track, e.cluster) for e in result.track_events],
        signals=[_signal_row(signal) for signal in result.signals],
        comparisons=[_comparison_row(comparison) for comparison in result.comparisons],
        boundaries={
            place: _boundary_row(finding.boundary, pick)
            for place, finding in enumerate(result.findings)
            if finding.boundary is not None
        },
        cells=[row for cell in result.cells for row in _cell_rows(cell, standing[_key(cell)])],
        findings=[
            (
                finding_row(finding)
                | {
                    "terms": list(finding.terms),
                    "symptoms": _symptom_counts(batch, finding, symptoms),
                },
                pick(finding.representatives),
            )
            for finding in result.findings
        ],
    )


def _report_domain_row(result: AnalysisResult, i: int, report_id: str) -> dict[str, Any]:
    """Where the i-th report of the batch belongs."""
    return {
        "report_id": report_id,
        "domain": str(result.domain[i]),
        "domain_inferred": str(result.domain_inferred[i]),
        "confidence": float(result.domain_confidence[i]),
        "is_duplicate": bool(result.duplicate_of[i] != i),
        "is_outlier": bool(result.is_outlier[i]),
    }


def _cluster_row(
    cluster: ClusterResult, signals: list[dict[str, Any]], pick: Callable[[Any], list[str]]
) -> ClusterRow:
    row = _row(
        cluster,
        "domain_id=domain terms separating_terms n_reports n_contributors first_week last_week "
        "is_public",
    )
    x, y = cluster.place or (None, None)
    return ClusterRow(
        fields=row
        | {
            "reach": _finite(cluster.reach),
            "stability": _finite(cluster.stability),
            "silhouette": _finite(cluster.silhouette),
            "model_signals": signals,
            "x": x,
            "y": y,
        },
        track=cluster.track,
        centroid=cluster.centroid,
        members=pick(cluster.members),
        is_simulated=cluster.is_simulated,
        found_tracks=cluster.found_track.tolist(),
        medoids=set(pick(cluster.medoids)),
        parent=cluster.parent,
        nearest=cluster.nearest,
    )


def _comparison_row(comparison: Any) -> dict[str, Any]:
    return _row(
        comparison,
        "collection family domain_id=domain earlier_id=earlier later_id=later n_earlier n_later "
        "n_pairs bad_earlier bad_later difference difference_low difference_high p_value detectable "
        "verdict cautions",
    )


def finding_row(finding: FindingResult) -> dict[str, Any]:
    """All columns of a finding that its evidence alone decides."""
    row = _row(
        finding,
        "model_id=model domain_id=domain symptom_kind state reason outlook onset onset_low "
        "onset_high offset offset_low offset_high n_reports n_contributors breakdown_number",
    )
    return row | {
        "cautions": plain(finding.cautions),
        "instrument": plain(finding.instrument),
        "evidence": plain(finding.evidence),
        "peak": plain(_signal_row(finding.peak)),
        "series": [
            {
                "week": point.week.isoformat(),
                "observed": point.observed,
                "expected": round(point.expected, 1),
            }
            for point in finding.series
        ],
        "is_simulated": finding.provenance == "simulated",
    }


def _symptom_counts(
    batch: Batch, finding: FindingResult, symptoms: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """By symptom how many contributors named it, those below the floor left out."""
    people: dict[str, set[str]] = defaultdict(set)
    for i in finding.members.tolist():
        for symptom in symptoms.get(str(batch.reports.report_id[i]), ()):
            people[symptom].add(str(batch.reports.contributor[i]))
    counts = {symptom: len(named) for symptom, named in sorted(people.items())}
    return {symptom: n for symptom, n in counts.items() if contributors_shown(n) is not None}


def _key(place: CellResult | FindingResult) -> Key:
    return place.model, place.domain, place.symptom_kind, place.provenance


def _cell_rows(cell: CellResult, standing: Sequence[FindingResult]) -> list[dict[str, Any]]:
    """A cell as it is, and, where findings go on in it, as each of them has it, the firmest first, and as if
    none did: to show while the others wait.
    """
    row = _cell_row(cell)
    if cell.state == QUIET:
        return [row]
    said = dict.fromkeys((f.state, f.reason) for f in standing)
    said = {(cell.state, cell.reason): None} | said | {(QUIET, cell.quiet_reason): None}
    return [row | {"state": state, "reason": reason} for state, reason in said]


def _cell_row(cell: CellResult) -> dict[str, Any]:
    row = _row(
        cell,
        "model_id=model domain_id=domain symptom_kind state reason expected detectable_ratio",
    )
    is_told = contributors_shown(cell.n_raters) is not None
    return row | {
        "is_simulated": cell.provenance == "simulated",
        "n_contributors": contributors_shown(cell.observed),
        "expected": _rounded(cell.expected, digits=3),
        "detectable_ratio": _rounded(cell.detectable_ratio, digits=2),
        "n_ratings": cell.n_ratings if is_told else None,
        "detectable_share": _rounded(cell.detectable_share, digits=2) if is_told else None,
    }


def _boundary_row(boundary: BoundaryResult, pick: Callable[[Any], list[str]]) -> BoundaryRow:
    rank = {
        report: place
        for side in (boundary.affected, boundary.normal)
        for place, report in enumerate(pick(side))
    }
    rows = zip(
        pick(boundary.reports), boundary.places.tolist(), boundary.ratio, boundary.low,
        boundary.high, boundary.state, boundary.is_case, strict=True,
    )  # fmt: skip
    return BoundaryRow(
        fields={
            "n_cases": boundary.n_cases,
            "n_controls": boundary.n_controls,
            "domains": [asdict(domain) for domain in boundary.domains],
        },
        points=[
            {
                "report_id": report, "x": x, "y": y, "ratio": float(ratio), "low": float(low),
                "high": float(high), "state": str(state), "is_case": bool(is_case),
                "frontier_rank": rank.get(report),
            }
            for report, (x, y), ratio, low, high, state, is_case in rows
        ],
    )  # fmt: skip


def _row(record: Any, names: str) -> dict[str, Any]:
    """The named fields of a record as plain Python values; `column=field` renames."""
    row = {}
    for name in names.split():
        column, _, attribute = name.partition("=")
        value = getattr(record, attribute or column)
        if isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, np.generic):
            value = value.item()
        row[column] = value
    return row


def _signal_row(signal: Any) -> dict[str, Any]:
    row = _row(
        signal,
        "model_id=model domain_id=domain symptom_kind window_start window_end n_reports observed "
        "expected ic ic_low ic_strict prr ror ror_low ror_high ebgm eb05 p_value is_discovery state",
    )
    for name in ("prr", "ror", "ror_low", "ror_high", "ebgm", "eb05"):
        row[name] = _rounded(row[name], digits=2)
    for name in ("expected", "ic", "ic_low", "ic_strict", "p_value"):
        row[name] = _rounded(row[name], digits=3)
    return row


def _rounded(value: float, *, digits: int) -> float | None:
    """So many digits, None where not finite: with all of them others' small counts could be solved for."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else None


def _finite(value: float) -> float | None:
    """None for what no column can hold: infinity, and what is not a number."""
    return float(value) if math.isfinite(value) else None


def plain(value: Any) -> Any:
    """The value as JSON can hold it: days as text, tuples as lists, None for what is not finite."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return _finite(value) if isinstance(value, float) else value
