"""Incidents, to read: models that ratings found worse in nearly all subjects at once."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import PlumblineApi
from backend.common.conditional import stamped
from backend.findings.grid import incidents_public
from backend.findings.selectors import run_current
from backend.findings.told import conclusions_stamp


class IncidentSerializer(serializers.Serializer):
    """A model that ratings found worse than its own past in nearly all subjects at once."""

    model = serializers.CharField()
    since = serializers.DateField(help_text="Monday of the week in which the evidence begins.")
    is_simulated = serializers.BooleanField(help_text="true: SIMULATED, about a fictional model.")


class IncidentListSerializer(serializers.Serializer):
    """The incidents of the current run."""

    run = serializers.IntegerField(allow_null=True, help_text="null before the first run.")
    results = IncidentSerializer(many=True)


class IncidentListApi(PlumblineApi):
    """What the overview marks as an incident, the newest first."""

    @extend_schema(
        operation_id="incidents_list",
        summary="Models that are worse in nearly all subjects at once",
        description=(
            "Such a change is no finding about a subject. One about a real model is told only while "
            "a public finding of that model stands out."
        ),
        responses={200: IncidentListSerializer},
    )
    @stamped(conclusions_stamp)
    def get(self, request: Request) -> Response:
        run = run_current()
        body = {"run": run.pk if run else None, "results": incidents_public(run)}
        return Response(IncidentListSerializer(body).data)
