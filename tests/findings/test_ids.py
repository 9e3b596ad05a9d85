"""Ids of findings, steps, clusters and what vendors said: nobody can count what is not public by them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from backend.disclosures.models import Disclosure
from backend.findings import services
from backend.findings.models import Acknowledgement, ClusterTrack, Finding, FindingEvent, Reply
from tests.factories import make_cluster, make_finding, make_run
from tests.findings.test_runs import finding_fields, store

pytestmark = pytest.mark.usefixtures("catalogue")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
A_DAY, A_DAY_OF_CLUSTERS, A_TICK = 10**5, 10**6, 10**3
TICK = timedelta(microseconds=100)
DOMAINS = ("law", "medicine", "cooking", "mathematics")


def step(finding: Finding, at: datetime, **fields: Any) -> FindingEvent:
    return FindingEvent.objects.create(
        finding=finding, run=finding.run, happened_at=at, to_state="reported", reason="r", **fields
    )


@pytest.mark.parametrize(
    "model", [Finding, FindingEvent, ClusterTrack, Acknowledgement, Reply, Disclosure]
)
def test_no_sequence_counts_what_may_be_hidden(model) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [model._meta.db_table])
        assert cursor.fetchone() == (None,)


def test_an_id_is_of_the_day_and_of_chance(clock) -> None:
    run = make_run()
    days = (timezone.now() - BEGIN).days
    ids = [make_finding(run=run, is_published=place % 2 == 0).pk for place in range(12)]
    assert len(set(ids)) == len(ids)
    assert {(pk - 1) // A_DAY for pk in ids} == {days}
    assert sorted(ids) != ids, "their order tells nothing either"
    steps = [b - a for a, b in zip(sorted(ids), sorted(ids)[1:], strict=False)]
    assert max(steps) > 100


def test_what_is_hidden_moves_no_other_id(clock) -> None:
    """A step's number within its tick is one draw, whether ten others were taken in it or none."""
    run = make_run()
    shown = make_finding(run=run)
    hidden = make_finding(run=run, is_published=False, symptom_kind="stated")
    for n_hidden in (0, 10):
        clock.shift(3600)
        for _ in range(n_hidden):
            step(hidden, timezone.now())
        number = step(shown, timezone.now()).pk - (timezone.now() - BEGIN) // TICK * A_TICK
        assert 1 <= number <= A_TICK


def test_the_steps_of_a_finding_keep_their_order(clock) -> None:
    finding = make_finding(run=make_run())
    ids = [step(finding, timezone.now()).pk for _ in range(8)]
    ids += [step(finding, timezone.now() + timedelta(seconds=place)).pk for place in (1, 2, 3)]
    late = step(finding, timezone.now() - timedelta(days=3)).pk
    assert [*ids, late] == sorted([*ids, late])


def test_ids_that_are_given_stay_and_a_full_day_goes_on() -> None:
    run = make_run()
    assert make_finding(run=run, pk=12).pk == 12
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE crowd (id bigint, happened_at timestamptz)")
        cursor.execute(
            "CREATE TRIGGER t BEFORE INSERT ON crowd FOR EACH ROW"
            " EXECUTE FUNCTION plumbline_id_that_counts_nothing('86400', '4', 'happened_at')"
        )
        cursor.execute(
            "INSERT INTO crowd (happened_at)"
            " SELECT timestamptz '2026-01-02 00:00+00' FROM generate_series(1, 40)"
        )
        cursor.execute("SELECT count(DISTINCT id), min(id) > 4 FROM crowd")
        assert cursor.fetchone() == (40, True)


def test_many_rows_at_once_have_such_ids_too() -> None:
    finding = make_finding(run=make_run())
    at = timezone.now()
    rows = FindingEvent.objects.bulk_create(
        FindingEvent(
            finding=finding, run=finding.run, happened_at=at, to_state="reported", reason="r"
        )
        for _ in range(5)
    )
    ids = [row.pk for row in rows]
    assert ids == sorted(set(ids))


def test_clusters_are_not_counted_by_their_ids() -> None:
    run = make_run()
    ids = [make_cluster(run=run, is_public=place != 1).track_id for place in range(6)]
    assert {(pk - 1) // A_DAY_OF_CLUSTERS for pk in ids} == {(datetime.now(UTC) - BEGIN).days}
    assert max(b - a for a, b in zip(sorted(ids), sorted(ids)[1:], strict=False)) > 100


def test_the_steps_of_a_run_are_of_one_moment() -> None:
    rows = [(finding_fields(domain_id=domain), []) for domain in DOMAINS]
    store(services.Conclusions(findings=rows))
    store(services.Conclusions())
    told = FindingEvent.objects.order_by("run")
    moments = {
        run: {event.happened_at for event in told if event.run_id == run}
        for run in set(told.values_list("run", flat=True))
    }
    assert [len(times) for times in moments.values()] == [1, 1]
    assert {f.first_seen_at for f in Finding.objects.all()} == moments[min(moments)]


def test_every_id_that_the_public_sees_is_looked_after() -> None:
    """Whoever makes a table of which some rows are hidden decides on its ids here."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'id_that%'"
        )
        guarded = {table for (table,) in cursor.fetchall()}
    states = {
        model._meta.db_table
        for model in apps.get_models()
        if {"is_published", "is_public"} & {field.name for field in model._meta.get_fields()}
    }
    assert states - guarded == {"findings_cluster"}, "its ids are told nowhere: those of tracks are"


def test_the_oldest_of_two_lives_on_whatever_its_id() -> None:
    winter = {
        "onset": date(2026, 1, 5),
        "onset_low": date(2026, 1, 5),
        "onset_high": date(2026, 1, 5),
    }
    early = winter | dict.fromkeys(("offset", "offset_low", "offset_high"), date(2026, 3, 2))
    late = dict.fromkeys(("onset", "onset_low", "onset_high"), date(2026, 5, 4))
    store(
        services.Conclusions(findings=[(finding_fields(**early), []), (finding_fields(**late), [])])
    )
    oldest = Finding.objects.get(onset=date(2026, 5, 4))
    Finding.objects.exclude(pk=oldest.pk).update(first_seen_at=oldest.first_seen_at + timedelta(1))
    store(services.Conclusions(findings=[(finding_fields(**winter), [])]))
    assert Finding.objects.exclude(pk=oldest.pk).get().merged_into == oldest
