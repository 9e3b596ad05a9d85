"""The status for programs: 200 with states, whatever they are."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import PlumblineApi
from backend.explorer.status import status_public


class ProcessSerializer(serializers.Serializer):
    """Something that has to run."""

    name = serializers.ChoiceField(["worker", "beat"])
    state = serializers.ChoiceField(["alive", "busy", "silent", "unknown"])
    last_at = serializers.DateTimeField(allow_null=True, help_text="Its last sign of life.")
    minutes = serializers.IntegerField(allow_null=True, help_text="Since then.")


class QueueSerializer(serializers.Serializer):
    """What waits for the worker; how much of it is not told."""

    name = serializers.ChoiceField(["release", "embeddings", "charts"])
    state = serializers.ChoiceField(["ok", "late", "by_hand", "unknown"])
    worked_off_at = serializers.DateTimeField(
        allow_null=True, help_text="When nothing waited any more: nothing in it is older."
    )


class SigningSerializer(serializers.Serializer):
    """The keys that sign contributors' credentials: without them nobody comes to count."""

    state = serializers.ChoiceField(["ok", "late", "unknown"])
    in_order_at = serializers.DateTimeField(
        allow_null=True, help_text="When all keys of the day were last there and could be read."
    )


class RunsSerializer(serializers.Serializer):
    """The runs of the analysis."""

    state = serializers.ChoiceField(["ok", "running", "waiting", "failed", "late", "none"])
    last_finished_at = serializers.DateTimeField(source="pulse.finished_at", allow_null=True)
    last_failed_at = serializers.DateTimeField(source="pulse.failed_at", allow_null=True)
    running_since = serializers.DateTimeField(source="pulse.started_at", allow_null=True)
    n_queued = serializers.IntegerField(source="pulse.n_queued")
    queued_since = serializers.DateTimeField(source="pulse.queued_at", allow_null=True)
    as_of = serializers.DateField(
        source="pulse.as_of", allow_null=True, help_text="Last day that the current run knows."
    )


class DatasetsSerializer(serializers.Serializer):
    """The newest dataset."""

    state = serializers.ChoiceField(["ok", "failed", "late", "none"])
    version = serializers.CharField(source="pulse.version", help_text='"" before the first.')
    built_on = serializers.DateField(source="pulse.built_on", allow_null=True)
    last_started_at = serializers.DateTimeField(
        source="pulse.last_started_at", allow_null=True, help_text="The last attempt to build one."
    )
    last_outcome = serializers.ChoiceField(
        ["", "running", "built", "unchanged", "failed"], source="pulse.last_outcome"
    )
    last_success_at = serializers.DateTimeField(source="pulse.last_success_at", allow_null=True)


class IncomingSerializer(serializers.Serializer):
    """The newest public report of a person."""

    state = serializers.ChoiceField(["recent", "quiet", "none"])
    newest_on = serializers.DateField(allow_null=True)
    days = serializers.IntegerField(allow_null=True, help_text="Since then.")


class StatusSerializer(serializers.Serializer):
    """Is it quiet, or is it broken?"""

    checked_at = serializers.DateTimeField()
    state = serializers.ChoiceField(
        ["ok", "trouble"], help_text="Of the machine. That nothing comes in is no trouble."
    )
    processes = ProcessSerializer(many=True)
    queues = QueueSerializer(many=True)
    signing = SigningSerializer()
    runs = RunsSerializer()
    datasets = DatasetsSerializer()
    incoming = IncomingSerializer()


class StatusApi(PlumblineApi):
    """How the machine is doing now."""

    @extend_schema(operation_id="status", responses={200: StatusSerializer})
    def get(self, request: Request) -> Response:
        """The state of every part: told, not judged, so the answer is always 200."""
        return Response(StatusSerializer(status_public()).data)
