"""The map of themes: what is on it, where, and that the table says the same."""

from __future__ import annotations

import re

import pytest

from backend.explorer.views import cluster_map
from tests.factories import make_cluster, make_run

pytestmark = pytest.mark.django_db

CIRCLE = re.compile(
    r'<g( class="own")?><circle cx="([0-9.]+)" cy="([0-9.]+)" r="([0-9.]+)"/>'
    r"<text [^>]*>([0-9]+)</text></g>"
)


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


def test_a_domain_is_shown_with_its_neighbours(visitor, themes) -> None:
    page = visitor.get("/domains/distributed-training/map/").content.decode()
    # Both directions go from -.5 to .9, in 480 less twice a margin of 34: 206 / .7 for each step from
    # the middle (.2, .2) at (360, 240). Radius 30 for 100 reports, 21 for 49, 15 for 25, 13.4 for 20.
    # Its own ones are numbered first and drawn last, on top.
    assert CIRCLE.findall(page) == [
        ("", "242.3", "387.1", "21.0", "3"),
        ("", "566.0", "34.0", "13.4", "4"),
        (' class="own"', "154.0", "446.0", "30.0", "1"),
        (' class="own"', "301.1", "298.9", "15.0", "2"),
    ]
    assert rows(page) == [
        ("1", "restart"), ("2", "shard"), ("3", "appeal"), ("4", "treaty"),
    ]  # fmt: skip
    assert "belong to its neighbours" in page
    assert neighbours(page) == ["law"]


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
    assert len(CIRCLE.findall(page)) == 6


def test_nothing_is_said_of_neighbours_where_there_are_none(visitor, catalogue, clock) -> None:
    make_cluster(run=make_run(), n_reports=20, x=0.4, y=0.4, terms=["restart"])
    page = visitor.get("/domains/distributed-training/map/").content.decode()
    assert CIRCLE.findall(page) == [(' class="own"', "360.0", "240.0", "30.0", "1")]
    assert "eighbour" not in page


def test_the_domains_own_themes_come_before_its_neighbours(visitor, themes, monkeypatch) -> None:
    monkeypatch.setattr(cluster_map, "SHOWN_MAX", 3)
    page = visitor.get("/domains/distributed-training/map/").content.decode()
    assert [words for _, words in rows(page)] == ["restart", "shard", "appeal"]
    assert "One smaller group is left out of the drawing and the table." in page


def test_the_whole_map_has_all_themes(visitor, themes) -> None:
    page = visitor.get("/map/").content.decode()
    assert [(own, number) for own, _, _, _, number in CIRCLE.findall(page)] == [
        (' class="own"', number) for number in "1234"
    ]
    assert page.count("<tr>") == 1 + 4


def test_hidden_themes_variants_and_earlier_runs_are_not_on_it(visitor, themes) -> None:
    own, near, _ = themes
    make_cluster(run=near.run, n_reports=99, terms=["hidden"], is_public=False)
    make_cluster(run=near.run, n_reports=99, terms=["variant"], parent=own[0])
    make_cluster(run=near.run, n_reports=99, terms=["placeless"], x=None, y=None)
    page = visitor.get("/map/").content.decode()
    assert len(CIRCLE.findall(page)) == 4
    assert not any(word in page for word in ("hidden", "variant", "placeless"))


def test_a_domain_without_themes_says_so(visitor, themes) -> None:
    page = visitor.get("/domains/medicine/map/").content.decode()
    assert "No group of reports about this subject has ten contributors" in page
    assert "<svg" not in page


def test_an_unknown_domain_has_no_map(visitor, catalogue) -> None:
    assert visitor.get("/domains/nothing/map/").status_code == 404


def test_numbers_of_the_drawing_are_the_same_in_every_language(visitor, themes) -> None:
    circles = CIRCLE.findall(visitor.get("/map/").content.decode())
    assert CIRCLE.findall(visitor.get("/de/map/").content.decode()) == circles


def test_few_queries(visitor, themes, django_assert_num_queries) -> None:
    # the domain, the themes, the run, and whether simulated data is present
    with django_assert_num_queries(4):
        visitor.get("/domains/distributed-training/map/")
