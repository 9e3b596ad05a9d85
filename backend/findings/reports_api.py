"""Reports that stand for a finding or are in a cluster, and where a report was counted: to read.

No answer has a stamp: a report may be withdrawn while no conclusion changes.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.errors import UnknownError
from backend.common.filters import parameters_check
from backend.common.pagination import PageQuerySerializer, page_of
from backend.findings import clusters as clusters_
from backend.findings import selectors
from backend.reports import selectors as reports
from backend.reports.told import PublicReportSerializer, ReportPageSerializer
from backend.reports.word_pages import ORDER


class RepresentativesSerializer(serializers.Serializer):
    """The public reports that stand for a finding, by id."""

    results = PublicReportSerializer(many=True)


class FindingReportsApi(PlumblineApi):
    """The reports that a finding's page shows."""

    @extend_schema(
        operation_id="findings_reports",
        summary="The public reports that stand for a finding",
        responses={200: RepresentativesSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, finding_id: int) -> Response:
        """All of them that are public now; a dataset has their ids as `representatives`."""
        finding = selectors.findings_public().filter(pk=finding_id).first()
        if finding is None:
            raise UnknownError("finding_unknown", "There is no such finding.")
        shown = reports.reports_public_listed().filter(pk__in=selectors.representative_ids(finding))
        rows = list(shown.order_by("id"))
        return Response(RepresentativesSerializer({"results": rows}).data)


class ClusterReportsApi(PlumblineApi):
    """All public reports of a cluster."""

    @extend_schema(
        operation_id="clusters_reports",
        summary="The public reports of a theme or variant",
        parameters=[PageQuerySerializer],
        responses={200: ReportPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, track_id: int) -> Response:
        """The latest observed first; of a cluster that has ended, those of its heir."""
        parameters_check(request.query_params)
        cluster = clusters_.cluster_heir_public(track_id)
        if cluster is None:
            raise UnknownError("cluster_unknown", "There is no such cluster.")
        members = clusters_.report_ids_in_cluster(cluster)
        keys = reports.reports_public().only("id", "observed_on").filter(pk__in=members)
        page = page_of(keys, request, ordering=ORDER)
        rows = reports.reports_told_public([row.pk for row in page.rows])
        return Response(page.body(PublicReportSerializer(rows, many=True).data))


class CountedSerializer(serializers.Serializer):
    """Where the current run counted a report."""

    domain = serializers.CharField(
        allow_null=True, help_text='"unknown" where it could not be told; null: not counted yet.'
    )
    is_duplicate = serializers.BooleanField(
        help_text="true: a near-duplicate of another report, so it adds no evidence."
    )
    cluster = serializers.IntegerField(
        allow_null=True, help_text="The public theme that it is in; null for most."
    )


class ReportCountedApi(PlumblineApi):
    """What a report's page says beyond what its sender said."""

    @extend_schema(
        operation_id="reports_counted",
        summary="Where a report was counted",
        responses={200: CountedSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, report_id: UUID) -> Response:
        """Subject and theme of a public report in the current run."""
        if not reports.report_is_public(report_id):
            raise UnknownError("report_unknown", "There is no public report with this id.")
        counted: Any = selectors.report_domain_public(report_id)
        cluster = clusters_.cluster_of_report_public(report_id)
        body = {
            "domain": counted.domain if counted else None,
            "is_duplicate": bool(counted and counted.is_duplicate),
            "cluster": cluster.track_id if cluster else None,
        }
        return Response(CountedSerializer(body).data)
