"""Clusters with the reports that stand for them."""

from __future__ import annotations

from typing import Any

from backend.findings import selectors as findings_
from backend.reports import selectors as reports_


def with_medoids(clusters: list[Any], *, listed: bool = True) -> list[tuple[Any, list[Any]]]:
    """Each cluster with the public reports that stand for it; `listed`: with all that lists show."""
    medoids = findings_.cluster_medoid_ids([cluster.pk for cluster in clusters])
    wanted = [report_id for ids in medoids.values() for report_id in ids]
    reports = reports_.reports_public_listed() if listed else reports_.reports_public()
    shown = {str(row.pk): row for row in reports.filter(pk__in=wanted)}
    return [
        (cluster, [shown[i] for i in medoids[cluster.pk] if i in shown]) for cluster in clusters
    ]
