"""Clusters, to read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.errors import UnknownError
from backend.common.filters import parameters_check
from backend.common.pagination import PageQuerySerializer, page_of
from backend.findings import clusters as clusters_
from backend.findings import selectors
from backend.findings.api import RunSerializer
from backend.findings.selectors import contributors_shown


class ClusterSerializer(serializers.Serializer):
    """Reports of one domain that are alike. They are alike; that says nothing about the answers."""

    id = serializers.IntegerField(source="track_id", help_text="Stays from run to run.")
    domain = serializers.CharField(source="domain_id")
    theme = serializers.IntegerField(
        source="parent.track_id", default=None, allow_null=True,
        help_text="The theme that a variant belongs to; null for a theme.",
    )  # fmt: skip
    name = serializers.CharField(source="track.name", help_text='Given by a moderator; "" if none.')
    terms = serializers.ListField(
        child=serializers.CharField(), help_text="Words that at least five contributors used."
    )
    separating_terms = serializers.ListField(
        child=serializers.CharField(), help_text="Those that set it apart from `nearest`."
    )
    nearest = serializers.SerializerMethodField(
        help_text="The sibling most like it; null if it is not public."
    )
    n_reports = serializers.IntegerField()
    n_contributors = serializers.IntegerField(help_text="Distinct contributors (unverified).")
    has_simulated = serializers.BooleanField(help_text="true: its reports are SIMULATED.")
    first_week = serializers.DateField()
    last_week = serializers.DateField()
    stability = serializers.FloatField(
        allow_null=True, help_text="Share of it that random halves of the reports find again."
    )
    silhouette = serializers.FloatField(
        allow_null=True, help_text="How well it is set apart from its siblings, from -1 to 1."
    )
    x = serializers.FloatField(
        allow_null=True, help_text="On the map of themes, -1 to 1; for the eye alone."
    )
    y = serializers.FloatField(allow_null=True, help_text="-1 to 1; for the eye alone.")

    def get_nearest(self, cluster: Any) -> int | None:
        nearest = cluster.nearest
        return nearest.track_id if nearest is not None and nearest.is_public else None


class ClusterModelSerializer(serializers.Serializer):
    """A model that stands out in a cluster, by the contributors who did not nominate it."""

    model = serializers.CharField()
    symptom_kind = serializers.ChoiceField(["silent", "stated"])
    observed = serializers.SerializerMethodField(
        help_text="Distinct contributors (unverified); null below 5."
    )
    expected = serializers.FloatField(help_text="Contributors that the margins explain.")

    def get_observed(self, signal: dict[str, Any]) -> int | None:
        return contributors_shown(signal["observed"])


class ClusterEventSerializer(serializers.Serializer):
    """One step in a cluster's life."""

    happened_at = serializers.DateTimeField()
    kind = serializers.CharField()
    other = serializers.IntegerField(
        source="other_shown", allow_null=True, help_text="null if it is not shown now."
    )
    reason = serializers.CharField(help_text="Of a moderator's step; else empty.")


class ClusterDetailSerializer(ClusterSerializer):
    """A cluster with its log and the run that found it. All its reports are at `reports/` below it."""

    run = RunSerializer()
    models = serializers.SerializerMethodField(
        help_text="Those that stand out in it, once for each kind of symptoms."
    )
    variants = serializers.SerializerMethodField(help_text="Those of a theme that are public.")
    medoids = serializers.SerializerMethodField(help_text="Public reports that stand for it.")
    events = serializers.SerializerMethodField()

    @extend_schema_field(ClusterEventSerializer(many=True))
    def get_events(self, cluster: Any) -> Any:
        events = clusters_.cluster_events_public(cluster.track_id)
        return ClusterEventSerializer(events, many=True).data

    @extend_schema_field(ClusterModelSerializer(many=True))
    def get_models(self, cluster: Any) -> Any:
        return ClusterModelSerializer(clusters_.cluster_models_public(cluster), many=True).data

    def get_variants(self, cluster: Any) -> list[int]:
        variants = clusters_.variants_public(cluster)
        return sorted(one.track_id for one in variants if one.track_id is not None)

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_medoids(self, cluster: Any) -> list[str]:
        return clusters_.cluster_medoids_public([cluster])[cluster.pk]


class ClusterPageSerializer(serializers.Serializer):
    """One page of clusters."""

    results = ClusterSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class ClusterListApi(PlumblineApi):
    """Themes of the current run with at least ten contributors and twenty reports."""

    @extend_schema(
        operation_id="clusters_list",
        summary="Themes of the current run",
        parameters=[PageQuerySerializer],
        responses={200: ClusterPageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request) -> Response:
        parameters_check(request.query_params)
        themes = selectors.clusters_public().exclude(track=None).select_related("nearest")
        page = page_of(themes, request, ordering=("track_id",))
        return Response(page.body(ClusterSerializer(page.rows, many=True).data))


class ClusterDetailApi(PlumblineApi):
    """One theme or variant, under its lasting id; one that has ended gives its heir."""

    @extend_schema(
        operation_id="clusters_detail",
        summary="One theme or variant",
        responses={200: ClusterDetailSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, track_id: int) -> Response:
        cluster = clusters_.cluster_heir_public(track_id)
        if cluster is None:
            raise UnknownError("cluster_unknown", "There is no such cluster.")
        return Response(ClusterDetailSerializer(cluster).data)
