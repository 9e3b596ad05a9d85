"""Two models, or two periods, side by side."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from backend.catalogue import selectors as catalogue
from backend.common.errors import RuleError
from backend.explorer.matrix import QUIET, kind_of
from backend.explorer.problems import comparison_problems
from backend.findings.compare import compared_public
from backend.findings.sides import MODEL, PERIOD, given_once, question_of

DAYS = ("left_from", "left_to", "right_from", "right_to")


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """What is known of two models, or of two periods. Everything that is chosen is in the address."""
    query = {name: str(value) for name, value in request.GET.items() if value}
    if any(name in query for name in DAYS):
        return redirect(f"{reverse('compare')}?{urlencode(_with_periods(query))}")
    found: dict[str, Any] | None = None
    problems: list[str] = []
    status = 200
    if "left" in query and "right" in query:
        try:
            given_once(request.GET)
            asked = {name: value for name, value in query.items() if name != "kind"}
            found = compared_public(question_of(asked))
        except RuleError as error:
            problems, status = comparison_problems(error, query), 400
    kind = kind_of(query)
    cells = [row for row in (found or {}).get("cells", []) if row["symptom_kind"] == kind]
    context = {
        "found": found,
        "problems": problems,
        "query": query,
        "kind": kind,
        "others": urlencode({name: value for name, value in query.items() if name != "kind"}),
        **_options(query),
        "days": _days(query),
        "cells": cells,
        "standing_cells": [row for row in cells if not _is_quiet(row)],
        "quiet_cells": [row for row in cells if _is_quiet(row)],
        "windows": [row for row in (found or {}).get("windows", []) if row["symptom_kind"] == kind],
    }
    return render(request, "explorer/compare.html", context, status=status)


def _options(query: dict[str, str]) -> dict[str, Any]:
    """What the forms offer; at first two models that differ."""
    models = [
        (slug, f"{model.vendor} · {model}") for slug, model in catalogue.models_kept().items()
    ]
    second = f"{MODEL}{models[1][0]}" if len(models) > 1 else ""
    return {
        "models": [(f"{MODEL}{slug}", name) for slug, name in models],
        "models_alone": models,
        "second": query.get("right", second),
        "leaves": [(leaf.pk, str(leaf)) for leaf in catalogue.leaves_listed_kept()],
    }


def _with_periods(query: dict[str, str]) -> dict[str, str]:
    """The four days of the form as two periods."""
    others = {name: value for name, value in query.items() if name not in DAYS}
    return others | {
        side: f"{query.get(f'{side}_from', '')}..{query.get(f'{side}_to', '')}"
        for side in ("left", "right")
    }


def _days(query: dict[str, str]) -> dict[str, Any]:
    """The periods of an address as the four days of the form."""
    days: dict[str, Any] = {}
    for side in ("left", "right"):
        match = re.fullmatch(PERIOD, query.get(side, ""))
        first, last = match.groups() if match else ("", "")
        days |= {f"{side}_from": first, f"{side}_to": last}
    return days


def _is_quiet(row: dict[str, Any]) -> bool:
    return bool(row["left"]["state"] == row["right"]["state"] == QUIET)
