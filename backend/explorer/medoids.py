"""Clusters with the reports that stand for them."""

from __future__ import annotations

from typing import Any

from backend.findings import clusters as clusters_
from backend.reports.listed import ListedReport, reports_listed_public


def with_medoids(clusters: list[Any]) -> list[tuple[Any, list[ListedReport]]]:
    """Each cluster with the public reports that stand for it."""
    medoids = clusters_.cluster_medoid_ids([cluster.pk for cluster in clusters])
    wanted = [report_id for ids in medoids.values() for report_id in ids]
    shown = {str(row.pk): row for row in reports_listed_public(wanted)}
    return [
        (cluster, [shown[i] for i in medoids[cluster.pk] if i in shown]) for cluster in clusters
    ]
