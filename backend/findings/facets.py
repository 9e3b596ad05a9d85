"""The filters of findings, with how many each would leave: the same in the API and the explorer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from backend.catalogue.selectors import leaves_public, models_public, vendors_public
from backend.common.errors import RuleError
from backend.findings.models import Finding
from backend.findings.selectors import LADDER, findings_public, findings_with_replies_public

KINDS = ("silent", "stated")
SIMULATED = {"without": False, "only": True}
FIELDS = {
    "state": "state", "vendor": "model__vendor_id", "model": "model_id", "domain": "domain_id",
    "kind": "symptom_kind", "simulated": "is_simulated",
}  # fmt: skip
"""By parameter the column that it asks for."""
_NAMES = {"vendor": "model__vendor__name", "model": "model__name", "domain": "domain__name"}


@dataclass(frozen=True)
class Option:
    """A value of a filter: its name, and how many findings it leaves beside the other filters."""

    value: str
    name: str
    count: int
    is_chosen: bool


@dataclass(frozen=True)
class Chosen:
    """The findings that were asked for, and what else may be asked."""

    findings: QuerySet[Finding]
    options: dict[str, list[Option]]
    total: int


def findings_filtered(parameters: Any, *, also: frozenset[str] = frozenset()) -> Chosen:
    """The public findings that the query parameters ask for; two queries, one of them not run yet.

    Raises RuleError `filter_invalid` for an unknown parameter (unless named in `also`), a parameter
    given twice, or a value that the catalogue does not know.
    """
    rows = list(findings_public().order_by().values(*FIELDS.values(), *_NAMES.values()))
    asked, problems = {}, {}
    for name in parameters:
        if name not in FIELDS.keys() | also:
            problems["query"] = [f"The parameters are: {', '.join(sorted(FIELDS.keys() | also))}."]
        elif len(parameters.getlist(name)) > 1:
            problems[name] = ["This is given twice."]
        elif name in FIELDS:
            asked[name] = parameters[name]
    options = {name: _options(name, rows, asked) for name in FIELDS}
    for name, value in asked.items():
        if value in {option.value for option in options[name]}:
            continue
        if value in (names := _all(name)):
            options[name].append(Option(value, names[value], 0, is_chosen=True))
        else:
            problems[name] = ["This value is not known."]
    if problems:
        raise RuleError("filter_invalid", "A filter is not valid.", problems)
    wanted = {FIELDS[name]: SIMULATED.get(value, value) for name, value in asked.items()}
    return Chosen(findings_with_replies_public().filter(**wanted), options, len(rows))


def _all(name: str) -> dict[str, str]:
    """Every value that may be asked for, whether a finding has it or not, with its name."""
    closed = {"state": LADDER, "kind": KINDS, "simulated": tuple(SIMULATED)}
    if name in closed:
        return {value: value for value in closed[name]}
    listed: dict[str, Any] = {
        "vendor": vendors_public,
        "model": models_public,
        "domain": leaves_public,
    }
    return {str(row.pk): str(row.name) for row in listed[name]()}


def _options(name: str, rows: list[dict[str, Any]], asked: dict[str, str]) -> list[Option]:
    """Every value that some finding has, with the number of those that fit the other filters."""
    fitting = [
        row for row in rows
        if all(_value(other, row) == value for other, value in asked.items() if other != name)
    ]  # fmt: skip
    names = {_value(name, row): str(row.get(_NAMES.get(name, ""), "")) for row in rows}
    counts = Counter(_value(name, row) for row in fitting)
    found = [
        Option(value, words or value, counts[value], asked.get(name) == value)
        for value, words in names.items()
    ]
    order = list(LADDER) if name == "state" else list(SIMULATED)
    if name in ("state", "simulated"):
        return sorted(found, key=lambda option: order.index(option.value))
    return sorted(found, key=lambda option: option.name.casefold())


def _value(name: str, row: dict[str, Any]) -> str:
    value = row[FIELDS[name]]
    if name == "simulated":
        return "only" if value else "without"
    return str(value)


class FindingQuerySerializer(serializers.Serializer[Any]):
    """The query parameters of a list of findings, for the API's description."""

    state = serializers.ChoiceField(choices=list(LADDER), required=False)
    vendor = serializers.SlugField(required=False, help_text="The vendor of the model.")
    model = serializers.SlugField(required=False, help_text="A model of the catalogue.")
    domain = serializers.SlugField(required=False, help_text="A leaf of the catalogue.")
    kind = serializers.ChoiceField(choices=list(KINDS), required=False)
    simulated = serializers.ChoiceField(
        choices=list(SIMULATED),
        required=False,
        help_text="Leave SIMULATED ones out, or show no others.",
    )
