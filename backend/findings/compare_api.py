"""Two models or two periods side by side, for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.drainage import set_override
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.filters import SlugParameter
from backend.findings.cells_api import ComparisonSerializer
from backend.findings.compare import compared_public
from backend.findings.sides import SIDE, given_once, question_of


class SideParameter(serializers.CharField):
    """A side, for the API's description."""

    def __init__(self, help_text: str, *, example: str) -> None:
        super().__init__(help_text=help_text)
        set_override(self, "field", {"type": "string", "pattern": SIDE, "examples": [example]})


class CompareQuerySerializer(serializers.Serializer[Any]):
    """What is compared with what."""

    left = SideParameter(
        "`model:<slug>`, or a period such as `2026-01-01..2026-03-31`.", example="model:gpt-4-0613"
    )
    right = SideParameter("Another one of the same kind.", example="model:gpt-4")
    model = SlugParameter("Only for periods: this model alone.", example="gpt-4-0613")
    domain = SlugParameter("This leaf of the catalogue alone.", example="distributed-training")


class SideSerializer(serializers.Serializer):
    """One side; `name`, `vendor` and `released_on` of a model, `first` and `last` of a period."""

    key = serializers.CharField()
    name = serializers.CharField(required=False)
    vendor = serializers.CharField(required=False)
    released_on = serializers.DateField(required=False, allow_null=True)
    is_simulated = serializers.BooleanField(required=False)
    first = serializers.DateField(required=False)
    last = serializers.DateField(required=False)


class CellSideSerializer(serializers.Serializer):
    """A cell as the current run knows it; null for what is not known, or not told."""

    state = serializers.CharField()
    finding = serializers.IntegerField(allow_null=True)
    n_contributors = serializers.IntegerField(
        allow_null=True, help_text="Distinct contributors (unverified); null below 5."
    )
    expected = serializers.FloatField(allow_null=True)
    detectable_ratio = serializers.FloatField(allow_null=True)
    n_ratings = serializers.IntegerField(allow_null=True, help_text="Null below 5.")
    detectable_share = serializers.FloatField(allow_null=True)


class CellPairSerializer(serializers.Serializer):
    """Both models in one domain."""

    domain = serializers.CharField(source="domain.pk")
    symptom_kind = serializers.CharField()
    left = CellSideSerializer()
    right = CellSideSerializer()
    verdict = serializers.ChoiceField(
        ["insufficient", "not_compared"],
        help_text="No run compares two models on reports: there is no other verdict here.",
    )


class WindowSideSerializer(serializers.Serializer):
    """A cell's last stored window inside a period."""

    window_start = serializers.DateField()
    window_end = serializers.DateField()
    observed = serializers.IntegerField(help_text="Distinct contributors (unverified).")
    expected = serializers.FloatField(help_text="Contributors that the margins explain.")
    ic = serializers.FloatField(help_text="Information component, in bits.")
    ic_low = serializers.FloatField(help_text="Its 2.5 % bound.")


class WindowPairSerializer(serializers.Serializer):
    """One cell in both periods; null where no window has five contributors."""

    model = serializers.CharField(source="model.pk")
    domain = serializers.CharField(source="domain.pk")
    symptom_kind = serializers.CharField()
    left = WindowSideSerializer(allow_null=True)
    right = WindowSideSerializer(allow_null=True)
    verdict = serializers.ChoiceField(["insufficient", "not_compared"])


class ActiveFindingSerializer(serializers.Serializer):
    """A public finding, and in which of the periods it went on."""

    finding = serializers.IntegerField(source="finding.pk")
    left = serializers.BooleanField()
    right = serializers.BooleanField()


class ShareSerializer(serializers.Serializer):
    """A number of public reports, and their share of a side's; null where the side has none."""

    n = serializers.IntegerField()
    share = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True, help_text="95 %, Wilson's score method.")
    high = serializers.FloatField(allow_null=True)


class KindPairSerializer(serializers.Serializer):
    """Reports of silent, or of stated symptoms."""

    symptom_kind = serializers.CharField()
    left = ShareSerializer()
    right = ShareSerializer()


class SymptomPairSerializer(KindPairSerializer):
    """Reports with one symptom."""

    symptom = serializers.CharField()


class NumbersSerializer(serializers.Serializer):
    """A number for each side."""

    left = serializers.IntegerField()
    right = serializers.IntegerField()


class ComparedSerializer(serializers.Serializer):
    """Both sides. `cells` and `comparisons` for models, `windows` and `findings` for periods."""

    of = serializers.ChoiceField(["models", "periods"])
    left = SideSerializer()
    right = SideSerializer()
    is_simulated = serializers.BooleanField(help_text="true: about a fictional model.")
    n_reports = NumbersSerializer()
    kinds = KindPairSerializer(many=True)
    symptoms = SymptomPairSerializer(many=True)
    cells = CellPairSerializer(many=True, required=False)
    comparisons = ComparisonSerializer(many=True, required=False)
    windows = WindowPairSerializer(many=True, required=False)
    findings = ActiveFindingSerializer(many=True, required=False)


class CompareApi(PlumblineApi):
    """Two models, or two periods, side by side."""

    @extend_schema(
        operation_id="compare",
        parameters=[CompareQuerySerializer],
        responses={200: ComparedSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        question = question_of(given_once(request.query_params))
        return Response(ComparedSerializer(compared_public(question)).data)
