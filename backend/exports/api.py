"""Datasets for programs."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.filters import parameters_check
from backend.common.pagination import PageQuerySerializer, page_of
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
    n_bytes = serializers.IntegerField(help_text="Of all files, in all formats.")
    content_sha256 = serializers.CharField(help_text="Over the checksums of all tables.")


class DatasetDetailSerializer(DatasetSerializer):
    """The same with its manifest."""

    note = serializers.SerializerMethodField(help_text="Why it is no longer served; else empty.")
    manifest = serializers.JSONField(help_text="Files with SHA-256, bytes and rows; schema; run.")

    def get_note(self, dataset: Any) -> str:
        return selectors.dataset_note(dataset)


class DatasetPageSerializer(serializers.Serializer):
    """One page of datasets."""

    results: Any = DatasetSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class DatasetListApi(PlumblineApi):
    """Datasets, the newest first."""

    @extend_schema(
        operation_id="datasets_list",
        parameters=[PageQuerySerializer],
        responses={200: DatasetPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        parameters_check(request.query_params)
        page = page_of(selectors.datasets_public(), request, ordering=("-built_on", "-id"))
        return Response(page.body(DatasetSerializer(page.rows, many=True).data))


class DatasetDetailApi(PlumblineApi):
    """One dataset and its manifest."""

    @extend_schema(
        operation_id="datasets_detail",
        responses={200: DatasetDetailSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, version: str) -> Response:
        return Response(DatasetDetailSerializer(selectors.dataset_public(version)).data)
