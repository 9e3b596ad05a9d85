"""Series of probes, to read: what was asked, where and when, and never what was answered."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.filters import parameters_check
from backend.common.pagination import PageQuerySerializer, page_of
from backend.probes.models import ProbeSeries
from backend.probes.selectors import probe_series_public


class ProbeSeriesSerializer(serializers.Serializer):
    """One suite of questions, asked of one model by the same accounts and graded by one grader."""

    slug = serializers.CharField(help_text="`series` in a finding's `evidence.again`.")
    title = serializers.CharField()
    model = serializers.CharField(source="model_id")
    vendor = serializers.CharField(source="model.vendor_id")
    site = serializers.CharField(
        source="site_id", allow_null=True, help_text="Where it was asked; null: the vendor's API."
    )
    suite = serializers.CharField(help_text="Name and version.")
    grader = serializers.CharField(help_text="Name and version.")
    source_url = serializers.URLField(help_text="Where suite, grader and method are described.")
    provenance = serializers.ChoiceField(choices=ProbeSeries.Provenance.values)
    is_simulated = serializers.BooleanField(help_text="true: SIMULATED, of a fictional model.")
    n_baseline = serializers.IntegerField(help_text="Rounds of the baseline.")
    n_rounds = serializers.IntegerField(help_text="Rounds so far, those of the baseline included.")
    n_accounts = serializers.IntegerField()
    n_items = serializers.IntegerField(help_text="Questions.")
    n_answers = serializers.IntegerField(help_text="Graded answers.")
    asked_first_on = serializers.DateField(allow_null=True, help_text="null before any answer.")
    asked_last_on = serializers.DateField(allow_null=True)
    imported_on = serializers.DateField(
        help_text="When its first answers came in: days before it are whoever asked's word."
    )
    updated_on = serializers.DateField(help_text="When its last answers came in.")


class ProbeSeriesPageSerializer(serializers.Serializer):
    """One page of series."""

    results = ProbeSeriesSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ProbeSeriesListApi(PlumblineApi):
    """Series of probes, by slug."""

    @extend_schema(
        operation_id="probes_list",
        summary="What was asked again and again",
        description=(
            "Suites of questions whose right answers are known, asked of a model from several accounts. "
            "What they showed of a finding is in its `evidence.again`."
        ),
        parameters=[PageQuerySerializer],
        responses={200: ProbeSeriesPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        parameters_check(request.query_params)
        page = page_of(probe_series_public(), request, ordering=("slug",))
        return Response(page.body(ProbeSeriesSerializer(page.rows, many=True).data))
