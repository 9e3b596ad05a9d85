"""Datasets for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.exports import selectors


class DatasetSerializer(serializers.Serializer):
    """A frozen, checksummed export."""

    version = serializers.CharField()
    built_on = serializers.DateField()
    n_reports = serializers.IntegerField()
    has_simulated = serializers.BooleanField(help_text="true: holds SIMULATED rows too.")
    is_served = serializers.BooleanField(
        help_text="false: a report in it was withdrawn; the manifest stays, the files are gone."
    )
    manifest = serializers.JSONField(help_text="Files with SHA-256, bytes and rows; schema; run.")


class DatasetListSerializer(serializers.Serializer):
    """All datasets, newest first."""

    results: Any = DatasetSerializer(many=True)


class DatasetListApi(PlumblineApi):
    """Every dataset."""

    @extend_schema(operation_id="datasets_list", responses={200: DatasetListSerializer})
    def get(self, request: Request) -> Response:
        rows = DatasetSerializer(selectors.datasets_public(), many=True).data
        return Response({"results": rows})


class DatasetDetailApi(PlumblineApi):
    """One dataset and its manifest."""

    @extend_schema(
        operation_id="datasets_detail", responses={200: DatasetSerializer, 404: ErrorSerializer}
    )
    def get(self, request: Request, version: str) -> Response:
        return Response(DatasetSerializer(selectors.dataset_public(version)).data)
