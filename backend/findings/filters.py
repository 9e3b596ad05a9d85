"""The filters of findings, cells, signals and steps: the same in the API and in query strings."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from backend.catalogue.selectors import domains_public, models_public, vendors_public
from backend.common.filters import ID_MAX, SlugParameter
from backend.findings.models import Finding
from backend.findings.selectors import LADDER, findings_public_unordered

KINDS = ("silent", "stated")
TRUTHS = ("true", "false")


def _choices(values: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(value, value) for value in values]


class PlaceFilter(django_filters.FilterSet):
    """Which model and subject something is about."""

    at = ""
    """Where, from the row, the model and the domain stand."""
    simulated = "is_simulated"

    vendor = django_filters.ModelChoiceFilter(
        queryset=lambda _: vendors_public(), method="by_vendor"
    )
    model = django_filters.ModelChoiceFilter(queryset=lambda _: models_public(), method="by_model")
    domain = django_filters.ModelChoiceFilter(
        queryset=lambda _: domains_public(), method="by_domain"
    )
    kind = django_filters.ChoiceFilter(choices=_choices(KINDS), method="by_kind")
    is_simulated = django_filters.ChoiceFilter(choices=_choices(TRUTHS), method="by_simulated")

    def _where(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.at}{name}": value})

    def by_vendor(self, queryset: QuerySet[Any], name: str, vendor: Any) -> QuerySet[Any]:
        """Of any model of the vendor."""
        return self._where(queryset, "model__vendor", vendor)

    def by_model(self, queryset: QuerySet[Any], name: str, model: Any) -> QuerySet[Any]:
        """Of this model."""
        return self._where(queryset, "model", model)

    def by_domain(self, queryset: QuerySet[Any], name: str, domain: Any) -> QuerySet[Any]:
        """Of this domain, or of a leaf of this family."""
        leaves = [domain.pk, *domain.children.values_list("pk", flat=True)]
        return self._where(queryset, "domain__in", leaves)

    def by_kind(self, queryset: QuerySet[Any], name: str, kind: str) -> QuerySet[Any]:
        """Of silent, or of stated symptoms."""
        return self._where(queryset, "symptom_kind", kind)

    def by_simulated(self, queryset: QuerySet[Any], name: str, truth: str) -> QuerySet[Any]:
        """SIMULATED ones only, or none of them."""
        return self._where(queryset, self.simulated, truth == "true")


class StateFilter(PlaceFilter):
    """Also by state on the evidence ladder."""

    state = django_filters.ChoiceFilter(choices=_choices(LADDER), field_name="state")

    class Meta:
        model = Finding
        fields: list[str] = []


class SignalFilter(StateFilter):
    """Signals: whether one is SIMULATED follows from its model."""

    simulated = "model__is_fictional"


class EventFilter(PlaceFilter):
    """Steps, by what their finding is about."""

    at = "finding__"
    finding = django_filters.ModelChoiceFilter(queryset=lambda _: findings_public_unordered())


class PlaceQuerySerializer(serializers.Serializer[Any]):
    """Query parameters that choose a model and a subject, for the API's description."""

    vendor = SlugParameter("The vendor of the model.", example="openai")
    model = SlugParameter("A model of the catalogue.", example="gpt-4-0613")
    domain = SlugParameter("A family means all its leaves.", example="distributed-training")
    kind = serializers.ChoiceField(choices=KINDS, required=False, help_text="Kind of symptoms.")
    is_simulated = serializers.ChoiceField(
        choices=TRUTHS, required=False, help_text="true: SIMULATED only; false: none of them."
    )


class StateQuerySerializer(PlaceQuerySerializer):
    """The same, and the state."""

    state = serializers.ChoiceField(
        choices=LADDER, required=False, help_text="A state of the evidence ladder."
    )


class EventQuerySerializer(PlaceQuerySerializer):
    """The same, and the finding."""

    finding = serializers.IntegerField(
        required=False, min_value=1, max_value=ID_MAX, help_text="The id of a public finding."
    )
