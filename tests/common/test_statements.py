"""A statement gives what the set of the ORM would give, for whatever values, and is planned once."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import UUIDField, Value
from django.utils import timezone

from backend.common.statements import Statement, is_among
from backend.reports.models import Report
from backend.reports.selectors import reports_public
from tests.factories import make_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
TODAY = Statement(lambda today: reports_public(on=today), today=date)
OF_LABEL: Statement[Any] = Statement(
    lambda label: (
        Report.objects.filter(model_label=label)
        .annotate(said=Value("50 % of 'it', %s and %(label)s"))
        .values_list("model_label", "said")
    ),
    label=str,
)


def test_it_gives_the_same_instances_as_the_set() -> None:
    reports = [make_report() for _ in range(3)]
    one = Statement(
        lambda report_id: Report.objects.select_related("site", "model").filter(pk=report_id),
        report_id=UUID,
    )
    for report in reports:
        (found,) = one(report_id=report.pk)
        expected = Report.objects.get(pk=report.pk)
        assert [getattr(found, field.attname) for field in Report._meta.concrete_fields] == [
            getattr(expected, field.attname) for field in Report._meta.concrete_fields
        ]
        assert (found.site, found.model) == (expected.site, expected.model)
    assert one.first(report_id=uuid4()) is None


def test_many_values_are_one_value() -> None:
    reports = [make_report() for _ in range(3)]
    some = Statement(
        lambda ids: Report.objects.order_by("id").filter(is_among("id", ids, UUIDField())),
        ids=list[UUID],
    )
    for chosen in ([], [reports[1].pk], [report.pk for report in reports], [uuid4()]):
        assert some(ids=chosen) == list(Report.objects.order_by("id").filter(pk__in=chosen))


def test_what_is_public_is_decided_on_the_day_of_the_question() -> None:
    today = timezone.now().date()
    report = make_report()
    Report.objects.filter(pk=report.pk).update(public_from=today + timedelta(days=1))
    assert TODAY(today=today) == []
    assert TODAY(today=today + timedelta(days=1)) == [report]
    assert TODAY(today=today) == []


def test_a_withdrawn_report_is_gone_with_the_next_question() -> None:
    report = make_report()
    today = timezone.now().date()
    assert TODAY(today=today) == [report]
    Report.objects.filter(pk=report.pk).update(state="withdrawn", prompt="", response="")
    assert TODAY(today=today) == []


def test_a_day_that_would_stay_is_refused() -> None:
    stale: Statement[Any] = Statement(
        lambda label: reports_public().filter(model_label=label), label=str
    )
    with pytest.raises(ValueError, match="a day in a statement must be a value of it"):
        stale(label="x")


def test_a_value_that_nothing_asks_for_is_refused() -> None:
    idle: Statement[Any] = Statement(lambda label: Report.objects.filter(is_silent=True), label=str)
    with pytest.raises(ValueError, match=r"a statement never uses \['label'\]"):
        idle(label="x")


@pytest.mark.parametrize(
    "label", ["GPT", "100 %", "%s %(label)s", "'; DROP TABLE x; --", "\\", "“"]
)
def test_values_and_constants_are_never_read_as_sql(label: str) -> None:
    make_report(model_label=label)
    make_report(model_label="another")
    assert OF_LABEL(label=label) == [(label, "50 % of 'it', %s and %(label)s")]


def test_a_value_that_is_changed_on_the_way_is_refused() -> None:
    changed: Statement[Any] = Statement(
        lambda label: Report.objects.filter(model_label=label, prompt__contains=label), label=str
    )
    with pytest.raises(ValueError, match="a value of a statement is part of another one"):
        changed(label="x")


def test_threads_share_it() -> None:
    report = make_report()
    own: Statement[Any] = Statement(
        lambda ids: Report.objects.filter(is_among("id", ids, UUIDField())), ids=list[UUID]
    )
    found: list[Any] = []

    def ask() -> None:
        found.append(own(ids=[report.pk]))
        connection.close()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Another thread has a connection of its own, which does not see this test's transaction.
    assert found == [[], [], [], []]
    assert own(ids=[report.pk]) == [report]


def test_it_is_planned_once_for_all_values_and_counted_each_time(django_assert_num_queries) -> None:
    own: Statement[Any] = Statement(
        lambda label: Report.objects.filter(collection=label).values_list("pk"), label=str
    )
    with django_assert_num_queries(3) as seen:
        assert [own(label=label) for label in ("a", "b", "c")] == [[], [], []]
    assert all('"reports_report"."collection"' in query["sql"] for query in seen)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(generic_plans + custom_plans) FROM pg_prepared_statements"
            " WHERE statement LIKE %s",
            ['%"reports_report"."collection" = $1%'],
        )
        assert cursor.fetchone() == (1, 3)
