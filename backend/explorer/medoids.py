"""Clusters with the reports that stand for them."""

from __future__ import annotations

from typing import Any

from backend.reports.listed import ListedReport, reports_listed_public


def with_medoids(clusters: list[Any]) -> list[tuple[Any, list[ListedReport]]]:
    """Each cluster with the public reports that stand for it, by its `medoid_ids`."""
    wanted = [report_id for cluster in clusters for report_id in cluster.medoid_ids]
    shown = {row.pk: row for row in reports_listed_public(wanted)}
    return [(cluster, [shown[i] for i in cluster.medoid_ids if i in shown]) for cluster in clusters]
