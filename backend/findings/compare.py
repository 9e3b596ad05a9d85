"""Two models, or two periods, side by side: stored numbers, and no verdict that no run came to.

A run judges each model against what its vendor and its subject explain, never against another model.
So side by side says `insufficient` where one side has not enough data, and `not_compared` otherwise.
Only where the run compared the two on graded answers there is a verdict: in `comparisons`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from backend.catalogue import selectors as catalogue
from backend.findings import selectors
from backend.findings.grid import grids_public
from backend.findings.models import Comparison, Finding, Signal
from backend.findings.shares import share_interval
from backend.findings.sides import Period, Question
from backend.reports.counts import PairCount, pair_counts_public
from backend.reports.selectors import reports_public, reports_public_timely

QUIET = Finding.State.INSUFFICIENT
NOT_COMPARED = "not_compared"
WINDOWS_SHOWN = 50
Row = dict[str, Any]


def compared_public(question: Question) -> Row:
    """What is known of both sides, in the shape that page and API share."""
    return _models(question) if question.is_of_models else _periods(question)


# --- two models


def _models(question: Question) -> Row:
    sides = (question.left, question.right)
    domains = [question.domain] if question.domain else _domains(sides)
    cells = {
        (cell.model_id, cell.domain_id, cell.symptom_kind): cell
        for cell in selectors.cells_public().filter(model__in=sides)
        if cell.is_simulated == cell.model.is_fictional
    }
    states = _states(selectors.findings_public().filter(model__in=sides, merged_into=None))
    reports = reports_public()
    if question.domain:
        reports = reports.filter(pk__in=selectors.report_ids_in_domain(question.domain.pk))
    left, right = ({"model": side.pk} for side in sides)
    return {
        "of": "models",
        "left": _model(question.left),
        "right": _model(question.right),
        "is_simulated": any(side.is_fictional for side in sides),
        "domain": question.domain,
        "cells": [
            _cell_pair(domain, kind, sides, cells, states)
            for domain in domains
            for kind in ("silent", "stated")
        ],
        "comparisons": list(_graded(sides)),
        **_reports(pair_counts_public(reports, left=left, right=right)),
    }


def _model(model: Any) -> Row:
    return {
        "key": f"model:{model.pk}",
        "name": model.name,
        "vendor": model.vendor.name,
        "released_on": model.released_on,
        "is_simulated": model.is_fictional,
    }


def _domains(sides: tuple[Any, ...]) -> list[Any]:
    """Every domain that anything is known of: no gap depends on what a moderator holds."""
    grids = grids_public()
    named: frozenset[str] = frozenset().union(*(grids[s.is_fictional].domains for s in sides))
    return [leaf for leaf in catalogue.leaves_public() if leaf.pk in named]


def _states(findings: Iterable[Any]) -> dict[tuple[str, str, str], Any]:
    """The firmest public finding of each cell; they come in that order."""
    found: dict[tuple[str, str, str], Any] = {}
    for finding in findings:
        found.setdefault((finding.model_id, finding.domain_id, finding.symptom_kind), finding)
    return found


def _graded(sides: tuple[Any, ...]) -> QuerySet[Comparison]:
    one, two = sides
    return selectors.comparisons_public().filter(
        Q(earlier=one, later=two) | Q(earlier=two, later=one)
    )


def _cell_pair(
    domain: Any, kind: str, sides: tuple[Any, ...], cells: dict[tuple[str, str, str], Any],
    states: dict[tuple[str, str, str], Any],
) -> Row:  # fmt: skip
    shown = []
    for side in sides:
        key = (side.pk, domain.pk, kind)
        shown.append(_cell(cells.get(key), states.get(key)))
    is_known = all(side["state"] != QUIET for side in shown)
    return {
        "domain": domain,
        "symptom_kind": kind,
        "left": shown[0],
        "right": shown[1],
        "verdict": NOT_COMPARED if is_known else str(QUIET),
    }


def _cell(cell: Any, finding: Any) -> Row:
    n_ratings = selectors.contributors_shown(cell.n_ratings) if cell else None
    return {
        "state": finding.state if finding else str(QUIET),
        "finding": finding.pk if finding and finding.state != QUIET else None,
        "n_contributors": cell.n_contributors if cell else None,
        "expected": cell.expected if cell else None,
        "detectable_ratio": cell.detectable_ratio if cell else None,
        "n_ratings": n_ratings,
        "detectable_share": cell.detectable_share if cell and n_ratings is not None else None,
    }


# --- two periods


def _periods(question: Question) -> Row:
    periods = (question.left, question.right)
    reports = reports_public_timely()
    if question.model:
        reports = reports.filter(model=question.model.pk)
    if question.domain:
        reports = reports.filter(pk__in=selectors.report_ids_in_domain(question.domain.pk))
    left, right = ({"observed_on__range": (p.first, p.last)} for p in periods)
    return {
        "of": "periods",
        "left": {"key": str(question.left), "first": periods[0].first, "last": periods[0].last},
        "right": {"key": str(question.right), "first": periods[1].first, "last": periods[1].last},
        "is_simulated": bool(question.model and question.model.is_fictional),
        "model": question.model,
        "domain": question.domain,
        "windows": _windows(question),
        "findings": _active(question),
        **_reports(pair_counts_public(reports, left=left, right=right)),
    }


def _windows(question: Question) -> list[Row]:
    """Each cell's last stored window inside either period, if it has five contributors; most first."""
    run = selectors.run_current()
    weeks = run.config.get("window_weeks", 8) if run else 8
    left, right = (_last_windows(question, side, weeks) for side in (question.left, question.right))
    keys = sorted(
        left.keys() | right.keys(),
        key=lambda key: (-max(_observed(left.get(key)), _observed(right.get(key))), key),
    )
    return [_window_pair(left.get(key), right.get(key)) for key in keys[:WINDOWS_SHOWN]]


def _last_windows(
    question: Question, period: Period, weeks: int
) -> dict[tuple[str, str, str], Signal]:
    signals = selectors.signals_public().filter(
        window_start__gte=period.first,
        window_end__lte=period.last,
        observed__gte=selectors.CONTRIBUTORS_SHOWN_MIN,
    )
    if question.model:
        signals = signals.filter(model=question.model.pk)
    if question.domain:
        signals = signals.filter(domain=question.domain.pk)
    cell = ("model_id", "domain_id", "symptom_kind")
    days_max = timedelta(days=7 * weeks - 1)
    found: dict[tuple[str, str, str], Signal] = {}
    for signal in signals.order_by(*cell, "-window_end", "window_start"):
        if signal.window_end - signal.window_start <= days_max:
            key = (signal.model_id, signal.domain_id, signal.symptom_kind)
            found.setdefault(key, signal)
    return found


def _observed(signal: Signal | None) -> int:
    return signal.observed if signal else 0


def _window_pair(left: Any, right: Any) -> Row:
    either = left or right  # one of them is there
    return {
        "model": either.model,
        "domain": either.domain,
        "symptom_kind": either.symptom_kind,
        "left": _window(left),
        "right": _window(right),
        "verdict": NOT_COMPARED if left and right else str(QUIET),
    }


def _window(signal: Signal | None) -> Row | None:
    if signal is None:
        return None
    return {
        "window_start": signal.window_start,
        "window_end": signal.window_end,
        "observed": selectors.contributors_shown(signal.observed),
        "expected": signal.expected,
        "ic": signal.ic,
        "ic_low": signal.ic_low,
    }


def _active(question: Question) -> list[Row]:
    """Public findings that were going on in a period, with those in which they were."""
    findings = selectors.findings_public().filter(merged_into=None).exclude(state=QUIET)
    if question.model:
        findings = findings.filter(model=question.model.pk)
    if question.domain:
        findings = findings.filter(domain=question.domain.pk)
    rows = [
        {
            "finding": finding,
            "left": _is_active(finding, question.left),
            "right": _is_active(finding, question.right),
        }
        for finding in findings
    ]
    return [row for row in rows if row["left"] or row["right"]]


def _is_active(finding: Any, period: Period) -> bool:
    """Whether an event was going on; one without an onset is as old as the data."""
    begins_before_end = finding.onset is None or finding.onset <= period.last
    return begins_before_end and (finding.offset is None or finding.offset >= period.first)


# --- reports of both sides


def _reports(counts: PairCount) -> Row:
    """Numbers of reports, and what share of them each kind and each symptom has."""
    totals = [sum(pair) for pair in zip(counts.silent, counts.stated, strict=True)]
    kinds = {"silent": counts.silent, "stated": counts.stated}
    return {
        "n_reports": {"left": totals[0], "right": totals[1]},
        "kinds": [{"symptom_kind": kind, **_shares(n, totals)} for kind, n in kinds.items()],
        "symptoms": [
            {
                "symptom": row.slug,
                "name": row.name,
                "symptom_kind": row.kind,
                **_shares((row.n_left, row.n_right), totals),
            }
            for row in counts.symptoms
        ],
    }


def _shares(counts: tuple[int, int], totals: list[int]) -> Row:
    return {
        side: _share(n, total)
        for side, n, total in zip(("left", "right"), counts, totals, strict=True)
    }


def _share(n: int, total: int) -> Row:
    low, high = share_interval(n, total)
    known = total > 0
    return {
        "n": n,
        "share": n / total if known else None,
        "low": low if known else None,
        "high": high if known else None,
    }
