"""Findings, comparisons and runs, to read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.conditional import stamped
from backend.common.errors import UnknownError
from backend.common.filters import filtered
from backend.common.pagination import PageQuerySerializer, page_of
from backend.findings import facts, selectors
from backend.findings.acknowledged import acknowledgements_public
from backend.findings.boundaries import boundary_public
from backend.findings.evidence import evidence_public
from backend.findings.facts_api import FindingFactsSerializer
from backend.findings.filters import StateFilter, StateQuerySerializer
from backend.findings.selectors import LADDER, contributors_shown
from backend.findings.told import STEPS, conclusions_stamp, step_of


class SignalPeakSerializer(serializers.Serializer):
    """The window in which the finding's cell stands out most."""

    window_start = serializers.DateField(help_text="First day of the window.")
    window_end = serializers.DateField(help_text="Last day of the window.")
    observed = serializers.IntegerField(help_text="Distinct contributors (unverified).")
    expected = serializers.FloatField(help_text="Contributors that the margins explain.")
    ic = serializers.FloatField(help_text="Information component, in bits.")
    ic_low = serializers.FloatField(help_text="Its 2.5 % bound.")
    ic_strict = serializers.FloatField(help_text="Its 0.05 % bound, which decides.")
    prr = serializers.FloatField(allow_null=True, help_text="Shown, never decided on.")
    ror = serializers.FloatField(
        allow_null=True, default=None, help_text="Reporting odds ratio. Shown, never decided on."
    )
    ror_low = serializers.FloatField(allow_null=True, default=None, help_text="Its 95 % bound.")
    ror_high = serializers.FloatField(allow_null=True, default=None, help_text="Its 95 % bound.")
    ebgm = serializers.FloatField(
        allow_null=True, default=None,
        help_text="Empirical-Bayes geometric mean. Shown, never decided on.",
    )  # fmt: skip
    eb05 = serializers.FloatField(allow_null=True, default=None, help_text="Its 5 % bound.")
    p_value = serializers.FloatField()


class RunSerializer(serializers.Serializer):
    """The run that computed a conclusion: enough to compute it again."""

    id = serializers.IntegerField(source="pk")
    as_of = serializers.DateField()
    method_version = serializers.CharField()
    embedding_model = serializers.CharField()
    seed = serializers.IntegerField()
    input_digest = serializers.CharField()
    evidence_digest = serializers.CharField(
        help_text="SHA-256 of what findings were computed from; an operator can compute them again."
    )


class FindingSerializer(FindingFactsSerializer):
    """An event with its state on the evidence ladder."""

    id = serializers.IntegerField(source="pk")
    state = serializers.CharField()
    reason = serializers.CharField()
    outlook = serializers.CharField(help_text="What would move it; empty if nothing is known.")
    cautions = serializers.ListField(
        child=serializers.CharField(), help_text="Codes; `/method/` says what each means."
    )
    model = serializers.CharField(source="model_id")
    vendor = serializers.CharField(source="model.vendor_id")
    domain = serializers.CharField(source="domain_id")
    symptom_kind = serializers.CharField()
    onset = serializers.DateField(allow_null=True)
    onset_low = serializers.DateField(allow_null=True)
    onset_high = serializers.DateField(allow_null=True)
    offset = serializers.DateField(
        allow_null=True,
        help_text="null while it lasts; only the state `resolved` says that it ended.",
    )
    offset_low = serializers.DateField(allow_null=True)
    offset_high = serializers.DateField(allow_null=True)
    n_reports = serializers.IntegerField()
    n_contributors = serializers.SerializerMethodField(
        help_text="Distinct contributors (unverified); null below 5."
    )
    breakdown_number = serializers.SerializerMethodField(
        help_text="Fewest contributors whose removal clears the signal; of one that ratings opened, "
        "fewest who rated, at least; null where `peak` is."
    )
    peak = serializers.SerializerMethodField(
        help_text="Its strongest window; null below 5 contributors, whose number it would tell."
    )
    evidence = serializers.SerializerMethodField(
        help_text="What the state was computed from; null for what would tell a count below 5. Where a "
        "vendor's word counts, `otherwise` is the state without it. Where somebody asked again, `again` is "
        "what each series of `/api/v1/probes/` showed, the last first, and `replication` what they decide."
    )
    is_simulated = serializers.BooleanField(help_text="true: SIMULATED, about a fictional model.")
    merged_into = serializers.SerializerMethodField(
        help_text="The finding that it turned out to be a part of; null for most."
    )
    run = RunSerializer()

    def get_merged_into(self, finding: Any) -> int | None:
        heirs: dict[int, int] = self.context["heirs"]
        return heirs.get(finding.pk)

    def get_evidence(self, finding: Any) -> dict[str, Any]:
        return evidence_public(finding)

    def get_n_contributors(self, finding: Any) -> int | None:
        return contributors_shown(finding.n_contributors)

    def get_breakdown_number(self, finding: Any) -> int | None:
        return facts.breakdown_public(finding)

    @extend_schema_field(SignalPeakSerializer(allow_null=True))
    def get_peak(self, finding: Any) -> Any:
        peak = facts.peak_public(finding)
        return SignalPeakSerializer(peak).data if peak else None


class FindingEventSerializer(serializers.Serializer):
    """One step in a finding's life."""

    id = serializers.IntegerField(source="pk")
    happened_at = serializers.DateTimeField()
    kind = serializers.CharField(help_text="`state`, `merged`, `split`, `published`, `held` …")
    step = serializers.SerializerMethodField(help_text="What kind of step it was.")
    from_state = serializers.CharField()
    to_state = serializers.CharField()
    other = serializers.SerializerMethodField(
        help_text="The finding that it became part of, or that split off; null if it is not public."
    )
    reason = serializers.CharField()

    @extend_schema_field(serializers.ChoiceField([*STEPS, "held"]))
    def get_step(self, event: Any) -> str:
        return step_of(event)

    def get_other(self, event: Any) -> int | None:
        return selectors.event_other_shown(event)


class WeekSerializer(serializers.Serializer):
    """One week of the finding's cell."""

    week = serializers.DateField(help_text="Its Monday.")
    observed = serializers.IntegerField(
        allow_null=True, help_text="Distinct contributors (unverified); null below 5."
    )
    expected = serializers.FloatField()


class FindingDetailSerializer(FindingSerializer):
    """A finding with its weeks and its log."""

    series = serializers.SerializerMethodField()
    events = FindingEventSerializer(many=True, source="events_shown")

    @extend_schema_field(WeekSerializer(many=True))
    def get_series(self, finding: Any) -> Any:
        return WeekSerializer(facts.series_public(finding), many=True).data


class FindingPageSerializer(serializers.Serializer):
    """One page of findings."""

    results = FindingSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class FindingListApi(PlumblineApi):
    """Findings, the newest first."""

    @extend_schema(
        operation_id="findings_list",
        summary="Findings, the newest first",
        parameters=[StateQuerySerializer, PageQuerySerializer],
        responses={200: FindingPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    @stamped(conclusions_stamp)
    def get(self, request: Request) -> Response:
        findings = filtered(
            StateFilter, selectors.findings_with_replies_public(), request.query_params
        )
        page = page_of(findings, request, ordering=("-id",))
        rows = FindingSerializer(page.rows, many=True, context=_context(page.rows)).data
        return Response(page.body(rows))


class FindingDetailApi(PlumblineApi):
    """One finding."""

    @extend_schema(
        operation_id="findings_detail",
        summary="One finding with its weeks and its log",
        responses={200: FindingDetailSerializer, 404: ErrorSerializer},
    )
    @stamped(conclusions_stamp)
    def get(self, request: Request, finding_id: int) -> Response:
        finding = selectors.finding_public(finding_id)
        if finding is None:
            raise UnknownError("finding_unknown", "There is no such finding.")
        return Response(FindingDetailSerializer(finding, context=_context([finding])).data)


def _context(findings: list[Any]) -> dict[str, Any]:
    """By finding what is read for all of them at once: where merged ones live on, the vendor's word."""
    merged = (f.pk for f in findings if f.merged_into_id is not None)
    return {
        "heirs": selectors.finding_heirs_public(merged),
        "acknowledgements": acknowledgements_public(findings),
    }


class MapDomainSerializer(serializers.Serializer):
    """One subject area of a map; null for counts below five, and all null for fewer contributors."""

    domain = serializers.CharField()
    n_cases = serializers.IntegerField(allow_null=True)
    n_controls = serializers.IntegerField(allow_null=True)
    share_affected = serializers.FloatField(allow_null=True)
    share_normal = serializers.FloatField(allow_null=True)
    ratio = serializers.FloatField(
        allow_null=True, help_text="Geometric mean of the odds ratios of its reports."
    )
    state = serializers.ChoiceField(
        LADDER,
        help_text="Of the model's own public finding about this subject, the firmest; "
        "`insufficient` without one.",
    )


class MapPointSerializer(serializers.Serializer):
    """A report on a map."""

    report = serializers.UUIDField(source="report_id")
    x = serializers.FloatField(help_text="-1 to 1; for the eye alone.")
    y = serializers.FloatField(help_text="-1 to 1; for the eye alone.")
    is_case = serializers.BooleanField(help_text="true: about the finding's model.")
    state = serializers.ChoiceField(["affected", "normal", "unknown"])
    ratio = serializers.FloatField(help_text="Odds ratio around it, against the ordinary.")
    low = serializers.FloatField(help_text="5 % credible bound.")
    high = serializers.FloatField(help_text="95 % credible bound.")
    frontier_rank = serializers.IntegerField(
        allow_null=True, help_text="Place among those nearest to the other side; null for the rest."
    )

    def to_representation(self, point: Any) -> dict[str, Any]:
        """The same, without asking each field in turn: a map has thousands of points."""
        row: dict[str, Any] = point._asdict()
        return {"report": str(row.pop("report_id")), **row}


class MapSerializer(serializers.Serializer):
    """Where, among prompts of a finding's domain and its neighbours, its model is reported more."""

    finding = serializers.IntegerField(source="finding_id")
    is_simulated = serializers.BooleanField(
        source="finding.is_simulated", help_text="true: SIMULATED, about a fictional model."
    )
    run = RunSerializer(source="finding.run")
    n_cases = serializers.IntegerField(help_text="Reports about the finding's model.")
    n_controls = serializers.IntegerField(help_text="Reports about all other models.")
    domains = MapDomainSerializer(many=True, source="domains_shown")
    points = MapPointSerializer(many=True, source="points_shown")


class FindingMapApi(PlumblineApi):
    """The map of one finding."""

    @extend_schema(
        operation_id="findings_map",
        summary="Which prompts a finding is about, and which not",
        responses={200: MapSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, finding_id: int) -> Response:
        finding = selectors.finding_public(finding_id)
        found = boundary_public(finding) if finding else None
        if found is None:
            raise UnknownError("map_unknown", "There is no such finding, or it has no map.")
        return Response(MapSerializer(found).data)
