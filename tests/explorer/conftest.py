"""A small public world: reports, a run with windows on both sides of the floor, a finding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from backend.findings.models import Comparison, ReportDomain, Signal
from backend.findings.services import domains_counted_update
from tests.factories import make_cluster, make_finding, make_report, make_run

MONDAY = date(2026, 9, 7)
OBSERVED = [4, 5, 12, 4, 9]
"""Contributors in five windows, each a week later: below and above the floor of five."""


@dataclass
class World:
    """What the pages are about."""

    run: Any
    reports: list[Any]
    finding: Any
    cluster: Any


def plain(page: str) -> str:
    """A page without the elements that only programs see."""
    return re.sub(r"</?data\b[^>]*>", "", page)


def make_windows(run: Any, *, model: str = "gpt-4-0613") -> None:
    for number, observed in enumerate(OBSERVED):
        week = MONDAY + timedelta(days=7 * number)
        Signal.objects.create(
            run=run, model_id=model, domain_id="distributed-training", symptom_kind="silent",
            window_start=week - timedelta(days=49), window_end=week + timedelta(days=6),
            n_reports=observed + 1,
            observed=observed, expected=2.5, ic=1.0, ic_low=0.5, ic_strict=0.1, prr=None,
            p_value=0.01, is_discovery=False, state="reported",
        )  # fmt: skip


def make_comparison(run: Any, **overrides: Any) -> Comparison:
    fields: dict[str, Any] = {
        "run": run, "collection": "quiz", "family": "gpt-4", "domain_id": "mathematics",
        "earlier_id": "gpt-4-0314", "later_id": "gpt-4-0613", "n_earlier": 200, "n_later": 200,
        "n_pairs": 200, "bad_earlier": 20, "bad_later": 50, "difference": 0.15,
        "difference_low": 0.08, "difference_high": 0.22, "p_value": 0.001, "detectable": 0.1,
        "verdict": "worse", "cautions": [],
    }  # fmt: skip
    return Comparison.objects.create(**fields | overrides)


@pytest.fixture
def world(catalogue: None, clock) -> World:
    reports = [make_report() for _ in range(3)]
    run = make_run()
    for report in reports:
        ReportDomain.objects.create(
            run=run, report=report, domain="distributed-training",
            domain_inferred="distributed-training", confidence=0.9, is_duplicate=False,
        )  # fmt: skip
    domains_counted_update()
    make_windows(run)
    make_comparison(run)
    cluster = make_cluster(run=run, reports=reports[:1])
    finding = make_finding(run=run, representatives=(reports[0], reports[1]))
    return World(run, reports, finding, cluster)
