"""Filters of lists: a value that nobody knows is an error, never silently "everything".

400 for what the API's document does not allow, 404 for what it allows and is not here: which slugs and
ids there are changes while the program runs, so that no document can list them.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any

from django.db.models import SlugField
from django.forms import ModelChoiceField
from django_filters import FilterSet
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from backend.common.errors import Fields, RuleError, UnknownValueError

PAGING = frozenset({"cursor", "page_size"})
SLUG_CHARS_MAX = 60
SLUG = re.compile(rf"[-a-zA-Z0-9_]{{1,{SLUG_CHARS_MAX}}}", re.ASCII)
ID_MAX = 2**53 - 1
"""The largest whole number that every client reads exactly (ADR 31)."""
GIVEN_TWICE = "This is given twice."
EMPTY = "This is empty. Leave it out, or name a value."
UNKNOWN_PARAMETER = "query"
"""Among the fields of an error, what stands for a parameter that nobody knows."""


class SlugParameter(serializers.SlugField):
    """A slug of the catalogue, for the API's description: what SLUG lets through."""

    def __init__(self, help_text: str, *, example: str) -> None:
        super().__init__(required=False, max_length=SLUG_CHARS_MAX, help_text=help_text)
        shape = {"type": "string", "pattern": f"^{SLUG.pattern}$", "examples": [example]}
        set_override(self, "field", shape)


def filtered(
    filters: type[FilterSet], queryset: Any, parameters: Any, *, also: Set[str] = PAGING
) -> Any:
    """The rows of the set that the query parameters ask for.

    Raises RuleError `filter_invalid` for an unknown parameter (unless named in `also`), a value that is
    none, or a parameter given twice or empty: a filter that is silently dropped shows the wrong rows.
    UnknownValueError `filter_unknown` where nothing is wrong but that a value is not here.
    """
    invalid = parameter_problems(parameters, set(filters.base_filters) | also)
    unknown: dict[str, list[str]] = {}
    chosen = filters(parameters, queryset=queryset)
    if not chosen.is_valid():
        for name, texts in chosen.errors.items():
            kind = unknown if _may_be(chosen.form.fields[name], parameters.get(name)) else invalid
            kind.setdefault(name, [str(text) for text in texts])
    filters_refuse(invalid, unknown)
    return chosen.qs


def filters_refuse(invalid: Fields, unknown: Fields) -> None:
    """Raise RuleError `filter_invalid`, or UnknownValueError `filter_unknown` where nothing is invalid."""
    if invalid:
        raise RuleError("filter_invalid", "A filter is not valid.", {**unknown, **invalid})
    if unknown:
        raise UnknownValueError("filter_unknown", "A filter names what is not here.", unknown)


def parameters_check(
    parameters: Any,
    *,
    also: Set[str] = frozenset(),
    paging: Set[str] = PAGING,
    may_be_empty: Set[str] = frozenset(),
) -> None:
    """For what has no such filters: RuleError `filter_invalid` for any parameter but paging and `also`."""
    problems = parameter_problems(parameters, paging | also, may_be_empty=may_be_empty)
    filters_refuse(problems, {})


def _may_be(field: Any, value: Any) -> bool:
    """Whether a value that names no row is a slug or an id such as a row might have."""
    if not isinstance(field, ModelChoiceField) or field.queryset is None:
        return False
    text = str(value)
    if isinstance(field.queryset.model._meta.pk, SlugField):
        return SLUG.fullmatch(text) is not None
    return text.isascii() and text.isdecimal() and len(text) < 17 and 1 <= int(text) <= ID_MAX


def parameter_problems(
    parameters: Any, names: Set[str], *, may_be_empty: Set[str] = frozenset()
) -> dict[str, list[str]]:
    """What is wrong with the names alone: by name, or under UNKNOWN_PARAMETER."""
    fields: dict[str, list[str]] = {}
    for name in parameters:
        if name not in names:
            fields[UNKNOWN_PARAMETER] = [f"The parameters are: {', '.join(sorted(names))}."]
        elif len(parameters.getlist(name)) > 1:
            fields[name] = [GIVEN_TWICE]
        elif not parameters[name] and name not in may_be_empty:
            fields[name] = [EMPTY]
    return fields
