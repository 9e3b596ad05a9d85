"""Findings, comparisons and runs, to read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.errors import UnknownError
from backend.common.pagination import PageQuerySerializer, page_of
from backend.findings import selectors
from backend.findings.selectors import contributors_shown


class SignalPeakSerializer(serializers.Serializer):
    """The window in which the finding's cell stands out most."""

    window_start = serializers.DateField(help_text="Monday of the first week.")
    window_end = serializers.DateField(help_text="Monday of the last week.")
    observed = serializers.IntegerField(help_text="Distinct contributors (unverified).")
    expected = serializers.FloatField(help_text="Contributors that the margins explain.")
    ic = serializers.FloatField(help_text="Information component, in bits.")
    ic_low = serializers.FloatField(help_text="Its 2.5 % bound.")
    ic_strict = serializers.FloatField(help_text="Its 0.05 % bound, which decides.")
    prr = serializers.FloatField(allow_null=True, help_text="Shown, never decided on.")
    p_value = serializers.FloatField()


class RunSerializer(serializers.Serializer):
    """The run that computed a conclusion: enough to compute it again."""

    id = serializers.IntegerField(source="pk")
    as_of = serializers.DateField()
    method_version = serializers.CharField()
    embedding_model = serializers.CharField()
    seed = serializers.IntegerField()
    input_digest = serializers.CharField()


class FindingSerializer(serializers.Serializer):
    """An event with its state on the evidence ladder."""

    id = serializers.IntegerField(source="pk")
    state = serializers.CharField()
    reason = serializers.CharField()
    model = serializers.CharField(source="model_id")
    vendor = serializers.CharField(source="model.vendor_id")
    domain = serializers.CharField(source="domain_id")
    symptom_kind = serializers.CharField()
    onset = serializers.DateField(allow_null=True)
    onset_low = serializers.DateField(allow_null=True)
    onset_high = serializers.DateField(allow_null=True)
    offset = serializers.DateField(allow_null=True, help_text="null while it lasts.")
    offset_low = serializers.DateField(allow_null=True)
    offset_high = serializers.DateField(allow_null=True)
    n_reports = serializers.IntegerField()
    n_contributors = serializers.SerializerMethodField(
        help_text="Distinct contributors (unverified); null below 5."
    )
    breakdown_number = serializers.IntegerField(
        help_text="Fewest contributors whose removal clears the signal."
    )
    peak = serializers.SerializerMethodField(
        help_text="Its strongest window; null below 5 contributors, whose number it would tell."
    )
    is_simulated = serializers.BooleanField(help_text="true: SIMULATED, about a fictional model.")
    run = RunSerializer()

    def get_n_contributors(self, finding: Any) -> int | None:
        return contributors_shown(finding.n_contributors)

    @extend_schema_field(SignalPeakSerializer(allow_null=True))
    def get_peak(self, finding: Any) -> Any:
        is_shown = contributors_shown(finding.peak["observed"]) is not None
        return SignalPeakSerializer(finding.peak).data if is_shown else None


class FindingEventSerializer(serializers.Serializer):
    """One step in a finding's life."""

    happened_at = serializers.DateTimeField()
    from_state = serializers.CharField()
    to_state = serializers.CharField()
    reason = serializers.CharField()


class WeekSerializer(serializers.Serializer):
    """One week of the finding's cell."""

    week = serializers.DateField(help_text="Its Monday.")
    observed = serializers.SerializerMethodField(
        help_text="Distinct contributors (unverified); null below 5."
    )
    expected = serializers.FloatField()

    def get_observed(self, week: dict[str, Any]) -> int | None:
        return contributors_shown(week["observed"])


class FindingDetailSerializer(FindingSerializer):
    """A finding with its weeks and its log."""

    series = WeekSerializer(many=True)
    events = FindingEventSerializer(many=True)


class FindingPageSerializer(serializers.Serializer):
    """One page of findings."""

    results = FindingSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class FindingListApi(PlumblineApi):
    """Findings, the newest first."""

    @extend_schema(
        operation_id="findings_list",
        parameters=[PageQuerySerializer],
        responses={200: FindingPageSerializer, 400: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        page = page_of(selectors.findings_public(), request, ordering=("-id",))
        return Response(page.body(FindingSerializer(page.rows, many=True).data))


class FindingDetailApi(PlumblineApi):
    """One finding."""

    @extend_schema(
        operation_id="findings_detail",
        responses={200: FindingDetailSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, finding_id: int) -> Response:
        finding = selectors.finding_public(finding_id)
        if finding is None:
            raise UnknownError("finding_unknown", "There is no such finding.")
        return Response(FindingDetailSerializer(finding).data)


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
        parameters=[PageQuerySerializer],
        responses={200: ComparisonPageSerializer, 400: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        page = page_of(selectors.comparisons_public(), request, ordering=("id",))
        return Response(page.body(ComparisonSerializer(page.rows, many=True).data))
