"""The filters of the register: by vendor and by subject."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers

from backend.catalogue.selectors import domains_public, vendors_public
from backend.common.filters import SlugParameter


class DisclosureFilter(django_filters.FilterSet):
    """Who states it, and about what."""

    vendor = django_filters.ModelChoiceFilter(queryset=lambda _: vendors_public())
    domain = django_filters.ModelChoiceFilter(
        queryset=lambda _: domains_public(), method="by_domain"
    )

    def by_domain(self, queryset: QuerySet[Any], name: str, domain: Any) -> QuerySet[Any]:
        """Those that name this domain, or a leaf of this family."""
        leaves = [domain.pk, *domain.children.values_list("pk", flat=True)]
        return queryset.filter(domains__in=leaves).distinct()


class DisclosureQuerySerializer(serializers.Serializer[Any]):
    """Query parameters that choose disclosures, for the API's description."""

    vendor = SlugParameter("Who states it.", example="openai")
    domain = SlugParameter(
        "A subject that it names. A family means all its leaves.", example="distributed-training"
    )
