"""How many public reports match, and how many of each kind: the numbers beside the list."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.reports.facets import facets_public
from backend.reports.filters import ReportQuerySerializer, report_choice
from backend.reports.search import words_widened


class ReportCountsSerializer(serializers.Serializer):
    """Numbers of the public reports that the filters let through."""

    n_reports = serializers.IntegerField(allow_null=True, help_text="null: more than `limit`.")
    limit = serializers.IntegerField(help_text="How far is counted what no tally knows.")
    values = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField(allow_null=True)),
        help_text="By dimension how many have each value, beside the other filters; null: not "
        'counted; "" is not known. `counted` is the subject as the current run counted it.',
    )
    nearest = serializers.CharField(
        allow_null=True,
        help_text="Where no report matches a search with unknown words: the search for the nearest known "
        "ones, whose reports the page lists instead; null: none.",
    )


class ReportCountsApi(PlumblineApi):
    """Counts of reports."""

    @extend_schema(
        operation_id="reports_counts",
        summary="How many public reports match, by value of each filter",
        parameters=[ReportQuerySerializer],
        responses={200: ReportCountsSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        """What the page `/reports/` says beside its list for the same filters."""
        choice = report_choice(request.query_params)
        found = facets_public(choice)
        widened = words_widened(choice.words) if choice.words and found.n_reports == 0 else None
        shown = {
            "n_reports": found.n_reports,
            "limit": found.limit,
            "values": found.values,
            "nearest": widened.words if widened else None,
        }
        return Response(ReportCountsSerializer(shown).data)
