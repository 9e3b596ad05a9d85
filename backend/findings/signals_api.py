"""Signals, to read: the statistics of cells in windows of time."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.conditional import stamped
from backend.common.errors import UnknownError
from backend.common.filters import filtered
from backend.common.pagination import PageQuerySerializer, page_of
from backend.findings import selectors
from backend.findings.facts import windows_told
from backend.findings.filters import SignalFilter, StateQuerySerializer
from backend.findings.told import conclusions_stamp

SIGNAL_ORDER = ("model_id", "domain_id", "symptom_kind", "window_start", "window_end")
"""A cursor holds these: ids would count the windows between two that are left out."""


class SignalSerializer(serializers.Serializer):
    """One cell in one window, with at least five contributors."""

    model = serializers.CharField(source="model_id")
    domain = serializers.CharField(source="domain_id")
    symptom_kind = serializers.ChoiceField(["silent", "stated"])
    window_start = serializers.DateField(help_text="First day of the window.")
    window_end = serializers.DateField(help_text="Last day of the window.")
    n_reports = serializers.IntegerField()
    observed = serializers.IntegerField(help_text="Distinct contributors (unverified), capped.")
    expected = serializers.FloatField(help_text="Contributors that the margins explain.")
    ic = serializers.FloatField(help_text="Information component, in bits.")
    ic_low = serializers.FloatField(help_text="Its 2.5 % bound.")
    ic_strict = serializers.FloatField(help_text="Its 0.05 % bound, which decides.")
    prr = serializers.FloatField(allow_null=True, help_text="Shown, never decided on.")
    ror = serializers.FloatField(allow_null=True, help_text="Shown, never decided on.")
    ror_low = serializers.FloatField(allow_null=True, help_text="Its 95 % bound.")
    ror_high = serializers.FloatField(allow_null=True, help_text="Its 95 % bound.")
    ebgm = serializers.FloatField(allow_null=True, help_text="Shown, never decided on.")
    eb05 = serializers.FloatField(allow_null=True, help_text="Its 5 % bound.")
    p_value = serializers.FloatField(help_text="Of the count against its expectation.")
    is_discovery = serializers.BooleanField(help_text="Survives false discovery rate control.")
    state = serializers.ChoiceField(["insufficient", "reported"])
    is_simulated = serializers.BooleanField(
        source="model.is_fictional", help_text="true: SIMULATED, about a fictional model."
    )


class SignalPageSerializer(serializers.Serializer):
    """One page of signals."""

    results = SignalSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class SignalListApi(PlumblineApi):
    """Signals of the current run; without those of cells that wait for a moderator."""

    @extend_schema(
        operation_id="signals_list",
        summary="Cells in windows of time, with their statistics",
        description=(
            "The same rows as in the table `signals` of a dataset: those with at least five "
            "contributors. What stands out is listed once its finding is public; so is every window in "
            "which a real model draws more than expected, so that no gap names what waits."
        ),
        parameters=[StateQuerySerializer, PageQuerySerializer],
        responses={200: SignalPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    @stamped(conclusions_stamp)
    def get(self, request: Request) -> Response:
        shown = selectors.signals_public().filter(observed__gte=selectors.CONTRIBUTORS_SHOWN_MIN)
        signals = filtered(SignalFilter, shown, request.query_params)
        page = page_of(signals, request, ordering=SIGNAL_ORDER)
        return Response(page.body(SignalSerializer(page.rows, many=True).data))


class WindowSerializer(serializers.Serializer):
    """One window of a finding's cell; null for what would tell a count below five."""

    window_start = serializers.DateField(help_text="First day of the window.")
    window_end = serializers.DateField(help_text="Last day of the window.")
    n_reports = serializers.IntegerField(allow_null=True)
    observed = serializers.IntegerField(
        allow_null=True, help_text="Distinct contributors (unverified)."
    )
    expected = serializers.FloatField(help_text="Contributors that the margins explain.")
    ic = serializers.FloatField(allow_null=True, help_text="Information component, in bits.")
    ic_low = serializers.FloatField(allow_null=True, help_text="Its 2.5 % bound.")
    ic_strict = serializers.FloatField(allow_null=True, help_text="Its 0.05 % bound.")


class WindowsSerializer(serializers.Serializer):
    """The windows behind a finding's chart."""

    finding = serializers.IntegerField()
    is_simulated = serializers.BooleanField(help_text="true: SIMULATED, about a fictional model.")
    results = WindowSerializer(many=True)


class FindingWindowsApi(PlumblineApi):
    """What the chart of a finding shows, as numbers."""

    @extend_schema(
        operation_id="findings_windows",
        summary="The rolling windows of a finding's cell",
        description="In the current run, oldest first: what the finding's page draws and lists.",
        responses={200: WindowsSerializer, 404: ErrorSerializer},
    )
    @stamped(conclusions_stamp)
    def get(self, request: Request, finding_id: int) -> Response:
        finding = selectors.finding_public(finding_id)
        if finding is None:
            raise UnknownError("finding_unknown", "There is no such finding.")
        body = {
            "finding": finding.pk,
            "is_simulated": finding.is_simulated,
            "results": windows_told(finding),
        }
        return Response(WindowsSerializer(body).data)
