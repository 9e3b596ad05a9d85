"""The API of reports that are like one another."""

from __future__ import annotations

from uuid import UUID

from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.errors import UnknownError
from backend.reports import selectors
from backend.reports.similar import SIMILAR_MAX, likenesses_public
from backend.reports.told import PublicReportSerializer


class SimilarSerializer(serializers.Serializer):
    """A public report that is like another one."""

    likeness = serializers.FloatField(
        min_value=0, max_value=1,
        help_text="Cosine of the angle between the vectors of the two prompts; 1 is the same.",
    )  # fmt: skip
    report = PublicReportSerializer()


class SimilarListSerializer(serializers.Serializer):
    """The reports that are most like one, the most like first."""

    results = SimilarSerializer(many=True)


@method_decorator(conditional_page, name="dispatch")
class ReportSimilarApi(PlumblineApi):
    """Reports like one report."""

    @extend_schema(
        operation_id="reports_similar",
        summary="The public reports most like one",
        description=(
            f"At most {SIMILAR_MAX}, by the vectors of their prompts. Empty while the report has no "
            "vector. The nearest are looked up in an approximate index: one may be missed."
        ),
        responses={200: SimilarListSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, report_id: UUID) -> Response:
        """Nearest neighbours of a public report."""
        if not selectors.report_is_public(report_id):
            raise UnknownError("report_unknown", "There is no public report with this id.")
        likeness = likenesses_public(report_id)
        shown = {row.pk: row for row in selectors.reports_public_listed().filter(pk__in=likeness)}
        rows = [
            {"likeness": cosine, "report": shown[pk]}
            for pk, cosine in likeness.items()
            if pk in shown
        ]
        return Response(SimilarListSerializer({"results": rows}).data)
