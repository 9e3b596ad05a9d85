"""The filters of reports: the same in the API and in the explorer's query strings."""

from __future__ import annotations

import re
from typing import Any

import django_filters
from django.contrib.postgres.search import SearchQuery
from django.db.models import QuerySet
from django.forms import DateField, Field
from rest_framework import serializers

from backend.catalogue.selectors import (
    domains_public,
    models_public,
    sites_public,
    symptoms_public,
    vendors_public,
)
from backend.common.errors import RuleError
from backend.reports.models import Report

QUERY_CHARS_MAX = 200
NEGATIONS = re.compile(r"(?:-\s*){2,}")


class DayField(DateField):
    """A day as YYYY-MM-DD and in no other form."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)


class DayFilter(django_filters.Filter):
    """A bound on a day."""

    field_class: type[Field] = DayField


class ReportFilter(django_filters.FilterSet):
    """Which public reports to show. A value that the catalogue does not know is an error, not "none"."""

    site = django_filters.ModelChoiceFilter(field_name="site", queryset=lambda _: sites_public())
    model = django_filters.ModelChoiceFilter(field_name="model", queryset=lambda _: models_public())
    vendor = django_filters.ModelChoiceFilter(
        field_name="model__vendor", queryset=lambda _: vendors_public()
    )
    domain = django_filters.ModelChoiceFilter(
        field_name="domain_stated", queryset=lambda _: domains_public(),
        label="Domain", help_text="As stated by the sender; a family means all its leaves.",
        method="by_domain",
    )  # fmt: skip
    symptom = django_filters.ModelChoiceFilter(
        field_name="symptoms", queryset=lambda _: symptoms_public()
    )
    kind = django_filters.ChoiceFilter(
        choices=[("silent", "silent"), ("stated", "stated")], empty_label="any", method="by_kind"
    )
    observed_from = DayFilter(field_name="observed_on", lookup_expr="gte")
    observed_to = DayFilter(field_name="observed_on", lookup_expr="lte")
    q = django_filters.CharFilter(method="by_words", max_length=QUERY_CHARS_MAX)

    class Meta:
        model = Report
        fields: list[str] = []

    def by_domain(self, queryset: QuerySet[Report], name: str, domain: Any) -> QuerySet[Report]:
        """Reports whose sender stated this domain, or a leaf of this family."""
        leaves = [domain.pk, *domain.children.values_list("pk", flat=True)]
        return queryset.filter(domain_stated__in=leaves)

    def by_kind(self, queryset: QuerySet[Report], name: str, kind: str) -> QuerySet[Report]:
        """Reports of silent symptoms only, or of those that say openly what they do."""
        return queryset.filter(is_silent=kind == "silent")

    def by_words(self, queryset: QuerySet[Report], name: str, words: str) -> QuerySet[Report]:
        """Reports with these words, in the notation of web search: "quoted", or, -not."""
        # More than 32 signs of negation in a row overflow PostgreSQL's parser; one says the same.
        words = NEGATIONS.sub("-", words)
        query = SearchQuery(words, search_type="websearch", config="english")
        return queryset.filter(search=query)


PARAMETERS = frozenset(ReportFilter.base_filters)


def reports_filtered(queryset: QuerySet[Report], parameters: Any, *, also: frozenset[str]) -> Any:
    """The reports that the query parameters ask for.

    Raises RuleError `filter_invalid` for an unknown parameter (unless named in `also`), an unknown
    value, or a parameter given twice: a filter that is silently dropped shows the wrong reports.
    """
    fields: dict[str, list[str]] = {}
    for name in parameters:
        if name not in PARAMETERS | also:
            fields["query"] = [f"The parameters are: {', '.join(sorted(PARAMETERS | also))}."]
        elif len(parameters.getlist(name)) > 1:
            fields[name] = ["This is given twice."]
    filters = ReportFilter(parameters, queryset=queryset)
    if not filters.is_valid():
        fields |= {name: [str(text) for text in texts] for name, texts in filters.errors.items()}
    if fields:
        raise RuleError("filter_invalid", "A filter is not valid.", fields)
    return filters.qs


class ReportQuerySerializer(serializers.Serializer[Any]):
    """The query parameters of a list of reports, for the API's description."""

    site = serializers.SlugField(required=False, help_text="A site of the catalogue.")
    model = serializers.SlugField(required=False, help_text="A model of the catalogue.")
    vendor = serializers.SlugField(required=False, help_text="The vendor of the model.")
    domain = serializers.SlugField(
        required=False, help_text="As stated by the sender; a family means all its leaves."
    )
    symptom = serializers.CharField(required=False, help_text="A symptom of the catalogue.")
    kind = serializers.ChoiceField(choices=["silent", "stated"], required=False)
    observed_from = serializers.DateField(required=False, help_text="YYYY-MM-DD, inclusive.")
    observed_to = serializers.DateField(required=False, help_text="YYYY-MM-DD, inclusive.")
    q = serializers.CharField(
        required=False,
        max_length=QUERY_CHARS_MAX,
        help_text='Words in the prompt or the response: "a phrase", or, -not.',
    )
