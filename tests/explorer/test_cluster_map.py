"""The maps of clusters: what is on them, and that picture and table have the same numbers.

Where the circles lie is tested in tests/charts/test_drawing.py.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.charts.models import Chart
from backend.findings import themes as on_map
from tests.factories import make_cluster, make_finding, make_run, publish_charts

pytestmark = pytest.mark.django_db

ROW = re.compile(
    r'<td class="number" data-label="Number">([0-9]+)</td><th scope="row"><a [^>]*>([^<]*)</a>'
)
NEIGHBOURS = re.compile(r"<p>Neighbours: (.*)</p>")


def rows(page: str) -> list[tuple[str, str]]:
    """Number and words of each line of the table."""
    return ROW.findall(page)


def neighbours(page: str) -> list[str]:
    """The subjects that the page names as neighbours."""
    (named,) = NEIGHBOURS.findall(page)
    return re.findall(r"/domains/([^/]+)/map/", named)


@pytest.fixture
def themes(catalogue: None, clock):
    """Two themes of one domain at the map's corners, a smaller neighbour between, one far away."""
    run = make_run()
    own = [
        make_cluster(run=run, n_reports=100, x=-0.5, y=-0.5, terms=["restart"]),
        make_cluster(run=run, n_reports=25, x=0.0, y=0.0, terms=["shard"]),
    ]
    near = make_cluster(run=run, domain_id="law", n_reports=49, x=-0.2, y=-0.3, terms=["appeal"])
    far = make_cluster(run=run, domain_id="law", n_reports=20, x=0.9, y=0.9, terms=["treaty"])
    return own, near, far


def picture(page: str) -> list[dict]:
    """The rows of the chart whose picture a page shows; none without a picture."""
    ids = re.findall(r"/c/([a-z2-7]+)/light.svg", page)
    return Chart.objects.get(pk=ids[0]).data if ids else []


def test_a_domain_is_shown_with_its_neighbours(visitor, themes) -> None:
    publish_charts()
    page = visitor.get("/domains/distributed-training/map/").content.decode()
    assert rows(page) == [
        ("1", "restart"), ("2", "shard"), ("3", "appeal"), ("4", "treaty"),
    ]  # fmt: skip
    own, near, far = themes
    assert [(row["number"], row["cluster"], row["place"]) for row in picture(page)] == [
        (1, own[0].track_id, "own"), (2, own[1].track_id, "own"),
        (3, near.track_id, "neighbour"), (4, far.track_id, "neighbour"),
    ]  # fmt: skip
    assert "belong to its neighbours" in page
    assert neighbours(page) == ["law"]


def test_there_is_no_picture_whose_numbers_are_not_those_of_the_table(visitor, themes) -> None:
    where = "/domains/distributed-training/map/"
    waiting = "The picture is being drawn; the table below holds the numbers."
    assert waiting in visitor.get(where).content.decode()
    publish_charts()
    assert waiting not in visitor.get(where).content.decode()
    make_cluster(run=themes[1].run, n_reports=60, x=0.1, y=0.1, terms=["between"])
    page = visitor.get(where).content.decode()
    assert picture(page) == []
    assert waiting in page
    assert rows(page)[1] == ("2", "between")
    publish_charts()
    assert len(picture(visitor.get(where).content.decode())) == 5


def test_the_picture_can_be_verified_and_leads_back(visitor, themes) -> None:
    publish_charts()
    for where in ("/map/", "/domains/distributed-training/map/"):
        page = visitor.get(where).content.decode()
        (chart,) = re.findall(r'<a href="(/c/[a-z2-7]+/)">Chart <code>', page)
        verified = visitor.get(chart).content.decode()
        assert f'href="{where}"' in verified
        assert str(themes[0][0].track_id) in verified
        assert visitor.get(f"{chart}light.svg").status_code == 200
        assert visitor.get(f"{chart}data.csv").content.startswith(
            b"number,cluster,domain,place,reports,contributors,x,y\r\n1,"
        )


def test_neighbours_are_the_family_and_the_three_nearest_others(visitor, themes) -> None:
    (run, middle) = (themes[1].run, -0.25)  # of its own two, in both directions
    for slug, away in [
        ("pretraining-pipelines", 0.9), ("medicine", 0.5), ("cooking", 0.2), ("history", 0.1),
        ("travel", 0.3),
    ]:  # fmt: skip
        make_cluster(run=run, domain_id=slug, n_reports=20, x=middle + away, y=middle, terms=[slug])
    page = visitor.get("/domains/distributed-training/map/").content.decode()
    # That of its family is furthest off. The middle of law is (.35, .3): .81 away.
    assert neighbours(page) == ["pretraining-pipelines", "history", "cooking", "travel"]
    assert {words for _, words in rows(page)} == {
        "restart", "shard", "pretraining-pipelines", "history", "cooking", "travel",
    }  # fmt: skip


def test_nothing_is_said_of_neighbours_where_there_are_none(visitor, catalogue, clock) -> None:
    make_cluster(run=make_run(), n_reports=20, x=0.4, y=0.4, terms=["restart"])
    page = visitor.get("/domains/distributed-training/map/").content.decode()
    assert rows(page) == [("1", "restart")]
    assert "eighbour" not in page


def test_the_domains_own_themes_come_before_its_neighbours(visitor, themes, monkeypatch) -> None:
    monkeypatch.setattr(on_map, "SHOWN_MAX", 3)
    page = visitor.get("/domains/distributed-training/map/").content.decode()
    assert [words for _, words in rows(page)] == ["restart", "shard", "appeal"]
    assert "One smaller cluster is left out of the drawing and the table." in page


def test_the_whole_map_has_all_themes(visitor, themes) -> None:
    page = visitor.get("/map/").content.decode()
    assert [number for number, _ in rows(page)] == ["1", "2", "3", "4"]
    publish_charts()
    shown = picture(visitor.get("/map/").content.decode())
    assert [(row["number"], row["place"]) for row in shown] == [(n, "own") for n in (1, 2, 3, 4)]


def test_hidden_themes_variants_and_earlier_runs_are_not_on_it(visitor, themes) -> None:
    own, near, _ = themes
    make_cluster(run=near.run, n_reports=99, terms=["hidden"], is_public=False)
    make_cluster(run=near.run, n_reports=99, terms=["variant"], parent=own[0])
    make_cluster(run=near.run, n_reports=99, terms=["placeless"], x=None, y=None)
    page = visitor.get("/map/").content.decode()
    assert len(rows(page)) == 4
    assert not any(word in page for word in ("hidden", "variant", "placeless"))


def test_a_domain_without_themes_says_so(visitor, themes) -> None:
    page = visitor.get("/domains/medicine/map/").content.decode()
    assert "No cluster of reports about this subject has ten contributors" in page
    assert "<svg" not in page


def test_an_unknown_domain_has_no_map(visitor, catalogue) -> None:
    assert visitor.get("/domains/nothing/map/").status_code == 404


def test_the_picture_is_the_same_in_every_language(visitor, themes) -> None:
    publish_charts()
    shown = picture(visitor.get("/map/").content.decode())
    assert picture(visitor.get("/de/map/").content.decode()) == shown


def test_few_queries(visitor, themes, django_assert_num_queries) -> None:
    # the domain, the clusters, their chart, the run, and whether simulated data is present
    with django_assert_num_queries(5):
        visitor.get("/domains/distributed-training/map/")


@pytest.mark.parametrize(
    ("address", "unread"),
    [
        ("/map/", "centroid"), ("/domains/distributed-training/map/", "centroid"),
        ("/map/", '"separating_terms"'), ("/", '"series"'), ("/domains/", '"series"'),
        ("/domains/law/", '"series"'), ("/vendors/", '"series"'), ("/vendors/openai/", '"config"'),
    ],
)  # fmt: skip
def test_lists_do_not_read_what_no_row_shows(visitor, themes, address: str, unread: str) -> None:
    make_finding(run=themes[1].run)
    with CaptureQueriesContext(connection) as asked:
        assert visitor.get(address).status_code == 200
    lists = [query["sql"] for query in asked if "findings_cluster" in query["sql"]
             or '"findings_finding"."state"' in query["sql"]]  # fmt: skip
    assert lists
    assert not [sql for sql in lists if unread in sql]
