"""No number of contributors below five is on any page, in any picture or in the API."""

from __future__ import annotations

import re

import pytest

from tests.explorer.conftest import OBSERVED, plain
from tests.factories import publish_charts

pytestmark = pytest.mark.django_db


def test_the_table_of_windows_shows_five_and_hides_four(visitor, world) -> None:
    page = plain(visitor.get(f"/findings/{world.finding.name}/").content.decode())
    body = page[page.index("Windows of this cell</caption>") :]
    rows = re.findall(r"<tr><td><span[^<]*</span></td><td class=\"number\">([^<]*)</td>", body)
    assert rows == ["fewer than 5" if n < 5 else str(n) for n in OBSERVED]
    # The information component would give the count away.
    components = re.findall(r"<td class=\"number\">(–|1\.00)</td>", body)
    assert components == ["–", "–", "1.00", "1.00", "–", "–", "1.00"]  # – for its bound too


def test_the_picture_is_drawn_without_the_hidden_counts(visitor, world) -> None:
    from backend.charts.models import Chart

    publish_charts()
    chart = Chart.objects.get(kind="finding", subject=world.finding.pk, is_current=True)
    windows = [row for row in chart.data if row["row"] == "window"]
    assert [row["contributors"] for row in windows] == [None if n < 5 else n for n in OBSERVED]
    assert [row["bound"] is None for row in windows] == [n < 5 for n in OBSERVED]


@pytest.mark.parametrize(("count", "words"), [(4, "fewer than 5"), (5, "5")])
def test_contributors_of_a_finding(visitor, world, count: int, words: str) -> None:
    world.finding.n_contributors = count
    world.finding.save()
    for address in ("/", "/findings/", "/domains/distributed-training/"):
        assert f"<p>{words} contributors (unverified)" in visitor.get(address).content.decode()
    page = plain(visitor.get(f"/findings/{world.finding.name}/").content.decode())
    assert f"<dd>{words} (unverified)" in page


@pytest.mark.parametrize("count", [4, 5])
def test_contributors_of_the_strongest_window(visitor, world, count: int) -> None:
    world.finding.peak["observed"] = count
    world.finding.save()
    page = plain(visitor.get(f"/findings/{world.finding.name}/").content.decode())
    counted = {
        4: "<dd>fewer than 5 contributors (2026-09-07 to",
        5: "<dd>5 contributors where 2.5 were",
    }
    assert counted[count] in page
    # With what is expected, each of these would give the count away.
    for told in ("2.06 bits", "<dd>4.8 (shown", "<dd>4: the signal"):
        assert (told in page) is (count >= 5), told
    assert ("not published below five contributors" in page) is (count < 5)


@pytest.mark.parametrize("count", [4, 5])
def test_the_api_keeps_the_same_floor(visitor, world, count: int) -> None:
    world.finding.peak["observed"] = world.finding.n_contributors = count
    world.finding.save()
    one = visitor.get(f"/api/v1/findings/{world.finding.pk}/").json()
    listed = visitor.get("/api/v1/findings/").json()["results"][0]
    for finding in (one, listed):
        assert finding["n_contributors"] == (count if count >= 5 else None)
        assert (finding["peak"] and finding["peak"]["observed"]) == (count if count >= 5 else None)
    assert [week["observed"] for week in one["series"]] == [None, None]  # 0 and 3


@pytest.mark.parametrize(("is_public", "is_there"), [(True, True), (False, False)])
def test_only_public_clusters_are_shown(visitor, world, is_public, is_there) -> None:
    world.cluster.is_public = is_public
    world.cluster.save()
    page = visitor.get("/domains/distributed-training/").content.decode()
    assert ("restart, hope" in page) is is_there
