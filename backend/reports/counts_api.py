"""How many public reports match, and how many of each kind: the numbers beside the list."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.reports.facets import facets_public
from backend.reports.filters import ReportQuerySerializer, report_choice


class ReportCountsSerializer(serializers.Serializer):
    """Numbers of the public reports that the filters let through."""

    n_reports = serializers.IntegerField(allow_null=True, help_text="null: more than `limit`.")
    limit = serializers.IntegerField(help_text="How far is counted what no tally knows.")
    values = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField(allow_null=True)),
        help_text="By dimension how many have each value, beside the other filters; null: not "
        'counted; "" is not known. `counted` is the subject as the current run counted it.',
    )


class ReportCountsApi(PlumblineApi):
    """Counts of reports."""

    @extend_schema(
        operation_id="reports_counts",
        summary="How many public reports match, by value of each filter",
        parameters=[ReportQuerySerializer],
        responses={200: ReportCountsSerializer, 400: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        """What the page `/reports/` says beside its list for the same filters."""
        found = facets_public(report_choice(request.query_params))
        return Response(ReportCountsSerializer(found).data)
