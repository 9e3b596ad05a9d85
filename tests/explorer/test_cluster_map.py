"""The map of themes: what is on it, where, and that the table says the same."""

from __future__ import annotations

import re

import pytest

from tests.factories import make_cluster, make_run

pytestmark = pytest.mark.django_db

CIRCLE = re.compile(
    r'<g( class="own")?><circle cx="([0-9.]+)" cy="([0-9.]+)" r="([0-9.]+)"/>'
    r"<text [^>]*>([0-9]+)</text></g>"
)


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


def test_a_domain_is_shown_with_what_lies_around_it(visitor, themes) -> None:
    page = visitor.get("/domains/distributed-training/map/").content.decode()
    # The frame is [-.625, .125] in both directions: -.5 lies 1/6 in, 0 lies 5/6 in, -.2 lies 17/30 in;
    # 720 x 480 with a margin of 34. Radius 30 for 100 reports, 21 for 49, 15 for 25.
    assert CIRCLE.findall(page) == [
        (' class="own"', "142.7", "377.3", "30.0", "1"),
        ("", "403.5", "267.5", "21.0", "2"),
        (' class="own"', "577.3", "102.7", "15.0", "3"),
    ]
    assert [word in page for word in ("restart", "appeal", "shard", "treaty")] == [True] * 3 + [
        False
    ]


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
