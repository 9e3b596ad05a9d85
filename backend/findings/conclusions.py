"""What the science concludes, as rows: arrays -> columns. Knows its records, and runs nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from analysis.records import AnalysisResult, Batch, BoundaryResult
from backend.findings import services
from backend.findings.boundaries import BoundaryRow
from backend.findings.tracks import ClusterRow, EventRow


def conclusions_of(batch: Batch, result: AnalysisResult) -> services.Conclusions:
    """All rows that a result says, without their run."""
    ids = batch.reports.report_id
    simulated = batch.reports.provenance == "simulated"

    def pick(indices: Any) -> list[str]:
        return [str(ids[int(index)]) for index in indices]

    return services.Conclusions(
        report_domains=[
            {
                "report_id": str(ids[i]),
                "domain": str(result.domain[i]),
                "domain_inferred": str(result.domain_inferred[i]),
                "confidence": float(result.domain_confidence[i]),
                "is_duplicate": bool(result.duplicate_of[i] != i),
                "is_outlier": bool(result.is_outlier[i]),
            }
            for i in range(len(ids))
        ],
        clusters=[
            ClusterRow(
                fields=_row(
                    cluster,
                    "domain_id=domain terms separating_terms n_reports n_contributors first_week "
                    "last_week is_public",
                )
                | {
                    name: None if math.isnan(value) else value
                    for name, value in (
                        ("reach", cluster.reach),
                        ("stability", cluster.stability),
                        ("silhouette", cluster.silhouette),
                    )
                },
                track=cluster.track,
                centroid=cluster.centroid,
                members=pick(cluster.members),
                found_tracks=cluster.found_track.tolist(),
                medoids=set(pick(cluster.medoids)),
                parent=cluster.parent,
                nearest=cluster.nearest,
            )
            for cluster in result.clusters
        ],
        cluster_events=[EventRow(e.kind, e.track, e.cluster) for e in result.track_events],
        signals=[_signal_row(signal) for signal in result.signals],
        comparisons=[
            _row(
                comparison,
                "collection family domain_id=domain earlier_id=earlier later_id=later n_earlier "
                "n_later n_pairs bad_earlier bad_later difference difference_low difference_high "
                "p_value detectable verdict cautions",
            )
            for comparison in result.comparisons
        ],
        boundaries={
            place: _boundary_row(finding.boundary, pick)
            for place, finding in enumerate(result.findings)
            if finding.boundary is not None
        },
        findings=[
            (
                _row(
                    finding,
                    "model_id=model domain_id=domain symptom_kind state reason onset onset_low "
                    "onset_high offset offset_low offset_high n_reports n_contributors "
                    "breakdown_number",
                )
                | {
                    "peak": _jsonable(_signal_row(finding.peak)),
                    "series": [
                        {
                            "week": point.week.isoformat(),
                            "observed": point.observed,
                            "expected": round(point.expected, 4),
                        }
                        for point in finding.series
                    ],
                    "is_simulated": bool(simulated[finding.representatives].any()),
                },
                pick(finding.representatives),
            )
            for finding in result.findings
        ],
    )


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
        "expected ic ic_low ic_strict prr p_value is_discovery state",
    )
    row["prr"] = None if math.isnan(row["prr"]) or math.isinf(row["prr"]) else row["prr"]
    return row


def _jsonable(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, date) else value for key, value in row.items()
    }
