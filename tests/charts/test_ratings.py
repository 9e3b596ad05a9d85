"""Ratings of a finding over time: drawn by the sweep, and shown with the numbers on the finding's page."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from backend.charts import services
from backend.charts.models import ChartImage
from backend.findings.services import finding_hold, finding_publish, simulated_findings_delete
from backend.measurements.models import Rating, RatingSender
from tests.explorer.conftest import plain
from tests.factories import make_finding, make_ratings

pytestmark = pytest.mark.django_db
RATE = {
    "n_ratings": 40, "n_raters": 40, "n_raters_bad": 13, "n_raters_fine": 27, "fewest_domain": 10,
    "fewest_model": 0, "fewest_before": 0, "n_bad": 13, "share": 0.325, "share_low": 0.2,
    "share_high": 0.48, "n_domain": 100, "share_domain": 0.1, "n_model": 0, "share_model": 0.0,
    "n_before": 0, "share_before": 0.0, "has_past": True, "is_corroborated": True,
    "is_provisional": True,
}  # fmt: skip
WHY_NONE = "Shares by week appear here once two weeks have one"
OPENED = "It was opened by ratings, not by reports alone"


def test_ratings_of_a_finding_are_drawn_week_by_week(world, publish, current) -> None:
    publish()
    chart = current("ratings", world.finding.pk)
    none = dict.fromkeys(("n_ratings", "share", "share_low", "share_high", "n_domain", "share_domain",
                          "n_model", "share_model"))  # fmt: skip
    first, second, onset = chart.data
    # Wilson, z^2 = 3.8415: (5 + 1.9207) / 23.8415 +- 1.96 sqrt(5 * 15 / 20 + .9604) / 23.8415, and
    # likewise with 8 of 20
    assert first == none | {
        "row": "week", "from": "2026-08-31", "to": "2026-09-06", "n_ratings": 20, "share": 0.25,
        "share_low": 0.1119, "share_high": 0.4687, "n_domain": 50, "share_domain": 0.1,
    }  # fmt: skip
    assert (second["share"], second["share_low"], second["share_high"]) == (0.4, 0.2188, 0.6134)
    assert onset == none | {"row": "onset", "from": "2026-08-31", "to": "2026-09-20"}
    assert chart.alt == (
        "Line chart of 2 weeks: the share of answers of GPT-4 (June 2023) about Distributed training "
        "infrastructure, drawn at random, that people called bad. Published for 2 weeks. Most, 40% (22% "
        "to 61%) of 20 ratings, in the week of 2026-09-07, against 10% at other vendors in this subject. "
        "It began about the week of 2026-09-07 (between 2026-08-31 and 2026-09-14)."
    )
    assert chart.as_of == timezone.now().date()
    assert chart.is_simulated is False


def test_ratings_are_drawn_again_once_another_week_is_closed(
    world, publish, current, clock
) -> None:
    make_ratings("2026-10-19", bad=5, fine=15)
    publish()
    before = current("ratings", world.finding.pk)
    assert {row["to"] for row in before.data if row["row"] == "week"} == {
        "2026-09-06",
        "2026-09-13",
    }
    clock.move_to("2026-11-24T12:00:00Z")
    assert services.charts_are_stale()
    publish()
    after = current("ratings", world.finding.pk)
    assert (after.as_of, after.run) == (date(2026, 11, 24), world.run.pk)  # the run is of the 23rd
    assert [row["from"] for row in after.data if row["n_ratings"]][-1] == "2026-10-19"
    before.refresh_from_db()
    assert (before.is_current, before.erased_at) == (False, None)  # what it showed stays public


def test_what_was_shown_stays_when_it_is_forgotten_how_many_people_rated(
    world, publish, current
) -> None:
    publish()
    before = current("ratings", world.finding.pk)
    RatingSender.objects.all().delete()  # as when tags expire: 8 of 20 may be two people's since
    assert publish() == 0
    assert current("ratings", world.finding.pk).pk == before.pk
    make_ratings("2026-09-14", bad=5, fine=15)
    publish()
    weeks = [row for row in current("ratings", world.finding.pk).data if row["row"] == "week"]
    assert weeks[:2] == before.data[:2]
    assert [row["share"] for row in weeks] == [0.25, 0.4, 0.25]
    late = make_finding(run=world.run, symptom_kind="stated")  # nothing was shown of it before
    publish()
    assert current("ratings", late.pk) is None


def test_a_finding_that_was_held_has_its_weeks_again(world, publish, current) -> None:
    publish()
    before = current("ratings", world.finding.pk)
    RatingSender.objects.all().delete()
    finding_hold(finding_id=world.finding.pk, moderator="m", reason="not sure")
    publish()
    assert current("ratings", world.finding.pk) is None
    finding_publish(finding_id=world.finding.pk, moderator="m", reason="sure")
    publish()
    assert current("ratings", world.finding.pk).pk == before.pk


def test_invented_ratings_that_are_gone_are_gone_from_the_chart(
    quiet_world, publish, current
) -> None:
    invented = {"model_id": "demo-aster-large", "provenance": "simulated", "collection": "demo"}
    finding = make_finding(run=quiet_world.run, model_id="demo-aster-large", is_simulated=True)
    for monday in ("2026-09-07", "2026-09-14", "2026-09-21"):
        make_ratings(monday, bad=2, fine=3, **invented)
    publish()
    assert len(current("ratings", finding.pk).data) == 4  # with the bar of its beginning
    Rating.objects.filter(rated_on__gte="2026-09-21").delete()
    publish()
    assert len(current("ratings", finding.pk).data) == 3


def test_without_two_weeks_of_ratings_there_is_no_chart(quiet_world, publish, current) -> None:
    make_ratings("2026-09-07", bad=5, fine=15)
    make_ratings("2026-09-14", bad=4, fine=16)
    publish()
    assert current("ratings", quiet_world.finding.pk) is None
    make_ratings("2026-09-21", bad=5, fine=15)
    publish()
    assert (
        len(current("ratings", quiet_world.finding.pk).data) == 4
    )  # with the bar of its beginning


def test_invented_ratings_are_marked_and_go_with_the_demo(quiet_world, publish, current) -> None:
    invented = {"model_id": "demo-aster-large", "provenance": "simulated", "collection": "demo"}
    finding = make_finding(
        run=quiet_world.run, model_id="demo-aster-large", is_simulated=True,
        representatives=quiet_world.reports[:1],
    )  # fmt: skip
    for monday in ("2026-09-07", "2026-09-14"):
        make_ratings(monday, bad=2, fine=3, **invented)
    publish()
    chart = current("ratings", finding.pk)
    assert chart.is_simulated
    assert chart.title_marked.startswith("SIMULATED: Aster Large")
    simulated_findings_delete()
    publish()
    chart.refresh_from_db()
    assert (chart.data, chart.is_current) == ([], False)
    assert not ChartImage.objects.filter(chart=chart).exists()


def test_a_finding_that_a_moderator_holds_shows_no_ratings(
    visitor, world, publish, current
) -> None:
    publish()
    address = f"/c/{current('ratings', world.finding.pk).pk}/"
    assert visitor.get(address).status_code == 200
    finding_hold(finding_id=world.finding.pk, moderator="m", reason="not sure")
    assert visitor.get(address).status_code == 404
    assert visitor.get(f"{address}data.csv").status_code == 404


def test_the_page_shows_the_picture_and_leads_to_its_numbers(
    visitor, world, publish, current
) -> None:
    make_ratings("2026-09-14", bad=4, fine=16)
    make_ratings("2026-09-21", bad=10, fine=10)
    publish()
    page = plain(visitor.get(f"/findings/{world.finding.name}/").content.decode())
    chart = current("ratings", world.finding.pk)
    figure = page[page.index('<figure id="ratings">') :]
    assert f'<img src="/c/{chart.pk}/light.svg" alt="Line chart of the share of randomly' in figure
    assert f'<a href="/c/{chart.pk}/">' in figure
    assert f'<a href="/c/{chart.pk}/#numbers">The same as a table</a>' in figure
    table = plain(visitor.get(f"/c/{chart.pk}/").content.decode())
    assert '<h2 id="numbers">The numbers</h2>' in table
    for week in ("2026-08-31", "2026-09-07", "2026-09-14", "2026-09-21"):
        assert week in table
    assert WHY_NONE not in page


def test_before_two_weeks_are_public_the_page_says_why_and_shows_no_box(
    visitor, quiet_world, publish
) -> None:
    finding = quiet_world.finding
    finding.evidence = {"rate": RATE}
    finding.save()
    publish()
    page = visitor.get(f"/findings/{finding.name}/").content.decode()
    assert WHY_NONE in page
    assert 'id="ratings"' in page  # where the link above leads
    assert "The same as a table" not in page[page.index('id="controls"') : page.index(WHY_NONE)]
    assert "The picture is being drawn" not in page
    finding.evidence = {}
    finding.save()
    page = visitor.get(f"/findings/{finding.name}/").content.decode()
    assert WHY_NONE not in page  # it has no ratings at all, and says so
    assert "there is no rate to compare" in page


@pytest.mark.parametrize("is_opened", [True, False])
def test_a_finding_that_ratings_opened_leads_to_them(visitor, world, publish, is_opened) -> None:
    world.finding.evidence = {"rate": RATE, "stands_in_ratings": is_opened}
    world.finding.state = "corroborated"
    world.finding.save()
    publish()
    page = visitor.get(f"/findings/{world.finding.name}/").content.decode()
    assert (OPENED in page) is is_opened
    assert page.count('id="ratings"') == 1


def test_the_list_of_charts_has_it_by_its_kind(visitor, world, publish, current) -> None:
    publish()
    found = visitor.get(f"/api/v1/charts/?kind=ratings&subject={world.finding.pk}").json()
    chart = current("ratings", world.finding.pk)
    assert [row["id"] for row in found["results"]] == [chart.pk]
    assert visitor.get(f"/api/v1/charts/{chart.pk}/").json()["data"] == chart.data
    csv = visitor.get(f"/c/{chart.pk}/data.csv").content.decode().splitlines()
    assert csv[0] == (
        "row,from,to,n_ratings,share,share_low,share_high,n_domain,share_domain,n_model,share_model"
    )
    assert csv[1] == "week,2026-08-31,2026-09-06,20,0.25,0.1119,0.4687,50,0.1,,"
    page = visitor.get(f"/c/{chart.pk}/").content.decode()
    assert f'<a href="/findings/{world.finding.pk}/">The page that it belongs to</a>' in page
    assert "State of the finding now: reported." in page
