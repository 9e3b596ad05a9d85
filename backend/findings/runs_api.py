"""Runs, to read: what was computed, when, and with which thresholds."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.conditional import stamped
from backend.common.errors import UnknownError
from backend.common.filters import parameters_check
from backend.common.pagination import PageQuerySerializer, page_of
from backend.findings import selectors
from backend.findings.api import RunSerializer
from backend.findings.told import conclusions_stamp


class RunListedSerializer(RunSerializer):
    """A finished run. Its findings name it; so do datasets."""

    queued_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    is_current = serializers.BooleanField(help_text="true: what is shown now was computed by it.")
    has_simulated = serializers.BooleanField(
        help_text="true: it saw SIMULATED reports, judged apart from all others."
    )


class RunDetailSerializer(RunListedSerializer):
    """A run with every threshold that it used."""

    config = serializers.DictField(help_text="Every threshold by name, as `/method/` lists them.")


class RunPageSerializer(serializers.Serializer):
    """One page of runs."""

    results = RunListedSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class RunListApi(PlumblineApi):
    """Finished runs, the newest first."""

    @extend_schema(
        operation_id="runs_list",
        summary="Finished runs, the newest first",
        parameters=[PageQuerySerializer],
        responses={200: RunPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    @stamped(conclusions_stamp)
    def get(self, request: Request) -> Response:
        parameters_check(request.query_params)
        page = page_of(selectors.runs_public(), request, ordering=("-id",))
        return Response(page.body(RunListedSerializer(page.rows, many=True).data))


class RunDetailApi(PlumblineApi):
    """One finished run."""

    @extend_schema(
        operation_id="runs_detail",
        summary="One run with its thresholds",
        responses={200: RunDetailSerializer, 404: ErrorSerializer},
    )
    @stamped(conclusions_stamp)
    def get(self, request: Request, run_id: int) -> Response:
        run = selectors.runs_public().filter(pk=run_id).first()
        if run is None:
            raise UnknownError("run_unknown", "There is no such finished run.")
        return Response(RunDetailSerializer(run).data)
