"""From what is public to stored charts: the right ones, each drawn once, and none that must not be."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from django.utils import timezone

from backend.charts import services
from backend.charts.kinds import name_of, sha256_of
from backend.charts.models import Chart, ChartImage, ChartReport
from backend.charts.selectors import chart_evidence
from backend.common.heartbeats import heartbeats
from backend.disclosures.services import disclosure_publish
from backend.findings.models import Finding, ReportDomain
from backend.findings.services import domains_counted_update, finding_hold, finding_publish
from backend.reports import tallies
from backend.reports.selectors import reports_public
from backend.reports.services import report_withdraw
from tests.factories import make_disclosure, make_finding, make_report, make_run
from tests.payloads import make_receipt_key

pytestmark = pytest.mark.django_db


def test_every_kind_is_drawn_once(world, publish, current) -> None:
    assert (
        publish() == 7
    )  # reports, one domain, one finding, its ratings, its map, clusters of all and of the domain
    for kind, subject in (("reports", ""), ("domain", "distributed-training"),
                          ("finding", world.finding.pk), ("ratings", world.finding.pk),
                          ("map", world.finding.pk), ("clusters", ""),
                          ("clusters", "distributed-training")):  # fmt: skip
        assert current(kind, subject) is not None, kind
    assert ChartImage.objects.count() == 7 * 10
    assert publish() == 0
    assert services.charts_are_stale() is False


def test_the_id_is_the_beginning_of_the_hash_of_all_that_is_shown(world, publish, current) -> None:
    publish()
    for chart in Chart.objects.all():  # as PostgreSQL gives it back
        assert chart.digest == sha256_of(chart.evidence)
        assert chart.pk == name_of(chart.digest)[:12]
        assert chart.data_sha256 == sha256_of(chart.data)
    import hashlib

    chart = current("reports")
    assert hashlib.sha256(chart_evidence(chart).encode()).hexdigest() == chart.digest


def test_a_known_hash_is_written_as_base32() -> None:
    # `printf '' | openssl dgst -sha256 -binary | base32 | tr A-Z a-z`
    digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert name_of(digest) == "4oymiquy7qobjgx36tejs35zeqt24qpemsnzgtfeswmrw6csxbkq"


def test_the_same_data_has_the_same_id_in_any_order_of_events(world, publish, current) -> None:
    publish()
    first = current("reports").pk
    key = make_receipt_key()
    make_report(receipt_key=key)
    publish()
    second = current("reports").pk
    report_withdraw(receipt_key=key)
    publish()
    assert second != first
    assert current("reports").pk == first
    assert Chart.objects.filter(kind="reports").count() == 2


def test_a_run_that_finds_the_same_draws_nothing(world, publish, current) -> None:
    publish()
    before = set(Chart.objects.values_list("pk", flat=True))
    from backend.findings.models import ReportDomain, Signal

    run = make_run()
    ReportDomain.objects.update(run=run)
    Signal.objects.update(run=run)
    assert services.charts_are_stale()
    assert publish() == 0
    assert set(Chart.objects.values_list("pk", flat=True)) == before
    assert current("finding", world.finding.pk).run == world.run.pk  # the run that first found it


def test_two_subjects_with_the_same_numbers_are_two_charts(world, publish, current) -> None:
    other = make_finding(run=world.run, representatives=tuple(world.reports[:2]))
    publish()
    assert current("finding", other.pk).pk != current("finding", world.finding.pk).pk


def test_an_id_that_is_taken_is_made_longer(world, publish, current, monkeypatch) -> None:
    publish()
    taken = current("reports")
    digest = taken.digest[:60] + "0000"  # begins alike
    assert services._free_id(digest) == name_of(digest)[:13]


def test_what_is_marked_are_releases_of_models_that_reports_are_about_and_findings(
    world, publish, current
) -> None:
    world.finding.onset = world.finding.offset = None
    world.finding.save()
    make_report(observed_on="2023-06-05")
    publish()
    shown = [row for row in current("reports").data if row["row"] != "week"]
    # gpt-4-0613 was released on 2023-06-13; of the other models of the catalogue there is no report
    assert [(row["row"], row["on"], row["what"]) for row in shown] == [
        ("release", "2023-06-13", "GPT-4 (June 2023)")
    ]


def test_onset_and_offset_of_findings_are_marked_with_the_weeks_they_may_lie_in(
    world, publish, current
) -> None:
    make_report(observed_on="2026-08-20")
    publish()
    chart = current("reports")
    assert [row for row in chart.data if row["row"] == "onset"] == [
        {"row": "onset", "from": "2026-08-31", "to": "2026-09-20", "on": "2026-09-07",
         "reports": None, "what": f"finding {world.finding.pk}"}
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["refuted", "insufficient"])
def test_of_a_finding_that_was_refuted_nothing_is_drawn_to_have_begun(
    world, publish, current, state: str
) -> None:
    publish()
    chart = current("finding", world.finding.pk)
    assert "It began about the week of" in chart.alt
    assert "onset" in {row["row"] for row in chart.data}
    Finding.objects.update(state=state)
    publish()
    chart = current("finding", world.finding.pk)
    assert "began" not in chart.alt
    assert {row["row"] for row in chart.data} == {"window"}


def test_an_end_is_drawn_once_it_has_evidence_of_its_own(world, publish, current) -> None:
    Finding.objects.filter(pk=world.finding.pk).update(offset=date(2026, 10, 12))
    for state, is_over in (("reported", False), ("resolved", True)):
        Finding.objects.filter(pk=world.finding.pk).update(state=state)
        publish()
        chart = current("finding", world.finding.pk)
        assert ("offset" in {row["row"] for row in chart.data}) is is_over
        assert ("It ended about the week of" in chart.alt) is is_over


def test_a_disclosure_is_marked_on_the_timeline_once_it_is_published(
    world, publish, current
) -> None:
    make_report(observed_on="2026-08-20")
    waiting = make_disclosure(state="entered", published_on=date(2026, 8, 25))
    publish()
    assert "disclosure" not in {row["row"] for row in current("reports").data}
    disclosure_publish(disclosure_id=waiting.pk, moderator="m", reason="as printed")
    assert services.charts_are_stale()
    publish()
    assert [row for row in current("reports").data if row["row"] == "disclosure"] == [
        {"row": "disclosure", "from": "2026-08-25", "to": "2026-08-25", "on": "2026-08-25",
         "reports": None, "what": "Aster Labs (fictional): disclosed"}
    ]  # fmt: skip


def test_the_chart_and_the_list_beside_it_have_the_same_days_for_disclosures(
    client, world, publish, current
) -> None:
    make_report(observed_on="2026-08-20")
    make_disclosure(
        published_on=date(2026, 8, 25), found_on=date(2026, 10, 6), reversed_on=date(2026, 9, 15),
        reversed_source_url="https://vendor.example/back",
    )  # fmt: skip
    publish()
    days = ["2026-08-25", "2026-09-15"]
    shown = [row for row in current("reports").data if row["row"] == "disclosure"]
    assert [row["on"] for row in shown] == days
    for address in ("/api/v1/overview/", "/api/v1/places/vendor/demo-aster/"):
        listed = [
            (moment["on"], moment["kind"]) for moment in client.get(address).json()["moments"]
            if moment["kind"] in ("disclosure", "reversal")
        ]  # fmt: skip
        assert listed[::-1] == list(zip(days, ("disclosure", "reversal"), strict=True)), address


def test_counts_below_five_and_what_would_tell_them_are_nowhere(world, publish, current) -> None:
    publish()
    rows = [r for r in current("finding", world.finding.pk).data if r["row"] == "window"]
    assert [row["contributors"] for row in rows] == [None, 5, 12, None, 9]
    # (2.5 + 0.5) * 2^0.5 - 0.5
    assert [row["bound"] for row in rows] == [None, 3.74, 3.74, None, 3.74]


def test_a_held_finding_has_no_current_chart_and_has_it_again(world, publish, current) -> None:
    make_report(observed_on="2026-08-20")
    publish()
    first, timeline = current("finding", world.finding.pk), current("reports")
    finding_hold(finding_id=world.finding.pk, moderator="m", reason="not sure")
    assert services.charts_are_stale()
    publish()
    assert current("finding", world.finding.pk) is None
    assert current("map", world.finding.pk) is None
    assert current("ratings", world.finding.pk) is None
    assert "onset" not in {row["row"] for row in current("reports").data}
    finding_publish(finding_id=world.finding.pk, moderator="m", reason="sure")
    assert publish() == 0
    assert current("finding", world.finding.pk).pk == first.pk
    assert current("reports").pk == timeline.pk


def test_a_withdrawn_report_takes_its_maps_with_it(visitor, world, publish, current) -> None:
    key = make_receipt_key()
    report = make_report(receipt_key=key)
    finding = make_finding(run=world.run, representatives=(report, world.reports[0]))
    publish()
    old = current("map", finding.pk)
    assert str(report.pk) in str(old.data)
    report_withdraw(receipt_key=key)
    publish()
    old.refresh_from_db()
    assert (old.data, old.spec, old.files, old.alt) == ([], {}, {}, "")
    assert old.erased_at is not None
    assert not ChartImage.objects.filter(chart=old).exists()
    assert not ChartReport.objects.filter(report_id=report.pk).exists()
    new = current("map", finding.pk)
    assert [row["report"] for row in new.data] == [str(world.reports[0].pk)]


def test_charts_of_a_demo_that_was_removed_are_erased(catalogue, clock, publish, current) -> None:
    from backend.catalogue.selectors import demo_models
    from backend.reports.services import collection_delete

    _, _, site, label = demo_models()[0]
    make_report(provenance="simulated", collection="demo", site=site, model_label=label)
    publish()
    chart = current("reports")
    assert chart.is_simulated
    collection_delete(collection="demo")
    publish()
    chart.refresh_from_db()
    assert chart.erased_at is not None
    assert not ChartImage.objects.exists()


def test_reports_that_stream_in_do_not_give_a_version_each(
    world, publish, current, clock, monkeypatch
) -> None:
    monkeypatch.setattr(services, "VERSIONS_PER_DAY", 2)
    publish()
    make_report()
    publish()
    second = current("reports").pk
    key = make_receipt_key()
    make_report(receipt_key=key)
    assert publish() == 0  # two today, the last one a moment ago
    assert current("reports").pk == second
    assert services.charts_are_stale()  # it waits, and is not forgotten
    clock.shift(timedelta(minutes=61))
    assert publish() == 1
    report_withdraw(receipt_key=key)  # a number that falls never waits
    assert publish() == 0
    assert current("reports").pk == second


def test_whatever_changes_what_is_public_wakes_the_sweep(
    visitor, contributor, world, publish
) -> None:
    """By the services, as in life; each is noticed by itself, with the clock standing still."""
    from backend.findings.models import AnalysisRun
    from backend.reports.services import report_reject, reports_release_due

    def is_noticed() -> bool:
        was_stale = services.charts_are_stale()
        publish()
        assert services.charts_are_stale() is False
        return was_stale

    publish()
    assert is_noticed() is False
    answer = contributor.send()
    assert reports_release_due() == 1
    assert is_noticed(), "a release"
    contributor.withdraw(answer.json()["id"])
    assert is_noticed(), "a withdrawal"
    report_reject(report_id=world.reports[2].pk, moderator="m", reason="spam")
    assert is_noticed(), "a rejection"
    finding_hold(finding_id=world.finding.pk, moderator="m", reason="not sure")
    assert is_noticed(), "a hold"
    finding_publish(finding_id=world.finding.pk, moderator="m", reason="sure")
    assert is_noticed(), "a publication"
    make_run()
    assert is_noticed(), "a run"
    AnalysisRun.objects.filter(is_current=True).update(is_current=False)
    assert is_noticed(), "no run"


def test_a_map_of_clusters_holds_no_word_of_a_report(world, publish, current) -> None:
    publish()
    chart = current("clusters", "distributed-training")
    assert chart.data == [{
        "number": 1, "cluster": world.cluster.track_id, "domain": "distributed-training", "place": "own",
        "reports": 20, "contributors": 10, "x": 0.0, "y": 0.0,
    }]  # fmt: skip
    assert "restart" in world.cluster.terms
    assert not any("restart" in text for text in (chart.title, chart.alt, chart.query))
    assert current("clusters", "").data == chart.data
    world.cluster.is_public = False
    world.cluster.save()
    publish()
    assert current("clusters", "distributed-training") is None
    assert current("clusters", "") is None


def test_an_idle_sweep_asks_a_few_questions(world, publish, django_assert_max_num_queries) -> None:
    publish()
    with django_assert_max_num_queries(8):
        assert services.charts_are_stale() is False


def test_one_chart_that_can_not_be_drawn_does_not_keep_the_others(world, current) -> None:
    from tests.factories import publish_charts

    publish_charts()
    Chart.objects.all().delete()
    services.ChartStamp.objects.all().delete()

    def draw(chart: Chart) -> dict[str, bytes]:
        if chart.kind == "reports":
            raise ValueError("no font")
        return {"light.svg": b"<svg/>", "light.png": b""}

    def specify(draft):
        return {"of": [draft.kind, draft.subject]}

    services.charts_publish(specify=specify, draw=draw)
    assert current("reports") is None
    assert current("finding", world.finding.pk) is not None
    assert Chart.objects.get(kind="reports").attempts == services.ATTEMPTS_MAX
    assert services.charts_are_stale() is False  # given up, until its data changes


def test_a_kind_that_only_a_newer_worker_knows_waits_for_it(world, publish) -> None:
    publish()
    waiting = Chart.objects.filter(kind="domain")
    waiting.update(kind="from-later", drawn_at=None, attempts=0, digest="f" * 64)
    assert publish() == 1  # its own chart of the domain, anew
    assert list(Chart.objects.filter(kind="from-later").values_list("attempts", "drawn_at")) == [
        (0, None)
    ]


def test_the_numbers_of_a_domain_are_those_of_counting_one_by_one(world, publish, current) -> None:
    withdrawn = make_report(observed_on="2026-10-01", state="withdrawn")
    for report in (make_report(observed_on="2026-10-02", symptoms=["refusal"]), withdrawn):
        ReportDomain.objects.create(
            run=world.run, report=report, domain="distributed-training",
            domain_inferred="distributed-training", confidence=0.9, is_duplicate=False,
        )  # fmt: skip
    domains_counted_update()
    publish()
    counted = reports_public().filter(
        pk__in=ReportDomain.objects.filter(run=world.run).values("report_id")
    )
    days = [report.observed_on for report in counted]
    weeks = Counter(day - timedelta(days=day.weekday()) for day in days)
    assert weeks == {date(2026, 9, 28): 1, date(2026, 11, 16): 3}
    rows = current("domain", "distributed-training").data
    assert [(row["from"], row["reports"]) for row in rows] == [
        (week.isoformat(), n) for week, n in sorted(weeks.items())
    ]


def test_no_chart_shows_half_of_an_import(world, publish, current, monkeypatch) -> None:
    monkeypatch.setattr(tallies, "PENDING_MAX", 1)  # so much a reader adds by itself
    assert publish() == 5  # the finding, its ratings and map, two of clusters: none shows the tally
    assert (current("reports"), current("domain", "distributed-training")) == (None, None)
    assert services.charts_are_stale() is True
    tallies.tally_fold()
    assert publish() == 2
    (row,) = [row for row in current("reports").data if row["row"] == "week"]
    assert row["reports"] == 3


def test_the_queue_is_noted_as_worked_off_when_no_chart_waits(world, publish) -> None:
    publish()
    Chart.objects.filter(kind="reports").update(drawn_at=None)
    services.charts_alive_note()
    assert "charts" not in heartbeats()
    Chart.objects.filter(drawn_at=None).delete()
    services.charts_alive_note()
    assert heartbeats()["charts"] == timezone.now()
