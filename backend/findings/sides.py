"""What is compared with what: two models, or two periods, as an address says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.catalogue import selectors as catalogue
from backend.common.errors import RuleError
from backend.common.filters import GIVEN_TWICE

PERIOD = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
MODEL = "model:"
PERIOD_DAYS_MAX = 2 * 366
PARAMETERS = ("left", "right", "model", "domain", "kind")

# What can be wrong, in the words of the API; pages have their own.
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
        raise RuleError("compare_invalid", "This can't be compared.", twice)
    return {name: str(value) for name, value in parameters.items()}


def question_of(query: Mapping[str, str]) -> Question:
    """The comparison that an address asks for.

    Raises RuleError `compare_invalid` for a side that is neither `model:<slug>` nor a period
    (`2026-01-01..2026-03-31`), sides of two kinds, one side twice, or what the catalogue does not know.
    """
    problems: dict[str, list[str]] = {}
    # PostgreSQL takes no NUL: as another character it is merely unknown.
    query = {name: value.replace("\x00", "\ufffd") for name, value in query.items()}
    for name in query:
        if name not in PARAMETERS:
            problems[name] = [UNKNOWN_PARAMETER]
    named = [query.get(name, "").removeprefix(MODEL) for name in ("left", "right")]
    models = catalogue.models_by_slugs([*named, query.get("model", "")])
    sides = [_side(name, query.get(name, ""), models, problems) for name in ("left", "right")]
    model = _known("model", query.get("model"), models.get, problems)
    domain = _known("domain", query.get("domain"), catalogue.leaf_by_slug, problems)
    if not problems and isinstance(sides[0], Period) != isinstance(sides[1], Period):
        problems["right"] = [TWO_KINDS]
    elif not problems and sides[0] == sides[1]:
        problems["right"] = [SAME_SIDES]
    elif not problems and model is not None and not isinstance(sides[0], Period):
        problems["model"] = [MODELS_LIMITED]
    if problems:
        raise RuleError("compare_invalid", "This can't be compared.", problems)
    return Question(sides[0], sides[1], model, domain)


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
    if period is None:
        problems[name] = [NO_SIDE]
    elif not 0 <= (period.last - period.first).days < PERIOD_DAYS_MAX:
        problems[name] = [NO_PERIOD]
    return period
