"""Cells, and versions compared, to read."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.conditional import stamped
from backend.common.filters import filtered, parameters_check
from backend.common.pagination import PageQuerySerializer, page_of
from backend.findings import selectors
from backend.findings.filters import StateFilter, StateQuerySerializer
from backend.findings.told import conclusions_stamp

CELL_ORDER = ("model_id", "domain_id", "symptom_kind", "is_simulated")
"""A cursor holds these: ids would count the rows between two, and tell of a cell that has a second one."""


class CellSerializer(serializers.Serializer):
    """One model in one subject now, and what would have been noticed in it."""

    model = serializers.CharField(source="model_id")
    domain = serializers.CharField(source="domain_id")
    symptom_kind = serializers.CharField()
    state = serializers.CharField()
    reason = serializers.CharField()
    n_contributors = serializers.IntegerField(
        allow_null=True, help_text="Distinct contributors (unverified); null below 5."
    )
    expected = serializers.FloatField(help_text="Contributors that the margins explain.")
    detectable_ratio = serializers.FloatField(
        allow_null=True,
        help_text="Smallest rate, as a multiple of the ordinary, that reports would have shown with "
        "80 % power; null: none would.",
    )
    n_ratings = serializers.IntegerField(
        allow_null=True,
        help_text="Ratings of answers drawn at random; null if fewer than 5 contributors gave them.",
    )
    detectable_share = serializers.FloatField(
        allow_null=True,
        help_text="Smallest share of bad answers that ratings would have shown with 80 % power; "
        "null: none would.",
    )
    is_simulated = serializers.BooleanField(help_text="true: SIMULATED, about a fictional model.")


class CellPageSerializer(serializers.Serializer):
    """One page of cells."""

    results = CellSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class CellListApi(PlumblineApi):
    """Every cell of the current run, quiet ones included; no finding of it that waits for a moderator."""

    @extend_schema(
        operation_id="cells_list",
        summary="What is known of each model in each subject",
        parameters=[StateQuerySerializer, PageQuerySerializer],
        responses={200: CellPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    @stamped(conclusions_stamp)
    def get(self, request: Request) -> Response:
        cells = filtered(StateFilter, selectors.cells_public(), request.query_params)
        page = page_of(cells, request, ordering=CELL_ORDER)
        return Response(page.body(CellSerializer(page.rows, many=True).data))


class ComparisonSerializer(serializers.Serializer):
    """Two versions of a model on one domain."""

    collection = serializers.CharField()
    family = serializers.CharField()
    domain = serializers.CharField(source="domain_id")
    earlier = serializers.CharField(source="earlier_id")
    later = serializers.CharField(source="later_id")
    n_earlier = serializers.IntegerField()
    n_later = serializers.IntegerField()
    n_pairs = serializers.IntegerField()
    bad_earlier = serializers.IntegerField()
    bad_later = serializers.IntegerField()
    difference = serializers.FloatField(help_text="Share of bad answers, later minus earlier.")
    difference_low = serializers.FloatField()
    difference_high = serializers.FloatField()
    p_value = serializers.FloatField()
    detectable = serializers.FloatField(
        help_text="Smallest difference that would have been seen with 80 % power."
    )
    verdict = serializers.ChoiceField(["worse", "better", "no_difference", "insufficient"])
    cautions = serializers.ListField(child=serializers.CharField())


class ComparisonPageSerializer(serializers.Serializer):
    """One page of comparisons."""

    results = ComparisonSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ComparisonListApi(PlumblineApi):
    """Version comparisons of the current run."""

    @extend_schema(
        operation_id="comparisons_list",
        summary="Versions of models compared",
        parameters=[PageQuerySerializer],
        responses={200: ComparisonPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    @stamped(conclusions_stamp)
    def get(self, request: Request) -> Response:
        parameters_check(request.query_params)
        page = page_of(selectors.comparisons_public(), request, ordering=("id",))
        return Response(page.body(ComparisonSerializer(page.rows, many=True).data))
