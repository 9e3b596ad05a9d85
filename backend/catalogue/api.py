"""The catalogue, to read."""

from __future__ import annotations

from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.catalogue import selectors
from backend.common.api import PlumblineApi


class VendorSerializer(serializers.Serializer):
    """Who makes a model."""

    slug = serializers.CharField()
    name = serializers.CharField()
    fictional = serializers.BooleanField(source="is_fictional")


class SiteSerializer(serializers.Serializer):
    """A chat service."""

    slug = serializers.CharField()
    name = serializers.CharField()
    vendor = serializers.CharField(source="vendor_id", allow_null=True)
    match = serializers.ListField(child=serializers.CharField())
    fictional = serializers.BooleanField(source="is_fictional")


class ModelSerializer(serializers.Serializer):
    """A model, with the labels that are mapped to it."""

    slug = serializers.CharField()
    name = serializers.CharField()
    vendor = serializers.CharField(source="vendor_id")
    family = serializers.CharField()
    released_on = serializers.DateField(allow_null=True)
    labels = serializers.SerializerMethodField(help_text="Lower case, single spaces.")
    fictional = serializers.BooleanField(source="is_fictional")

    def get_labels(self, model: Any) -> list[str]:
        return sorted(alias.label for alias in model.aliases.all())


class DomainSerializer(serializers.Serializer):
    """A subject area. Families group leaves; only leaves are counted."""

    slug = serializers.CharField()
    name = serializers.CharField()
    definition = serializers.CharField()
    parent = serializers.CharField(  # type: ignore[assignment]
        source="parent_id", allow_null=True
    )
    kind = serializers.CharField()


class SymptomSerializer(serializers.Serializer):
    """What can be wrong with an answer."""

    slug = serializers.CharField()
    name = serializers.CharField()
    help = serializers.CharField()
    kind = serializers.ChoiceField(choices=["silent", "stated"])
    severity = serializers.IntegerField(min_value=1, max_value=3)


class CatalogueSerializer(serializers.Serializer):
    """Everything that a report can be about."""

    vendors = VendorSerializer(many=True)
    sites = SiteSerializer(many=True)
    models = ModelSerializer(many=True)
    domains = DomainSerializer(many=True)
    symptoms = SymptomSerializer(many=True)


@method_decorator(conditional_page, name="dispatch")
class CatalogueApi(PlumblineApi):
    """The whole catalogue in one answer."""

    cache_control = {"public": True, "max_age": 300}

    @extend_schema(
        operation_id="catalogue",
        summary="Vendors, sites, models, domains and symptoms",
        responses={200: CatalogueSerializer},
    )
    def get(self, request: Request) -> Response:
        """Everything that a report can be about; `fictional` marks what only the demo uses."""
        catalogue = {
            "vendors": selectors.vendors_public(),
            "sites": selectors.sites_public(),
            "models": selectors.models_public().prefetch_related("aliases"),
            "domains": selectors.domains_public(),
            "symptoms": selectors.symptoms_public(),
        }
        return Response(CatalogueSerializer(catalogue).data)
