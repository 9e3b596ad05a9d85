"""The numbers of a model, a vendor or a site, as its page has them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.catalogue import selectors as catalogue
from backend.common.api import ErrorSerializer, PlumblineApi
from backend.common.errors import UnknownError
from backend.explorer.counted import counted, family_of
from backend.explorer.overview_api import MomentSerializer
from backend.explorer.timeline import Moment, timeline_of_vendor
from backend.findings.selectors import findings_public

FINDERS = {
    "model": catalogue.model_by_slug,
    "vendor": catalogue.vendor_by_slug,
    "site": catalogue.site_by_slug,
}


class WeekNumbersSerializer(serializers.Serializer):
    """Public reports of one week, without imported collections."""

    week = serializers.DateField(help_text="Its Monday.")
    n_silent = serializers.IntegerField()
    n_stated = serializers.IntegerField()


class SymptomNumberSerializer(serializers.Serializer):
    """Public reports with one symptom."""

    symptom = serializers.CharField()
    kind = serializers.CharField()
    n = serializers.IntegerField()


class SourceSerializer(serializers.Serializer):
    """Public reports from one site, or with one version of the extension."""

    value = serializers.CharField()
    n = serializers.IntegerField()
    contributors_min = serializers.IntegerField(
        allow_null=True,
        help_text="At least so many contributors (unverified), a step; null: not told.",
    )


class LabelSerializer(serializers.Serializer):
    """Public reports with one label of a known model; "" for all labels of none."""

    model = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    site = serializers.CharField()
    n = serializers.IntegerField()


class PlaceSerializer(serializers.Serializer):
    """What is counted at one place. Its cells are at `/api/v1/cells/`."""

    place = serializers.ChoiceField(["model", "vendor", "site"])
    slug = serializers.CharField()
    name = serializers.CharField()
    is_simulated = serializers.BooleanField(help_text="true: fictional, so all of it is SIMULATED.")
    n_reports = serializers.IntegerField()
    contributors_min = serializers.IntegerField(
        allow_null=True,
        help_text="At least so many contributors (unverified) in the current run, a step from 5 up; "
        "null: not told.",
    )
    findings = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Public findings that are no part of another; none for a site.",
    )
    weeks = WeekNumbersSerializer(many=True)
    symptoms = SymptomNumberSerializer(many=True)
    sites = SourceSerializer(many=True)
    versions = SourceSerializer(many=True)
    labels = LabelSerializer(many=True)
    moments = MomentSerializer(
        many=True,
        help_text="Releases of a vendor's models or of a model's family, what its findings say, and "
        "its vendor's disclosures, the newest first; none for a site.",
    )
    disclosures = serializers.ListField(
        child=serializers.IntegerField(), help_text="Of the vendor; none for a site."
    )


class PlaceApi(PlumblineApi):
    """The numbers of a model, a vendor or a site."""

    @extend_schema(
        operation_id="places_detail",
        summary="Reports of a model, a vendor or a site in numbers",
        responses={200: PlaceSerializer, 404: ErrorSerializer},
    )
    def get(self, request: Request, place: str, slug: str) -> Response:
        """Reports by week, symptom, source and label, as the page of that place counts them."""
        found: Any = FINDERS[place](slug)
        if found is None:
            raise UnknownError("place_unknown", f"There is no such {place}.")
        return Response(PlaceSerializer(_numbers(place, slug, found)).data)


def _numbers(place: str, slug: str, found: Any) -> dict[str, Any]:
    numbers = counted(place, slug, is_simulated=found.is_fictional)
    field = {"model": "model", "vendor": "model__vendor"}.get(place)
    findings: list[Any] = []
    moments: list[Moment] = []
    disclosures: list[Any] = []
    if field:
        findings = list(findings_public().filter(merged_into=None, **{field: slug}))
        of_vendor = place == "vendor"
        moments, disclosures = timeline_of_vendor(
            vendor=slug if of_vendor else found.vendor_id,
            models=catalogue.models_public().filter(vendor=slug) if of_vendor else family_of(found),
            findings=findings,
        )
    return {
        "place": place,
        "slug": slug,
        "name": found.name,
        "is_simulated": found.is_fictional,
        "n_reports": numbers["n_reports"],
        "contributors_min": numbers["contributors_min"] or None,
        "findings": sorted(finding.pk for finding in findings),
        "weeks": [*numbers["weeks_before"], *numbers["weeks"]],
        "symptoms": [
            {"symptom": symptom, "kind": kind, "n": n}
            for kind, rows in numbers["symptoms"]
            for symptom, _, n in rows
        ],
        **{
            column: [
                {"value": s.value, "n": s.n, "contributors_min": s.contributors_min or None}
                for s in numbers[column]
            ]
            for column in ("sites", "versions")
        },
        "labels": [
            {"model": model, "label": label, "site": site, "n": n}
            for model, label, site, n in numbers["labels"]
        ],
        "moments": moments,
        "disclosures": sorted(disclosure.pk for disclosure in disclosures),
    }
