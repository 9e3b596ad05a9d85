"""How many queries an address takes: never many, and of the API no more the more there is."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.common import changes
from backend.exports.services import dataset_build
from backend.findings.models import AnalysisRun, Finding
from backend.reports.models import Report
from tests import routes
from tests.explorer.conftest import make_comparison
from tests.factories import (
    acknowledge,
    make_acknowledgement,
    make_cell,
    make_charts,
    make_cluster,
    make_disclosure,
    make_finding,
    make_probes,
    make_reply,
    make_report,
    make_run,
    make_signal,
)

pytestmark = pytest.mark.usefixtures("clock")
QUERIES_MAX = 12
WORD = "restart"
LISTS = [routes.SUBMIT, f"{routes.SUBMIT}?q={WORD}"]


def embedded(**overrides: Any) -> Any:
    """A report with a vector, which is like all others that have one."""
    report = make_report(prompt=f"Why does the {WORD} lose its state?", **overrides)
    Report.objects.filter(pk=report.pk).update(embedding=[1.0] * 384, embedding_model="m")
    return report


def enlarge(run: Any, finding: Any) -> None:
    """More of everything that any list has."""
    domains = ("mathematics", "law", "cooking", "travel")
    reports = [
        embedded(site="claude", model_label="Claude 3", symptoms=["refusal"]) for _ in domains
    ]
    theme = make_cluster(run=run, reports=reports)
    for report, domain in zip(reports, domains, strict=True):
        finding.representatives.add(report)
        make_cluster(run=run, reports=[report], parent=theme, nearest=theme)
        make_cluster(run=run, reports=[report], nearest=theme)
        other = make_finding(run=run, domain_id=domain, representatives=(report,))
        make_charts(other)
        make_reply(other, state="published")
        acknowledge(other, make_acknowledgement(other))
        make_disclosure(domains=(domain,))
        make_cell(run=run, domain_id=domain)
        make_signal(run=run, domain_id=domain)
        make_comparison(run, domain_id=domain)
        make_probes(slug=domain)
        make_run(is_current=False)
    make_report(state="withdrawn", receipt_key="a" * 32)


@pytest.fixture
def world(catalogue) -> dict[str, Any]:
    """Something of everything, and the ids that stand in addresses."""
    run = make_run()
    report, _ = embedded(), embedded()
    finding = make_finding(run=run, representatives=(report,))
    acknowledge(finding, make_acknowledgement(finding))
    make_cell(run=run)
    make_signal(run=run)
    make_comparison(run, domain_id="science-physics")
    make_probes()
    return make_charts(finding) | {
        "report": report.pk, "finding": finding.pk, "run": run.pk, "version": dataset_build().version,
        "cluster": make_cluster(run=run, reports=[report]).track_id,
        "disclosure": make_disclosure().pk,
    }  # fmt: skip


def queries_of(visitor, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = visitor.get(address)
    assert answer.status_code == 200, address
    answer.getvalue()
    return len(queries)


@pytest.mark.parametrize("kept_seconds", [0, 50])
def test_no_page_takes_more_than_twelve_queries_where_nothing_is_kept_yet(
    visitor, world, settings, monkeypatch, kept_seconds: int
) -> None:
    """Not even the first in a process, which asks whether anything has changed besides."""
    settings.PAGE_CACHE_SECONDS = kept_seconds
    found = {}
    for route in [*routes.PUBLIC_PAGES, *routes.PUBLIC_API, *LISTS]:
        changes.kept.clear()
        monkeypatch.setattr(changes, "stamp", changes.Stamp())
        found[route] = queries_of(visitor, route.format(**world))
    assert {route: n for route, n in found.items() if n > QUERIES_MAX} == {}
    assert found["/vendors/openai/"] > 5  # they are counted


def test_the_api_takes_the_same_number_of_queries_however_much_there_is(visitor, world) -> None:
    def counted() -> dict[str, int]:
        found = {}
        for route in [*routes.PUBLIC_API, *LISTS]:
            address = route.format(**world)
            assert visitor.get(address).status_code == 200, address  # what is made once is made now
            found[route] = queries_of(visitor, address)
        return found

    before = counted()
    assert {route: n for route, n in before.items() if n > QUERIES_MAX} == {}
    run, finding = (
        AnalysisRun.objects.get(pk=world["run"]),
        Finding.objects.get(pk=world["finding"]),
    )
    enlarge(run, finding)
    after = counted()
    assert {route: (n, after[route]) for route, n in before.items() if n != after[route]} == {}
