"""How Plumbline judges, for programs: what the pages `/method/` and `/plan/` say."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.catalogue import selectors as catalogue
from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.errors import UnknownError
from backend.common.filters import parameters_check
from backend.explorer.finding_words import DOWN
from backend.explorer.published import error_rates, plan_of, plan_values
from backend.explorer.words import CAUTIONS, confusions_in_words, thresholds_in_words
from backend.findings import selectors as findings_
from backend.findings.told import MEANINGS


class ThresholdSerializer(serializers.Serializer):
    """A threshold of the current run."""

    name = serializers.CharField()
    value = serializers.FloatField()
    meaning = serializers.CharField()


class RateSerializer(serializers.Serializer):
    """One measured figure."""

    world = serializers.CharField(help_text="What was simulated, or which real answers.")
    peer = serializers.CharField(help_text="Another rule on the same world; empty: this method.")
    measure = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    error = serializers.FloatField(allow_null=True, help_text="Standard error of `value`.")
    accept = serializers.CharField(allow_null=True, help_text="What would be acceptable.")
    is_met = serializers.BooleanField(allow_null=True, help_text="null: nothing was asked for.")
    note = serializers.CharField()


class RatesSerializer(serializers.Serializer):
    """The figures of one property."""

    property = serializers.CharField()
    measured_on = serializers.DateField()
    is_simulated = serializers.BooleanField(help_text="false: measured on real answers.")
    rows = RateSerializer(many=True)


class ErrorRatesSerializer(serializers.Serializer):
    """What was measured, and how; to be computed again by `command`."""

    method_version = serializers.CharField()
    command = serializers.CharField()
    n_left = serializers.IntegerField(help_text="Further figures, in docs/method.md.")
    groups = RatesSerializer(many=True)


class ConfusionSerializer(serializers.Serializer):
    """Invented prompts of one subject, and what the classifier called them."""

    domain = serializers.CharField(help_text="Name of the subject.")
    counts = serializers.ListField(child=serializers.IntegerField())


class ConfusionsSerializer(serializers.Serializer):
    """Which subjects the classifier takes for which."""

    n = serializers.IntegerField(help_text="Prompts, none of which it had seen.")
    columns = serializers.ListField(
        child=serializers.CharField(), help_text="Numbers of rows, then what else it may say."
    )
    rows = ConfusionSerializer(many=True)


class MethodSerializer(serializers.Serializer):
    """How Plumbline judges."""

    run = serializers.IntegerField(allow_null=True, help_text="The current run.")
    method_version = serializers.CharField(allow_null=True)
    states = serializers.DictField(
        child=serializers.CharField(), help_text="The evidence ladder: what each state means."
    )
    moves_down = serializers.DictField(
        child=serializers.CharField(),
        help_text="By state what would move a finding down from it; `rated`: one that ratings opened.",
    )
    cautions = serializers.DictField(
        child=serializers.CharField(), help_text="What each code of a caution means."
    )
    thresholds = ThresholdSerializer(many=True, help_text="Of the current run; empty before one.")
    error_rates = ErrorRatesSerializer(allow_null=True, help_text="null: not measured.")
    confusions = ConfusionsSerializer()


class MethodApi(PlumblineApi):
    """Thresholds, measured error rates, and what the words mean."""

    @extend_schema(
        operation_id="method",
        summary="How it is judged, and how often that is wrong",
        responses={200: MethodSerializer},
    )
    def get(self, request: Request) -> Response:
        """What the page `/method/` says in numbers."""
        run = findings_.run_current()
        confusions = confusions_in_words(catalogue.domains_public())
        thresholds = thresholds_in_words(run.config) if run else []
        body = {
            "run": run.pk if run else None,
            "method_version": run.method_version if run else None,
            "states": MEANINGS,
            "moves_down": {state: str(words) for state, words in DOWN.items()},
            "cautions": {code: str(words) for code, words in CAUTIONS.items()},
            "thresholds": [
                {"name": name, "value": value, "meaning": str(words)}
                for name, value, words in thresholds
            ],
            "error_rates": _rates(),
            "confusions": {
                **confusions,
                "rows": [{"domain": name, "counts": row} for name, row in confusions["rows"]],
            },
        }
        return Response(MethodSerializer(body).data)


def _rates() -> dict[str, Any] | None:
    found = error_rates()
    if found is None:
        return None
    groups = [
        {
            "property": group.property,
            "measured_on": group.measured_on,
            "is_simulated": not group.is_real,
            "rows": [
                {**row, "peer": row.get("peer") or "", "note": row.get("note") or ""}
                for row in group.rows
            ],
        }
        for group in found["groups"]
    ]
    return {**found, "groups": groups}


PLAN_WORDS = {
    "traffic": "Share of answers affected.",
    "organisations": "Share of people affected.",
    "contributors": "With the extension.",
    "enrichment": "How much likelier the affected are to contribute.",
}


class PlanQuerySerializer(serializers.Serializer[Any]):
    """The episode that is asked about; what is left out is the first value of the grid."""

    def get_fields(self) -> dict[str, Any]:
        """One for each dimension of the grid, with the values that were computed."""
        return {
            name: serializers.ChoiceField(values, required=False, help_text=PLAN_WORDS[name])
            for name, values in plan_values().items()
        }


class PlanRowSerializer(serializers.Serializer):
    """When one line of evidence would notice it. SIMULATED."""

    line = serializers.ChoiceField(["reports", "ratings", "probes"])
    median_weeks = serializers.FloatField(allow_null=True, help_text="null: not within two years.")
    noticed_in_a_year = serializers.FloatField(help_text="Share of simulated episodes.")
    error = serializers.FloatField(allow_null=True, help_text="Standard error of that share.")


class PlanSerializer(serializers.Serializer):
    """When such an episode would be noticed. SIMULATED: no statement about any real model."""

    measured_on = serializers.DateField()
    method_version = serializers.CharField()
    is_simulated = serializers.BooleanField(help_text="Always true.")
    chosen = serializers.DictField(child=serializers.CharField(), help_text="The episode.")
    choices = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="The values that were computed, by parameter.",
    )
    rows = PlanRowSerializer(many=True)


class PlanApi(PlumblineApi):
    """How many contributors and ratings it takes."""

    @extend_schema(
        operation_id="plan",
        summary="How long until an episode would be noticed (SIMULATED)",
        parameters=[PlanQuerySerializer],
        responses={200: PlanSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        """What the page `/plan/` says for the same parameters."""
        parameters_check(request.query_params, also=PLAN_WORDS.keys(), paging=frozenset())
        plan = plan_of(request.query_params)
        if plan is None:
            raise UnknownError("plan_unknown", "This was not computed for this version.")
        chosen = {
            choice.name: next(value for value, _, is_chosen in choice.options if is_chosen)
            for choice in plan["choices"]
        }
        choices = {c.name: [value for value, _, _ in c.options] for c in plan["choices"]}
        return Response(
            PlanSerializer(
                {**plan, "is_simulated": True, "chosen": chosen, "choices": choices}
            ).data
        )
