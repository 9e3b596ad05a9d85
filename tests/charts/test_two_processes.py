"""Two processes at the same charts: one draws what the other finds out of date."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from backend.charts import services
from backend.charts.kinds import Draft
from backend.charts.models import Chart, ChartImage

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 60
"""How long one process waits for the other before the test fails."""
OLD = Draft(
    kind="reports", subject="", title="Reports", alt="", query="", query_path="", rows=[{"n": 1}],
    is_simulated=False, finding_ids=(), report_ids=(),
)  # fmt: skip
NEW = replace(OLD, rows=[{"n": 2}])


def specify(draft: Draft) -> dict[str, Any]:
    return {"rows": draft.rows}


def run_apart(work: Callable[[], object], failed: list[BaseException]) -> threading.Thread:
    """Do the work on a connection of its own; what it raises is kept."""

    def run() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def waits_for_a_lock(thread: threading.Thread) -> bool:
    """Whether somebody waits for a row; asked until it is so, or the thread has ended."""
    with connection.cursor() as cursor:
        while thread.is_alive():
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock')"
            )
            if cursor.fetchone() == (True,):
                return True
    return False


def test_a_chart_that_is_out_of_date_while_it_is_drawn_keeps_its_images_until_the_next() -> None:
    first = services.chart_store(OLD, specify=specify)
    is_drawing, may_end = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def draw(chart: Chart) -> dict[str, bytes]:
        is_drawing.set()
        assert may_end.wait(SECONDS)
        return {"data.json": b"{}"}

    drawing = run_apart(lambda: services._draw_one(draw), failed)
    assert is_drawing.wait(SECONDS)
    storing = run_apart(lambda: services.chart_store(NEW, specify=specify), failed)
    assert waits_for_a_lock(storing)
    may_end.set()
    for thread in (drawing, storing):
        thread.join(SECONDS)
    assert failed == []
    assert list(ChartImage.objects.values_list("chart", "name")) == [(first.pk, "data.json")]
    assert list(Chart.objects.filter(is_current=True)) == [first]
    assert services.charts_draw(draw=lambda chart: {"data.json": b"{}"}) == 1
    assert [chart.data for chart in Chart.objects.filter(is_current=True)] == [NEW.rows]
