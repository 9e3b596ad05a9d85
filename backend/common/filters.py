"""Filters of lists: a value that nobody knows is an error, never silently "everything"."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from django_filters import FilterSet

from backend.common.errors import RuleError

PAGING = frozenset({"cursor", "page_size"})
GIVEN_TWICE = "This is given twice."
UNKNOWN_PARAMETER = "query"
"""Among the fields of an error, what stands for a parameter that nobody knows."""


def filtered(
    filters: type[FilterSet], queryset: Any, parameters: Any, *, also: Set[str] = PAGING
) -> Any:
    """The rows of the set that the query parameters ask for.

    Raises RuleError `filter_invalid` for an unknown parameter (unless named in `also`), an unknown
    value, or a parameter given twice: a filter that is silently dropped shows the wrong rows.
    """
    fields = _problems(parameters, set(filters.base_filters) | also)
    chosen = filters(parameters, queryset=queryset)
    if not chosen.is_valid():
        fields |= {name: [str(text) for text in texts] for name, texts in chosen.errors.items()}
    if fields:
        raise RuleError("filter_invalid", "A filter is not valid.", fields)
    return chosen.qs


def parameters_check(parameters: Any, *, also: Set[str] = frozenset()) -> None:
    """For a list without such filters: RuleError `filter_invalid` for any parameter but paging and `also`."""
    if fields := _problems(parameters, PAGING | also):
        raise RuleError("filter_invalid", "A filter is not valid.", fields)


def _problems(parameters: Any, names: Set[str]) -> dict[str, list[str]]:
    """What is wrong with the names alone: by name, or under UNKNOWN_PARAMETER."""
    fields: dict[str, list[str]] = {}
    for name in parameters:
        if name not in names:
            fields[UNKNOWN_PARAMETER] = [f"The parameters are: {', '.join(sorted(names))}."]
        elif len(parameters.getlist(name)) > 1:
            fields[name] = [GIVEN_TWICE]
    return fields
