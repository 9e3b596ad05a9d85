"""What may still be asked of the list of findings, and how many each answer would leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from backend.common.filters import filtered
from backend.findings.filters import StateFilter
from backend.findings.models import Finding
from backend.findings.selectors import (
    LADDER,
    findings_public_unordered,
    findings_with_replies_public,
)

COLUMNS = {
    "state": ("state", "state"),
    "vendor": ("model__vendor_id", "model__vendor__name"),
    "model": ("model_id", "model__name"),
    "domain": ("domain_id", "domain__name"),
    "kind": ("symptom_kind", "symptom_kind"),
    "is_simulated": ("is_simulated", "is_simulated"),
}
"""By filter the columns of its value and of that value's name."""


@dataclass(frozen=True)
class Option:
    """A value of a filter: its name, and how many findings it leaves beside the other filters."""

    value: str
    name: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Chosen:
    """The findings that were asked for, what else may be asked, and how many there are in all."""

    findings: QuerySet[Finding]
    options: dict[str, list[Option]]
    total: int


def findings_chosen(parameters: Any, *, also: Set[str]) -> Chosen:
    """The public findings that the query parameters ask for, as the API takes them.

    Raises RuleError `filter_invalid` for what `filtered` refuses. A family of domains is none of the
    options, and may be asked for all the same.
    """
    found = filtered(StateFilter, findings_with_replies_public(), parameters, also=also)
    columns = {column for pair in COLUMNS.values() for column in pair}
    rows = list(findings_public_unordered().values(*columns))
    asked = {name: parameters[name] for name in COLUMNS if parameters.get(name)}
    return Chosen(found, {name: _options(name, rows, asked) for name in COLUMNS}, len(rows))


def _options(name: str, rows: list[dict[str, Any]], asked: dict[str, str]) -> list[Option]:
    """Every value that some finding has, with the number of those that fit the other filters."""
    fitting = [
        row
        for row in rows
        if all(_value(other, row) == value for other, value in asked.items() if other != name)
    ]
    counts = Counter(_value(name, row) for row in fitting)
    names = {_value(name, row): str(row[COLUMNS[name][1]]) for row in rows}
    if name in asked:
        names.setdefault(asked[name], asked[name])
    options = [
        Option(value, words, counts[value], asked.get(name) == value)
        for value, words in names.items()
    ]
    if name == "state":
        return sorted(options, key=lambda option: LADDER.index(option.value))
    return sorted(options, key=lambda option: (option.name.casefold(), option.value))


def _value(name: str, row: dict[str, Any]) -> str:
    value = row[COLUMNS[name][0]]
    return str(value).lower() if isinstance(value, bool) else str(value)
