"""Runs: claimed once, stored whole, done again when their worker died."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backend.common.errors import RuleError
from backend.findings import services
from backend.findings.models import (
    AnalysisRun,
    CellState,
    Cluster,
    ClusterTrack,
    Finding,
    FindingEvent,
    PlaceTally,
    ReportDomain,
    Signal,
)
from backend.measurements.models import Rating
from backend.reports.models import Report
from tests.factories import (
    make_cell,
    make_cluster,
    make_finding,
    make_ratings,
    make_report,
    make_run,
    make_signal,
)

pytestmark = pytest.mark.usefixtures("catalogue")

CELL = {"model_id": "gpt-4-0613", "domain_id": "law", "symptom_kind": "silent"}


def finding_fields(**overrides) -> dict:
    return CELL | {
        "state": "reported", "reason": "because", "onset": date(2026, 3, 2),
        "onset_low": date(2026, 2, 23), "onset_high": date(2026, 3, 9), "offset": None,
        "offset_low": None, "offset_high": None, "n_reports": 30, "n_contributors": 20,
        "breakdown_number": 6, "peak": {}, "series": [], "is_simulated": False, "outlook": "",
        "cautions": [], "evidence": {},
    } | overrides  # fmt: skip


def store(conclusions: services.Conclusions) -> AnalysisRun:
    run = services.run_queue(as_of=date(2026, 11, 23), seed=AnalysisRun.objects.count())
    AnalysisRun.objects.filter(pk=run.pk).update(state="running")
    services.run_store(run_id=run.pk, record={}, conclusions=conclusions)
    run.refresh_from_db()
    return run


@pytest.fixture
def executed(monkeypatch) -> Callable[[], list[tuple[date, int]]]:
    """Runs of the command conclude nothing, and draw nothing; gives the day and seed of each."""
    from backend.charts import rendering
    from backend.findings import runner

    def execute(*, run_id: int, progress) -> None:
        services.run_store(run_id=run_id, record={}, conclusions=services.Conclusions())

    monkeypatch.setattr(runner, "run_execute", execute)
    monkeypatch.setattr(rendering, "charts_publish", lambda **_: [])
    done = AnalysisRun.objects.filter(state="done").order_by("pk")
    return lambda: list(done.values_list("as_of", "seed"))


def test_asking_twice_queues_one_run() -> None:
    assert services.run_queue(seed=7).pk == services.run_queue(seed=7).pk
    assert services.run_queue(seed=8).pk != services.run_queue(seed=7).pk


def test_queued_runs_are_executed_and_become_current_one_after_the_other() -> None:
    first, second = services.run_queue(seed=1), services.run_queue(seed=2)

    def execute(run_id: int) -> None:
        services.run_store(run_id=run_id, record={}, conclusions=services.Conclusions())

    assert services.runs_execute(execute=execute) == 2
    assert list(AnalysisRun.objects.order_by("pk").values_list("pk", "state", "is_current")) == [
        (first.pk, "done", False),
        (second.pk, "done", True),
    ]


def test_a_run_whose_worker_died_is_done_again_three_times_at_most() -> None:
    dead = services.run_queue(seed=1)
    AnalysisRun.objects.filter(pk=dead.pk).update(state="running", attempts=2)
    executed = []

    def execute(run_id: int) -> None:
        executed.append(run_id)
        services.run_store(run_id=run_id, record={}, conclusions=services.Conclusions())

    services.runs_execute(execute=execute)
    assert executed == [dead.pk]

    AnalysisRun.objects.filter(pk=dead.pk).update(state="running", attempts=3, is_current=False)
    services.runs_execute(execute=execute)
    dead.refresh_from_db()
    assert (executed, dead.state) == ([dead.pk], "failed")


def test_a_failed_run_keeps_the_kind_of_its_error_and_no_text() -> None:
    run = services.run_queue(seed=1)

    def execute(run_id: int) -> None:
        raise ValueError("a sentence that somebody sent")

    with pytest.raises(ValueError, match="a sentence"):
        services.runs_execute(execute=execute)
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "ValueError")


@pytest.mark.parametrize("taken", [{"state": "running", "attempts": 2}, {"state": "done"}])
def test_a_worker_that_lost_its_run_does_not_mark_it_failed(taken) -> None:
    """As when the connection that held its lock is gone, and another worker does the run again."""
    run = services.run_queue(seed=1)

    def execute(run_id: int) -> None:
        AnalysisRun.objects.filter(pk=run_id).update(is_current=True, **taken)
        services.run_store(run_id=0, record={}, conclusions=services.Conclusions())

    with pytest.raises(RuleError, match="is not running"):
        services.runs_execute(execute=execute)
    run.refresh_from_db()
    assert (run.state, run.is_current, run.error) == (taken["state"], True, "")


def test_the_lock_is_free_again_after_a_failure() -> None:
    services.run_queue(seed=1)

    def execute(run_id: int) -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        services.runs_execute(execute=execute)
    with connection.cursor() as cursor:
        # Of this database: the tests' other databases are on the same server, and lock theirs.
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert cursor.fetchone() == (0,)


def test_a_run_is_stored_once() -> None:
    report = make_report()
    row = {"report_id": report.pk, "domain": "law", "domain_inferred": "law", "confidence": 0.9,
           "is_duplicate": False}  # fmt: skip
    run = store(services.Conclusions(report_domains=[row]))
    with pytest.raises(RuleError, match="is not running"):
        services.run_store(
            run_id=run.pk, record={}, conclusions=services.Conclusions(report_domains=[row])
        )
    assert ReportDomain.objects.count() == 1


def test_a_findings_id_survives_the_next_run() -> None:
    store(services.Conclusions(findings=[(finding_fields(), [])]))
    first = Finding.objects.get()
    later = finding_fields(onset=date(2026, 3, 9), onset_high=date(2026, 3, 16), n_reports=35)
    run = store(services.Conclusions(findings=[(later, [])]))
    again = Finding.objects.get()
    assert (again.pk, again.n_reports, again.run_id) == (first.pk, 35, run.pk)
    assert FindingEvent.objects.count() == 1


def test_the_same_cell_a_year_later_is_another_finding() -> None:
    ended = finding_fields(offset=date(2026, 4, 27), offset_high=date(2026, 5, 4))
    store(services.Conclusions(findings=[(ended, [])]))
    second = finding_fields(onset=date(2026, 9, 7), onset_low=date(2026, 8, 31))
    store(services.Conclusions(findings=[(ended, []), (second, [])]))
    assert Finding.objects.count() == 2


def test_a_finding_that_no_longer_stands_out_becomes_insufficient_and_says_when() -> None:
    store(services.Conclusions(findings=[(finding_fields(), [])]))
    store(services.Conclusions())
    assert Finding.objects.get().state == "insufficient"
    assert list(FindingEvent.objects.values_list("from_state", "to_state")) == [
        ("", "reported"),
        ("reported", "insufficient"),
    ]


def test_clearing_the_demo_removes_its_reports_runs_and_findings_and_nothing_else() -> None:
    from backend.findings.demo import demo_clear
    from backend.reports.models import Report

    kept = make_report(state="released")
    simulated = make_report(provenance="simulated", collection="demo")
    run = make_run(has_simulated=True)
    make_finding(run=run, is_simulated=True, representatives=(simulated,))
    for collection in ("demo", "quiz"):
        Rating.objects.create(
            id=uuid.uuid4(), provenance="simulated", collection=collection, rated_on=run.as_of,
            model_id="gpt-4-0613", domain_id="law", is_bad=True, verdict="not_fine",
        )  # fmt: skip
    assert demo_clear() == (1, 1)
    assert [rating.collection for rating in Rating.objects.all()] == ["quiz"]
    assert [report.pk for report in Report.objects.all()] == [kept.pk]
    assert Finding.objects.count() == 0
    assert list(AnalysisRun.objects.values_list("state", flat=True)) == ["queued"]


def test_clearing_the_demo_leaves_what_was_found_of_real_reports_and_what_moderators_decided() -> (
    None
):
    from backend.catalogue.selectors import demo_models
    from backend.findings.demo import demo_clear

    fictional = demo_models()[0][0]
    real, simulated = make_report(), make_report(provenance="simulated", collection="demo")
    first = make_run(has_simulated=True, is_current=False)
    run = make_run(has_simulated=True)
    unused = make_run(has_simulated=True, is_current=False)
    finding = make_finding(run=run, representatives=(real,))
    FindingEvent.objects.filter(finding=finding).update(run=first)
    services.finding_hold(finding_id=finding.pk, moderator="alice", reason="a brigade")
    make_finding(run=run, is_simulated=True, model_id=fictional, representatives=(simulated,))
    kept = make_cluster(run=run, reports=(real, simulated))
    make_cluster(run=run, reports=(simulated,))
    for of in ({}, {"model_id": fictional}):
        make_signal(run=run, **of)
        make_cell(run=run, is_simulated=bool(of), **of)
        PlaceTally.objects.create(
            run=run, place="site", slug="chatgpt", is_simulated=bool(of), contributors_min=5
        )
    demo_clear()
    held = Finding.objects.get()
    assert (held.pk, held.is_published, held.run_id) == (finding.pk, False, run.pk)
    assert list(held.events.values_list("actor", "to_state")) == [
        ("rule", "reported"), ("alice", "reported"),
    ]  # fmt: skip
    assert [(c.pk, c.members.count()) for c in Cluster.objects.all()] == [(kept.pk, 1)]
    assert [track.pk for track in ClusterTrack.objects.all()] == [kept.track_id]
    assert [row.model_id for row in Signal.objects.all()] == [CELL["model_id"]]
    assert [row.is_simulated for row in CellState.objects.all()] == [False]
    assert [row.is_simulated for row in PlaceTally.objects.all()] == [False]
    states = dict(AnalysisRun.objects.values_list("pk", "state"))
    assert states.pop(run.pk) == states.pop(first.pk) == "done"
    assert unused.pk not in states
    assert list(states.values()) == ["queued"]


@pytest.mark.parametrize("day", ["2026-11-24", "2026-13-01"])
def test_no_run_is_asked_for_on_a_day_that_has_not_come_or_is_none(clock, day: str) -> None:
    with pytest.raises(CommandError, match=r"has not come yet|is no day"):
        call_command("run_analysis", "--as-of", day)
    assert AnalysisRun.objects.count() == 0


def test_no_run_is_asked_for_on_a_day_before_the_first_report(clock, executed) -> None:
    make_report(observed_on="2026-10-05")
    make_report(observed_on="2026-10-01", state="quarantined")
    with pytest.raises(CommandError, match="Choose 2026-10-05 or a later day, or none"):
        call_command("run_analysis", "--as-of", "2026-10-04")
    assert AnalysisRun.objects.count() == 0
    call_command("run_analysis", "--as-of", "2026-10-05", "--seed", "1", stdout=StringIO())
    assert executed() == [(date(2026, 10, 5), 1)]


def test_a_run_may_be_of_a_day_on_which_there_were_ratings_alone(clock, executed) -> None:
    make_report(observed_on="2026-10-05")
    make_ratings("2026-09-07", fine=1)  # of the Thursday of that week
    with pytest.raises(CommandError, match="Choose 2026-09-10 or a later day"):
        call_command("run_analysis", "--as-of", "2026-09-09")
    call_command("run_analysis", "--as-of", "2026-09-10", "--seed", "1", stdout=StringIO())
    assert executed() == [(date(2026, 9, 10), 1)]


def test_of_an_installation_that_holds_nothing_a_run_is_of_no_day_before_all_assistants(
    clock, executed
) -> None:
    with pytest.raises(CommandError, match="Choose 2022-11-30 or a later day"):
        call_command("run_analysis", "--as-of", "2022-11-29")
    call_command("run_analysis", "--as-of", "2022-11-30", "--seed", "1", stdout=StringIO())
    call_command("run_analysis", "--seed", "1", stdout=StringIO())
    assert executed() == [(date(2022, 11, 30), 1), (date(2026, 11, 23), 1)]


@pytest.mark.parametrize("command", ["run_analysis", "fill_demo"])
@pytest.mark.parametrize("seed", ["-1", str(2**32), "1.5", "x"])
def test_a_seed_that_no_generator_takes_is_refused_and_nothing_is_stored(command, seed) -> None:
    with pytest.raises(CommandError, match="must be a whole number from 0 to 4294967295"):
        call_command(command, f"--seed={seed}")
    assert (AnalysisRun.objects.count(), Report.objects.count()) == (0, 0)


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_a_run_comes_to_its_end_with_the_first_and_the_last_seed(clock, executed, seed) -> None:
    call_command("run_analysis", f"--seed={seed}", stdout=StringIO())
    assert executed() == [(date(2026, 11, 23), seed)]


def test_what_is_printed_of_a_run_are_the_states_of_the_findings(clock, monkeypatch) -> None:
    from backend.charts import rendering
    from backend.findings import runner

    events = [finding_fields(state="resolved"), finding_fields(domain_id="medicine")]
    make_finding(run=make_run(), domain_id="distributed-training", state="acknowledged")

    def execute(*, run_id: int, progress) -> None:
        record = {"summary": {"n_reports": 60, "n_findings_reported": 2}}
        conclusions = services.Conclusions(findings=[(event, []) for event in events])
        services.run_store(run_id=run_id, record=record, conclusions=conclusions)

    monkeypatch.setattr(runner, "run_execute", execute)
    monkeypatch.setattr(rendering, "charts_publish", lambda **_: [])
    out = StringIO()
    call_command("run_analysis", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0].endswith(": 60 reports")
    assert lines[1] == "3 findings: 1 acknowledged, 1 reported, 1 resolved"
