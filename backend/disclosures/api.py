"""The register of disclosures, to read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.conditional import stamped
from backend.common.errors import UnknownError
from backend.common.filters import filtered
from backend.common.pagination import PageQuerySerializer, page_of
from backend.disclosures import selectors
from backend.disclosures.filters import DisclosureFilter, DisclosureQuerySerializer
from backend.disclosures.models import Disclosure


class DisclosureSerializer(serializers.Serializer):
    """A passage in which a vendor states an intervention: what, where it says so, and since when."""

    id = serializers.IntegerField(source="pk")
    vendor = serializers.CharField(source="vendor_id")
    domains = serializers.SerializerMethodField(help_text="The subjects that it names.")
    title = serializers.CharField(help_text="Of the document.")
    source_url = serializers.URLField()
    page_first = serializers.IntegerField(allow_null=True, help_text="null: it has no pages.")
    page_last = serializers.IntegerField(allow_null=True)
    passage = serializers.CharField(help_text="Word for word.")
    summary = serializers.CharField(help_text="In our words.")
    interventions = serializers.ListField(
        child=serializers.ChoiceField(choices=Disclosure.Intervention.values)
    )
    is_user_told = serializers.BooleanField(
        allow_null=True, help_text="Whether the user is told at that moment; null: not stated."
    )
    traffic_share = serializers.FloatField(
        allow_null=True, help_text="Share of traffic, from 0 to 1; null: not stated."
    )
    organisations_share = serializers.FloatField(
        allow_null=True, help_text="Upper bound of the share of organisations; null: not stated."
    )
    published_on = serializers.DateField()
    found_on = serializers.DateField()
    reversed_on = serializers.DateField(allow_null=True, help_text="null: not that we know.")
    reversed_source_url = serializers.CharField(help_text='"" where it was not reversed.')
    is_simulated = serializers.BooleanField(
        source="vendor.is_fictional", help_text="true: SIMULATED, of a fictional vendor."
    )

    def get_domains(self, disclosure: Any) -> list[str]:
        return [domain.pk for domain in disclosure.domains.all()]


class DisclosurePageSerializer(serializers.Serializer):
    """One page of disclosures."""

    results = DisclosureSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class DisclosureListApi(PlumblineApi):
    """Disclosures, the last entered first."""

    @extend_schema(
        operation_id="disclosures_list",
        summary="What vendors have disclosed",
        description="Passages of documents in which a vendor states that it changes answers.",
        parameters=[DisclosureQuerySerializer, PageQuerySerializer],
        responses={200: DisclosurePageSerializer, 400: ErrorSerializer, 404: ErrorSerializer},
    )
    @stamped(selectors.register_stamp)
    def get(self, request: Request) -> Response:
        shown = filtered(DisclosureFilter, selectors.disclosures_public(), request.query_params)
        page = page_of(shown, request, ordering=("-id",))
        return Response(page.body(DisclosureSerializer(page.rows, many=True).data))


class DisclosureDetailApi(PlumblineApi):
    """One disclosure."""

    @extend_schema(
        operation_id="disclosures_detail",
        summary="One disclosure",
        responses={200: DisclosureSerializer, 404: ErrorSerializer},
    )
    @stamped(selectors.register_stamp)
    def get(self, request: Request, disclosure_id: int) -> Response:
        disclosure = selectors.disclosure_public(disclosure_id)
        if disclosure is None:
            raise UnknownError("disclosure_unknown", "There is no such disclosure.")
        return Response(DisclosureSerializer(disclosure).data)
