"""Subject areas in numbers, as their pages have them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.catalogue import selectors as catalogue
from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.errors import UnknownError
from backend.disclosures.selectors import disclosures_about_public
from backend.explorer.places_api import WeekNumbersSerializer
from backend.findings import selectors as findings_
from backend.reports.counts import domain_counts_public
from backend.reports.selectors import counts_public


class DomainCountsSerializer(serializers.Serializer):
    """A subject area, and what the current run counted in it."""

    domain = serializers.CharField()
    n_reports = serializers.IntegerField(help_text="Public reports.")
    findings = serializers.ListField(
        child=serializers.IntegerField(), help_text="Public findings that are no part of another."
    )


class DomainListSerializer(serializers.Serializer):
    """All subject areas. Their names and families are in the catalogue."""

    results = DomainCountsSerializer(many=True)
    n_unknown = serializers.IntegerField(help_text="Public reports whose subject is not known.")


class ModelNumberSerializer(serializers.Serializer):
    """Public reports about one model."""

    model = serializers.CharField(
        source="slug", help_text='"" where the label is of no known model.'
    )
    n = serializers.IntegerField()
    is_simulated = serializers.BooleanField(
        source="is_fictional", help_text="true: SIMULATED, a fictional model."
    )


class DomainDetailSerializer(DomainCountsSerializer):
    """The same by model and by week. Its cells are at `/api/v1/cells/`."""

    models = ModelNumberSerializer(many=True)
    weeks = WeekNumbersSerializer(many=True)
    clusters = serializers.ListField(child=serializers.IntegerField(), help_text="Public themes.")
    disclosures = serializers.ListField(
        child=serializers.IntegerField(), help_text="Those that name it."
    )


class DomainListApi(PlumblineApi):
    """What is counted in each subject area."""

    @extend_schema(
        operation_id="domains_list",
        summary="Reports and findings of every subject area",
        responses={200: DomainListSerializer},
    )
    def get(self, request: Request) -> Response:
        """In the order of the catalogue."""
        counts, found = counts_public("counted"), _findings()
        rows = [
            {
                "domain": leaf.pk,
                "n_reports": counts.get(leaf.pk, 0),
                "findings": found.get(leaf.pk, []),
            }
            for leaf in catalogue.leaves_public()
        ]
        body = {"results": rows, "n_unknown": counts.get("unknown", 0)}
        return Response(DomainListSerializer(body).data)


class DomainDetailApi(PlumblineApi):
    """What is counted in one subject area."""

    @extend_schema(
        operation_id="domains_detail",
        summary="Reports of a subject area by model and week",
        responses={200: DomainDetailSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, domain: str) -> Response:
        """As its page counts them."""
        if not catalogue.leaves_public().filter(pk=domain).exists():
            raise UnknownError("domain_unknown", "There is no such domain.")
        counts = domain_counts_public(domain)
        themes = findings_.clusters_public(domain=domain).exclude(track=None)
        body: dict[str, Any] = {
            "domain": domain,
            "n_reports": sum(row.n for row in counts.models),
            "findings": _findings(domain_id=domain).get(domain, []),
            "models": counts.models,
            "weeks": counts.weeks,
            "clusters": sorted(themes.values_list("track_id", flat=True)),
            "disclosures": sorted(d.pk for d in disclosures_about_public(domain=domain)),
        }
        return Response(DomainDetailSerializer(body).data)


def _findings(**given: str) -> dict[str, list[int]]:
    """By subject area the public findings that are no part of another."""
    found: dict[str, list[int]] = {}
    rows = findings_.findings_public().filter(merged_into=None, **given).order_by("id")
    for finding_id, domain in rows.values_list("pk", "domain_id"):
        found.setdefault(domain, []).append(finding_id)
    return found
