"""The first page for programs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.errors import RuleError
from backend.common.filters import parameters_check
from backend.explorer.matrix import KINDS
from backend.explorer.overview import overview_public, squares_told
from backend.explorer.timeline import WORDS, Moment
from backend.findings.selectors import LADDER, STANDING, contributors_shown


class MomentSerializer(serializers.Serializer):
    """Something that happened on a day, or around one."""

    on = serializers.DateField()
    low = serializers.DateField(
        allow_null=True, help_text="Of an estimate: Monday of the first week."
    )
    high = serializers.DateField(allow_null=True, help_text="Monday of the last week.")
    kind = serializers.ChoiceField(
        list(WORDS), help_text="`incident`: worse in nearly all subjects at once."
    )
    name = serializers.CharField(help_text="Of what it happened to.")
    address = serializers.SerializerMethodField(help_text="Of its page.")
    is_simulated = serializers.BooleanField(help_text="true: SIMULATED.")

    def get_address(self, moment: Moment) -> str:
        return f"{settings.PUBLIC_URL}{moment.address}"


class CountsSerializer(serializers.Serializer):
    """Public reports."""

    n_reports = serializers.IntegerField()
    n_people = serializers.IntegerField(help_text="Of them sent by people.")
    n_imported = serializers.IntegerField(help_text="Of imported collections.")
    n_simulated = serializers.IntegerField(help_text="SIMULATED ones.")
    n_sites = serializers.IntegerField()
    n_models = serializers.IntegerField()


class RatingTotalsSerializer(serializers.Serializer):
    """Ratings that say fine or not fine."""

    rating = serializers.IntegerField(
        allow_null=True, help_text="Of answers drawn at random; null: one to four."
    )
    imported = serializers.IntegerField(source="import", help_text="Graded answers imported.")
    simulated = serializers.IntegerField(help_text="SIMULATED ones.")


class SquareSerializer(serializers.Serializer):
    """A model in a subject where something stands out, or stood out."""

    model = serializers.CharField()
    domain = serializers.CharField()
    state = serializers.ChoiceField(LADDER)
    finding = serializers.IntegerField(help_text="The firmest public one.")


class MatrixSerializer(serializers.Serializer):
    """Models by subjects. A square that is not among `squares` is `insufficient`."""

    is_simulated = serializers.BooleanField(help_text="true: SIMULATED, of fictional models.")
    models = serializers.SerializerMethodField(help_text="Its rows.")
    domains = serializers.SerializerMethodField(help_text="Its columns.")
    squares = serializers.SerializerMethodField()

    def get_models(self, matrix: Any) -> list[str]:
        return [row.model.pk for row in matrix.rows]

    def get_domains(self, matrix: Any) -> list[str]:
        return [domain.pk for domain in matrix.domains]

    @extend_schema_field(SquareSerializer(many=True))
    def get_squares(self, matrix: Any) -> Any:
        return SquareSerializer(squares_told(matrix), many=True).data


class WeekTotalSerializer(serializers.Serializer):
    """Public reports of one week, without imported collections."""

    week = serializers.DateField(help_text="Its Monday.")
    n = serializers.IntegerField()


class OverviewSerializer(serializers.Serializer):
    """What stands out, how much is known, and what happened when."""

    run = serializers.IntegerField(allow_null=True, help_text="The current run.")
    kind = serializers.ChoiceField(KINDS, help_text="Of the matrices' symptoms.")
    standing = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Findings that stand out now, the firmest first.",
    )
    ended = serializers.ListField(
        child=serializers.IntegerField(), help_text="Findings that stood out and have ended."
    )
    matrices = MatrixSerializer(many=True, help_text="A real one and a SIMULATED one.")
    counts = CountsSerializer()
    ratings = RatingTotalsSerializer()
    n_contributors = serializers.IntegerField(
        allow_null=True, help_text="At most so many (unverified) in the run; null below 5."
    )
    n_contributors_simulated = serializers.IntegerField(
        allow_null=True, help_text="SIMULATED ones."
    )
    n_cell_windows_tested = serializers.IntegerField(help_text="By the current run.")
    comparisons = serializers.DictField(
        child=serializers.IntegerField(), help_text="Versions compared, by verdict."
    )
    n_worse_cautious = serializers.IntegerField(help_text="Of the worse those with a caution.")
    weeks = WeekTotalSerializer(many=True)
    moments = MomentSerializer(many=True, help_text="Within these weeks, the newest first.")


class OverviewQuerySerializer(serializers.Serializer[Any]):
    """Which matrix."""

    kind = serializers.ChoiceField(
        KINDS, required=False, help_text="Kind of symptoms of the matrices; `silent` by default."
    )


class OverviewApi(PlumblineApi):
    """What the first page shows."""

    @extend_schema(
        operation_id="overview",
        summary="What stands out, how much is known, and what happened when",
        parameters=[OverviewQuerySerializer],
        responses={200: OverviewSerializer, 400: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        """The matrices, the counts and the timeline of the first page."""
        parameters_check(request.query_params, also={"kind"}, paging=frozenset())
        query = OverviewQuerySerializer(data=request.query_params)
        if not query.is_valid():
            raise RuleError(
                "filter_invalid",
                "A filter is not valid.",
                {"kind": [f"One of {', '.join(KINDS)}."]},
            )
        shown = overview_public(query.validated_data.get("kind", KINDS[0]))
        return Response(OverviewSerializer(_body(shown)).data)


def _body(shown: dict[str, Any]) -> dict[str, Any]:
    run, findings = shown["run"], shown["findings"]
    summary = run.summary if run else {}
    return {
        **shown,
        "run": run.pk if run else None,
        "standing": [f.pk for f in findings if f.state in STANDING],
        "ended": [f.pk for f in findings if f.state == "resolved"],
        "n_cell_windows_tested": summary.get("n_cell_windows_tested", 0),
        "weeks": [{"week": week, "n": n} for week, n in shown["weeks"]],
        **{
            name: contributors_shown(summary.get(name, 0))
            for name in ("n_contributors", "n_contributors_simulated")
        },
    }
