"""Charts, to read: with their data, and with the hashes that verify them."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.charts import selectors
from backend.charts.embedding import SIDE_ASKED_MAX, oembed, permalink
from backend.charts.kinds import KINDS
from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.errors import RuleError
from backend.common.filters import parameters_check
from backend.common.pagination import PageQuerySerializer, page_of

SUBJECT = "^[-a-zA-Z0-9_]{0,80}$"
"""A domain's slug or a finding's id; of some charts there is only one, and its subject is empty."""
SIDE = {"type": "integer", "minimum": 1, "maximum": SIDE_ASKED_MAX}
EXAMPLE = {
    "id": "k3v7q2mzx4ab",
    "digest": "56ebf864d9bf001f0c2dd9cf0c1a2b6a5a5f0d7b6f1c7f1c0e6ed0a9a1f2b3c4",
    "kind": "domain",
    "subject": "distributed-training",
    "title": "Distributed training infrastructure: reports per week",
    "alt": "Bar chart: public reports about “Distributed training infrastructure” per week, ...",
    "query": "public reports that the run counted in distributed-training, per week of the answer",
    "query_path": "/api/v1/charts/?kind=domain&subject=distributed-training",
    "definition": 1,
    "run": 12,
    "as_of": "2026-11-23",
    "method_version": "3.0",
    "input_digest": "0" * 64,
    "data_sha256": "9c1185a5c5e9fc54612808977ee8f548b2258d31d1d6d6c8a2f9a1f1c5a1b2c3",
    "is_simulated": False,
    "is_current": True,
    "created_at": "2026-11-23T03:04:05Z",
    "address": "https://plumbline.example/c/k3v7q2mzx4ab/",
    "files": {
        "light.svg": {
            "sha256": "4e07408562bedb8b60ce05c1decfe3ad16b72230967de01f640b7e4729b49fce",
            "bytes": 19788,
            "width": 720,
            "height": 290,
        }
    },
}
ROWS_EXAMPLE = [
    {"row": "week", "from": "2026-11-16", "to": "2026-11-22", "reports": 14, "what": ""},
]


class ChartFileSerializer(serializers.Serializer):
    """An image of a chart, at the chart's address and its name."""

    sha256 = serializers.CharField()
    bytes = serializers.IntegerField()
    width = serializers.IntegerField(required=False, help_text="In pixels of the file.")
    height = serializers.IntegerField(required=False)


class ChartSerializer(serializers.Serializer):
    """One version of a chart. It never changes; it may vanish when what it shows is withdrawn."""

    id = serializers.CharField(
        help_text="The first characters (at least 12) of the digest in base32, in lower case."
    )
    digest = serializers.CharField(help_text="SHA-256 of `chart.json` at the chart's address.")
    kind = serializers.ChoiceField(choices=list(KINDS))
    subject = serializers.CharField(help_text="A domain's slug, or a finding's id; may be empty.")
    title = serializers.CharField()
    alt = serializers.CharField(help_text="The picture in words.")
    query = serializers.CharField(help_text="What was asked, as the image carries it.")
    query_path = serializers.CharField(help_text="The same question to this API, as it stands now.")
    definition = serializers.IntegerField(help_text="Version of the definition of this kind.")
    run = serializers.IntegerField(
        allow_null=True, help_text="The run that first gave this data; null before the first run."
    )
    as_of = serializers.DateField()
    method_version = serializers.CharField()
    input_digest = serializers.CharField()
    data_sha256 = serializers.CharField(help_text="SHA-256 of `data.json` at the chart's address.")
    is_simulated = serializers.BooleanField(help_text="true: SIMULATED, or in part.")
    is_current = serializers.BooleanField(help_text="false: there is a newer version, or none now.")
    created_at = serializers.DateTimeField()
    address = serializers.SerializerMethodField(help_text="Its page, for ever.")
    files = serializers.DictField(child=ChartFileSerializer(), help_text="By name.")

    def get_address(self, chart: Any) -> str:
        return permalink(chart)


class ChartDetailSerializer(ChartSerializer):
    """A chart with what it shows."""

    data: Any = serializers.ListField(
        child=serializers.DictField(), help_text="Its rows; the columns depend on the kind."
    )
    spec = serializers.DictField(
        help_text="Vega-Lite, light and wide, as the digest has it: without id and run."
    )


class ChartPageSerializer(serializers.Serializer):
    """One page of charts."""

    results = ChartSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ChartListApi(PlumblineApi):
    """The current charts, the newest first."""

    @extend_schema(
        operation_id="charts_list",
        parameters=[
            PageQuerySerializer,
            OpenApiParameter("kind", str, enum=list(KINDS)),
            OpenApiParameter(
                "subject",
                {"type": "string", "pattern": SUBJECT},
                description="A domain's slug, or a finding's id; empty for charts of everything.",
            ),
        ],
        responses={200: ChartPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
        examples=[
            OpenApiExample(
                "One page",
                value={"results": [EXAMPLE], "next": None, "previous": None},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> Response:
        parameters_check(request.query_params, also={"kind", "subject"}, may_be_empty={"subject"})
        charts = selectors.charts_public().filter(is_current=True).defer("spec", "data")
        kind, subject = (request.query_params.get(name) for name in ("kind", "subject"))
        if kind is not None:
            if kind not in KINDS:
                known = f"One of {', '.join(KINDS)}."
                raise RuleError("kind_unknown", "There is no such kind.", {"kind": [known]})
            charts = charts.filter(kind=kind)
        if subject is not None:
            if not re.fullmatch(SUBJECT.strip("^$"), subject):
                raise RuleError(
                    "subject_invalid",
                    "The subject is not valid.",
                    {"subject": ["A slug or an id."]},
                )
            charts = charts.filter(subject=subject)
        page = page_of(charts, request, ordering=("-created_at", "id"))
        return Response(page.body(ChartSerializer(page.rows, many=True).data))


class ChartDetailApi(PlumblineApi):
    """One version of a chart."""

    @extend_schema(
        operation_id="charts_detail",
        responses={200: ChartDetailSerializer, 404: ErrorSerializer, 410: ErrorSerializer},
        examples=[
            OpenApiExample(
                "A chart",
                value=EXAMPLE | {"data": ROWS_EXAMPLE, "spec": {"layer": []}},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request, chart_id: str) -> Response:
        """A chart of whatever age; 410 once a report in it was withdrawn."""
        return Response(ChartDetailSerializer(selectors.chart_public(chart_id)).data)


class OEmbedSerializer(serializers.Serializer):
    """How to put a chart into a page (oembed.com)."""

    version = serializers.CharField()
    type = serializers.CharField()
    title = serializers.CharField()
    provider_name = serializers.CharField()
    provider_url = serializers.URLField()
    cache_age = serializers.IntegerField(help_text="Seconds.")
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    html = serializers.CharField(help_text="A frame of this size.")
    thumbnail_url = serializers.URLField(required=False)
    thumbnail_width = serializers.IntegerField(required=False)
    thumbnail_height = serializers.IntegerField(required=False)


class OEmbedApi(PlumblineApi):
    """oEmbed 1.0, in JSON."""

    @extend_schema(
        operation_id="oembed",
        parameters=[
            OpenApiParameter(
                "url", {"type": "string", "minLength": 1}, required=True,
                description="A chart's address.",
            ),
            OpenApiParameter("maxwidth", SIDE, description="In pixels."),
            OpenApiParameter("maxheight", SIDE, description="In pixels."),
            OpenApiParameter(
                "format", str, enum=["json"], description="xml, which oEmbed knows too, gives 501."
            ),
        ],
        responses={200: OEmbedSerializer, 400: ErrorSerializer, 404: ErrorSerializer,
                   410: ErrorSerializer, 501: ErrorSerializer},
        examples=[
            OpenApiExample(
                "A frame",
                value={
                    "version": "1.0", "type": "rich", "title": EXAMPLE["title"],
                    "provider_name": "Plumbline", "provider_url": "https://plumbline.example/",
                    "cache_age": 300, "width": 720, "height": 374,
                    "html": '<iframe src="https://plumbline.example/c/k3v7q2mzx4ab/embed/" ...>',
                },
                response_only=True,
                status_codes=["200"],
            )
        ],
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        return Response(oembed(request._request))
