"""Counts of public reports: exact at every moment, however a report came or went."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models.signals import post_migrate

from backend.reports.models import CountedDomain, Report, Tally, TallyChange
from backend.reports.selectors import overview_counts_public, reports_public
from backend.reports.services import report_reject, report_withdraw
from backend.reports.tallies import (
    ANY,
    domains_counted_store,
    tally_fold,
    tally_public,
    tally_rebuild,
    values_of,
)
from backend.reports.tally_sql import OTHERS, SEPARATOR
from tests.factories import make_report
from tests.payloads import make_receipt_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "clock")]


def truth(**given: str) -> dict[tuple[str, str], int]:
    """The same numbers, counted one report at a time."""
    counted: Counter[tuple[str, str]] = Counter()
    for report in reports_public().prefetch_related("symptoms"):
        place = CountedDomain.objects.filter(report=report).first()
        monday = report.observed_on - timedelta(days=report.observed_on.weekday())
        late = " import" if report.provenance == "import" else ""
        has = {
            "site": [report.site_id], "model": [report.model_id or ""],
            "domain": [report.domain_stated_id or ""], "counted": [place.domain if place else ""],
            "kind": ["silent" if report.is_silent else "stated"],
            "severity": [str(report.severity or "")], "tier": [report.tier],
            "provenance": [report.provenance], "month": [f"{report.observed_on:%Y-%m}"],
            "week": [f"{monday:%Y-%m-%d} {'silent' if report.is_silent else 'stated'}{late}"],
            "day": [f"{report.observed_on}{late}"],
            "source": [
                SEPARATOR.join([report.site_id, report.model_id or "", report.client.split("/")[-1],
                                report.model_label if report.model_id else ""])
            ],
            "symptom": [s.pk for s in report.symptoms.all()],
        }  # fmt: skip
        if all(value in has[name] for name, value in given.items()):
            counted[ANY] += 1
            counted.update((name, value) for name, values in has.items() for value in values)
    return dict(counted)


def tallied(**given: str) -> dict[tuple[str, str], int]:
    found = tally_public({name: [value] for name, value in given.items()})
    counter = found[next(iter(given), "")]
    # A dimension says nothing of itself but its own number.
    return {key: n for key, n in counter.items() if n}


def assert_exact() -> None:
    everything = truth()
    assert tallied() == everything
    for name, value in everything:
        if name:
            kept = {"", *OTHERS[name]} - {name}
            expected = {k: n for k, n in truth(**{name: value}).items() if k[0] in kept}
            shown = {k: n for k, n in tallied(**{name: value}).items() if k[0] != name}
            assert shown == expected, (name, value)


def some_reports() -> list[Report]:
    return [
        make_report(),
        make_report(site="claude", model_label="Nobody 7", domain=None, symptoms=["refusal", "wrong_answer"],
                    observed_on="2026-10-01", severity=2, circumstances={"tier": "paid"}),
        make_report(provenance="simulated", collection="demo", observed_on="2025-12-31"),
        make_report(provenance="import", collection="quiz", symptoms=["refusal"]),
        make_report(state="pending"),
        make_report(state="embargoed"),
    ]  # fmt: skip


@pytest.mark.parametrize("is_folded", [False, True])
def test_counts_are_those_of_the_public_reports(is_folded: bool) -> None:
    some_reports()
    if is_folded:
        assert tally_fold() > 0
        assert tally_fold() == 0
    assert_exact()
    assert tallied()[ANY] == 4


def test_every_way_in_and_out_is_counted_at_once() -> None:
    key = make_receipt_key()
    first, second, simulated, _, pending, _ = some_reports()
    gone = make_report(receipt_key=key, symptoms=["refusal", "wrong_answer"])
    tally_fold()
    report_withdraw(receipt_key=key)
    assert_exact()
    report_reject(report_id=first.pk, moderator="m", reason="It names a person.")
    assert_exact()
    Report.objects.filter(pk=pending.pk).update(state="released")
    Report.objects.filter(pk=second.pk).update(observed_on="2026-01-01", severity=3)
    assert_exact()
    Report.objects.filter(pk=second.pk).update(client="claude/0.2.0")
    Report.objects.filter(pk=pending.pk).update(model_label="GPT-4 0613")
    assert_exact()
    simulated.delete()
    assert_exact()
    tally_fold()
    assert_exact()
    assert not TallyChange.objects.exists()
    assert tallied()[ANY] == 3
    assert gone.pk


def test_a_report_counts_from_the_day_on_that_it_is_public(clock) -> None:
    report = make_report()
    tomorrow = report.public_from + timedelta(days=1)
    Report.objects.filter(pk=report.pk).update(public_from=tomorrow)
    tally_fold()
    assert tallied() == {}
    tally_rebuild()
    assert tallied() == {}
    clock.shift(timedelta(days=1))
    assert tallied()[ANY] == 1
    tally_fold()
    assert_exact()


def test_counting_anew_gives_the_same() -> None:
    some_reports()
    tally_fold()
    rows = set(Tally.objects.values_list("dimension", "value", "other", "other_value", "n"))
    Tally.objects.update(n=7)
    make_report()
    Report.objects.filter(site="claude").delete()
    tally_rebuild()
    assert_exact()
    assert not TallyChange.objects.exists()
    assert rows


def test_the_domain_of_the_run_is_counted(django_assert_num_queries, monkeypatch) -> None:
    first, second, *_ = some_reports()
    make_report(state="quarantined")
    reports = Report.objects.filter(pk__in=[first.pk, second.pk])
    domains_counted_store(placed=reports.values_list("pk", "site_id"), is_whole=True)
    assert values_of(tally_public({})[""], "counted") == {"": 2, "chatgpt": 1, "claude": 1}
    assert_exact()
    tally_fold()
    domains_counted_store(placed=reports.values_list("pk", "provenance")[:1], is_whole=False)
    assert_exact()
    monkeypatch.setattr("backend.reports.tallies.REBUILD_ROWS", 0)  # as after a run of a million
    domains_counted_store(
        placed=reports.filter(pk=first.pk).values_list("pk", "state"), is_whole=True
    )
    assert values_of(tally_public({})[""], "counted") == {"": 3, "released": 1}
    assert_exact()
    first.delete()
    assert_exact()


def test_values_are_sorted_and_none_has_no_reports() -> None:
    some_reports()
    assert values_of(tally_public({})[""], "site") == {"chatgpt": 3, "claude": 1}
    assert values_of(tally_public({"site": ["claude"]})["site"], "symptom") == {
        "refusal": 1, "wrong_answer": 1,
    }  # fmt: skip
    assert values_of(tally_public({"site": ["gemini"]})["site"], "symptom") == {}


def test_a_migration_of_many_reports_ends_with_a_whole_tally(monkeypatch) -> None:
    """Notes beyond what a reader adds by itself, as the tally's own migration leaves them."""
    some_reports()
    assert not Tally.objects.exists()
    monkeypatch.setattr("backend.reports.tallies.PENDING_MAX", 2)
    expected = reports_public().count()
    assert overview_counts_public()[0]["n_reports"] != expected
    step = MigrationLoader(connection).get_migration("reports", "0005_tallies_and_words")
    config = apps.get_app_config("reports")

    def migrated(plan: list[Any]) -> int:
        post_migrate.send(sender=config, app_config=config, using="default", plan=plan)
        return int(overview_counts_public()[0]["n_reports"])

    assert migrated([(step, True)]) == migrated([]) != expected
    assert migrated([(step, False)]) == expected == 4
    assert_exact()
    assert not TallyChange.objects.exists()
