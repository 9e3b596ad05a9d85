"""What is compared with what: two models, or two periods, as an address says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.catalogue import selectors as catalogue
from backend.common.errors import RuleError, UnknownValueError
from backend.common.filters import EMPTY, GIVEN_TWICE, SLUG

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
PERIOD = re.compile(rf"({_DAY})\.\.({_DAY})")
MODEL = "model:"
SIDE = rf"^(?:{MODEL}{SLUG.pattern}|{_DAY}\.\.{_DAY})$"
"""What a side may be, as the API's document says it."""
_SIDE = re.compile(SIDE.strip("^$"))
PERIOD_DAYS_MAX = 2 * 366
SIDES = ("left", "right")
PARAMETERS = (*SIDES, "model", "domain")

# What can be wrong, in the words of the API; pages have their own.
CANNOT = "This can't be compared."
UNKNOWN_PARAMETER = f"The parameters are: {', '.join(PARAMETERS)}."
UNKNOWN_MODEL = "The catalogue does not have this model."
UNKNOWN_VALUE = "The catalogue does not have it."
NO_SIDE = "Either `model:<slug>` or a period such as 2026-01-01..2026-03-31."
NO_PERIOD = "A period ends after it begins, and has at most two years."
TWO_KINDS = "Compare two models, or two periods."
SAME_SIDES = "Both sides are the same."
MODELS_LIMITED = "Only two periods can be limited to a model."


@dataclass(frozen=True)
class Period:
    """Days from the first to the last, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}..{self.last}"


@dataclass(frozen=True)
class Question:
    """Two sides of one kind, and what the comparison is limited to."""

    left: Any
    right: Any
    """Both models of the catalogue, or both a Period."""
    model: Any = None
    """Only for periods; None for all models."""
    domain: Any = None
    """A leaf; None for all."""

    @property
    def is_of_models(self) -> bool:
        return not isinstance(self.left, Period)


def given_once(parameters: Any) -> dict[str, str]:
    """The parameters of an address, by name. RuleError `compare_invalid` for one that is given twice."""
    twice = {name: [GIVEN_TWICE] for name in parameters if len(parameters.getlist(name)) > 1}
    if twice:
        raise RuleError("compare_invalid", CANNOT, twice)
    return {name: str(value) for name, value in parameters.items()}


def question_of(query: Mapping[str, str]) -> Question:
    """The comparison that an address asks for.

    Raises RuleError `compare_invalid` for a parameter that is unknown or empty, and for a side that is
    neither `model:<slug>` nor a period (`2026-01-01..2026-03-31`). UnknownValueError
    `comparison_unknown` for what the catalogue or the calendar does not know, sides of two kinds, and
    one side twice.
    """
    if problems := _malformed(query):
        raise RuleError("compare_invalid", CANNOT, problems)
    models = catalogue.models_kept()
    sides = [_side(name, query[name], models, problems) for name in SIDES]
    model = _known("model", query.get("model"), models.get, problems)
    domain = _known("domain", query.get("domain"), catalogue.leaf_by_slug, problems)
    if not problems and isinstance(sides[0], Period) != isinstance(sides[1], Period):
        problems["right"] = [TWO_KINDS]
    elif not problems and sides[0] == sides[1]:
        problems["right"] = [SAME_SIDES]
    elif not problems and model is not None and not isinstance(sides[0], Period):
        problems["model"] = [MODELS_LIMITED]
    if problems:
        raise UnknownValueError("comparison_unknown", CANNOT, problems)
    return Question(sides[0], sides[1], model, domain)


def _malformed(query: Mapping[str, str]) -> dict[str, list[str]]:
    """What of an address the API's document does not allow."""
    problems: dict[str, list[str]] = {}
    for name, value in query.items():
        if name not in PARAMETERS:
            problems[name] = [UNKNOWN_PARAMETER]
        elif not value:
            problems[name] = [EMPTY]
        elif name not in SIDES and not SLUG.fullmatch(value):
            problems[name] = [UNKNOWN_VALUE]
    for name in SIDES:
        if name not in problems and not _SIDE.fullmatch(query.get(name, "")):
            problems[name] = [NO_SIDE]
    return problems


def _known(name: str, slug: str | None, find: Any, problems: dict[str, list[str]]) -> Any:
    found = find(slug) if slug else None
    if slug and found is None:
        problems[name] = [UNKNOWN_VALUE]
    return found


def _side(name: str, text: str, models: dict[str, Any], problems: dict[str, list[str]]) -> Any:
    if text.startswith(MODEL):
        found = models.get(text.removeprefix(MODEL))
        if found is None:
            problems[name] = [UNKNOWN_MODEL]
        return found
    match = PERIOD.fullmatch(text)
    try:
        period = Period(*(date.fromisoformat(day) for day in match.groups())) if match else None
    except ValueError:
        period = None
    if period is None or not 0 <= (period.last - period.first).days < PERIOD_DAYS_MAX:
        problems[name] = [NO_PERIOD if period else NO_SIDE]
    return period
