"""Reports that are like one, by their vectors: public ones of the same space, nearest first."""

from __future__ import annotations

import math
from typing import Any

import pytest
from django.db import connection

from backend.reports.models import Report
from backend.reports.similar import CANDIDATES
from tests.factories import make_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def embed(report: Any, degrees: float, *, model: str = "m", dimensions: int = 384) -> Any:
    """A vector at so many degrees from the first axis."""
    angle = math.radians(degrees)
    vector = [math.cos(angle), math.sin(angle)] + [0.0] * (dimensions - 2)
    Report.objects.filter(pk=report.pk).update(embedding=vector, embedding_model=model)
    return report


def likenesses(visitor, report: Any) -> dict[str, float]:
    answer = visitor.get(f"/api/v1/reports/{report.pk}/similar/")
    assert answer.status_code == 200
    return {row["report"]["id"]: round(row["likeness"], 2) for row in answer.json()["results"]}


@pytest.mark.parametrize("dimensions", [384, 256])
def test_the_nearest_public_reports_of_the_same_space_are_listed(visitor, dimensions: int) -> None:
    def make(degrees: float, **options: Any) -> Any:
        model = options.pop("model", "m")
        return embed(make_report(**options), degrees, model=model, dimensions=dimensions)

    asked = make(0, prompt="How do I shard the optimiser?")
    near, far, farther = make(10), make(40), make(60)
    make(89)  # nothing in common
    make(5, model="another")
    for state in ("pending", "quarantined", "rejected", "embargoed"):
        make(1, state=state, prompt="canary")
    Report.objects.filter(pk=make(1, prompt="canary").pk).update(public_from="2099-01-01")
    make_report()  # no vector yet
    expected = [(near, 0.98), (far, 0.77), (farther, 0.5)]  # the cosines of 10, 40 and 60 degrees
    assert list(likenesses(visitor, asked).items()) == [(str(r.pk), c) for r, c in expected]
    page = visitor.get(f"/reports/{asked.pk}/").content.decode()
    shown = page[page.index("Reports like this one") :]
    assert [f"/reports/{r.pk}/" in shown for r, _ in expected] == [True] * 3
    assert "almost the same (0.98)" in shown
    assert "very alike (0.77)" in shown
    assert "somewhat alike (0.50)" in shown
    assert "canary" not in page


@pytest.mark.parametrize("dimensions", [384, 256])
def test_what_is_under_an_embargo_leaves_no_gap_among_the_nearest(visitor, dimensions: int) -> None:
    """A list shorter than ten would tell that something alike waits."""
    asked = embed(make_report(), 0, dimensions=dimensions)
    shown = [embed(make_report(), 20 + n, dimensions=dimensions) for n in range(12)]
    for degrees in (1, 2, 3):
        waiting = embed(make_report(), degrees, dimensions=dimensions)
        Report.objects.filter(pk=waiting.pk).update(public_from="2099-01-01")
    assert list(likenesses(visitor, asked)) == [str(report.pk) for report in shown[:10]]


def test_the_index_goes_on_where_the_nearest_are_all_under_an_embargo(visitor) -> None:
    asked = embed(make_report(), 0)
    shown = [embed(make_report(), 20 + n) for n in range(12)]
    for number in range(CANDIDATES + 5):
        waiting = embed(make_report(), 1 + number / 100)
        Report.objects.filter(pk=waiting.pk).update(public_from="2099-01-01")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    assert list(likenesses(visitor, asked)) == [str(report.pk) for report in shown[:10]]


def test_a_withdrawn_report_is_similar_to_nothing_at_once(visitor, contributor) -> None:
    asked, other = embed(make_report(), 0), embed(make_report(), 1)
    assert list(likenesses(visitor, asked)) == [str(other.pk)]
    Report.objects.filter(pk=other.pk).update(state="rejected")
    assert likenesses(visitor, asked) == {}
    assert visitor.get(f"/api/v1/reports/{other.pk}/similar/").status_code == 404


def test_a_report_without_a_vector_is_like_none(visitor) -> None:
    asked = make_report()
    embed(make_report(), 0)
    assert likenesses(visitor, asked) == {}
    assert "Reports like this one" not in visitor.get(f"/reports/{asked.pk}/").content.decode()
