"""What was computed beforehand and is committed: measured error rates, and the grid of plans.

The web process never loads the science; it reads these files, and says so where one is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.common.errors import RuleError
from backend.common.languages import in_digits

HERE = Path(__file__).parent
ERROR_RATES = HERE / "error_rates.json"
PLAN_GRID = HERE / "plan_grid.json"


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _published(path: Path) -> dict[str, Any] | None:
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else None


class Measured(NamedTuple):
    """The figures of one property."""

    property: str
    measured_on: date
    rows: list[dict[str, Any]]
    is_real: bool
    """Whether the answers were real, some with a planted change."""


def error_rates() -> dict[str, Any] | None:
    """What `python -m analysis.evaluate --publish` measured, by property; None if it was not."""
    found = _published(ERROR_RATES)
    if found is None:
        return None
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in found["rows"]:
        groups.setdefault(row["property"], []).append(row)
    days = {name: date.fromisoformat(day) for name, day in found["measured_on"].items()}
    shown = [
        Measured(name, days[name], _telling(rows), name in REAL_ANSWERS)
        for name, rows in groups.items()
    ]
    n_left = len(found["rows"]) - sum(len(group.rows) for group in shown)
    return {**found, "groups": shown, "n_left": n_left}


ROWS_MAX = 60
"""Rows of one property that a page shows as they are."""

REAL_ANSWERS = (
    "real answers, drawn",
    "documented change",
    "newly-wrong test",
    "asked again",
    "difference in differences",
    "texts (MMD)",
)
"""Properties measured on real answers, some with a planted change."""


def _telling(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """All rows where they are few; else what is judged, and others on the same world and measure."""
    if len(rows) <= ROWS_MAX:
        return rows
    judged = {(row["world"], row["measure"]) for row in rows if row["is_met"] is not None}
    return [row for row in rows if (row["world"], row["measure"]) in judged]


@dataclass(frozen=True)
class Choice:
    """One select of the form: its name, what it asks, and its values as (value, words, is chosen)."""

    name: str
    label: str
    options: list[tuple[str, str, bool]]


def _share(value: float) -> str:
    return in_digits(f"{100 * value:g}\u00a0%")


QUESTIONS = {
    "traffic": (_("Share of the vendor's answers that become worse"), _share),
    "organisations": (_("Share of its customers who get such answers"), _share),
    "contributors": (_("People who use the extension"), lambda value: f"{value:,}".replace(",", "\u202f")),
    "enrichment": (
        _("How many times likelier than others these customers are to use it"),
        lambda value: in_digits(f"{value:g}\u202f×"),
    ),
}  # fmt: skip


def _values(grid: dict[str, Any], name: str) -> list[float]:
    return sorted({row[name] for row in grid["rows"]})


def plan_values() -> dict[str, list[str]]:
    """The values of the grid, by what they answer; nothing if no grid was computed."""
    grid = _published(PLAN_GRID)
    return (
        {name: [str(value) for value in _values(grid, name)] for name in QUESTIONS} if grid else {}
    )


def plan_of(query: Mapping[str, str]) -> dict[str, Any] | None:
    """The form and the rows of the grid that it chooses; None if no grid was computed.

    What the query leaves out is the first value of the grid. RuleError for one that it has not.
    """
    grid = _published(PLAN_GRID)
    if grid is None:
        return None
    choices, chosen = [], {}
    for name, (label, words) in QUESTIONS.items():
        values = _values(grid, name)
        wanted = query.get(name) or str(values[0])
        if wanted not in map(str, values):
            raise RuleError(
                "plan_value_unknown",
                gettext("That was not computed."),
                {name: [gettext("Choose one of the values.")]},
            )
        chosen[name] = wanted
        options = [(str(value), words(value), str(value) == wanted) for value in values]
        choices.append(Choice(name, str(label), options))
    rows = [
        row for row in grid["rows"] if all(str(row[name]) == chosen[name] for name in QUESTIONS)
    ]
    measured_on = date.fromisoformat(grid["measured_on"])
    return {**grid, "measured_on": measured_on, "choices": choices, "rows": rows}
