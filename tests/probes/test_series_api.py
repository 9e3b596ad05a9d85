"""Series of probes at `/api/v1/probes/`: what was asked, and nothing about who asked."""

from __future__ import annotations

import pytest

from tests.factories import make_probes

pytestmark = pytest.mark.usefixtures("clock")
URL = "/api/v1/probes/"
TOLD = {
    "slug": "gpt-web", "title": "An invented series", "model": "gpt-4-0613", "vendor": "openai",
    "site": "chatgpt", "suite": "invented 1.0", "grader": "exact 1.0",
    "source_url": "https://suite.example/method", "provenance": "probe", "is_simulated": False,
    "n_baseline": 4, "n_rounds": 5, "n_accounts": 3, "n_items": 2, "n_answers": 30,
    "asked_first_on": "2026-10-01", "asked_last_on": "2026-10-05",
    "imported_on": "2026-11-23", "updated_on": "2026-11-23",
}  # fmt: skip


def test_without_probes_the_list_is_empty(visitor, catalogue) -> None:
    assert visitor.get(URL).json() == {"results": [], "next": None, "previous": None}


def test_a_series_is_told_as_it_is_and_nothing_else(visitor, catalogue) -> None:
    make_probes()
    assert visitor.get(URL).json()["results"] == [TOLD]


def test_simulated_ones_say_so_and_no_site_is_the_vendors_api(visitor, catalogue) -> None:
    make_probes(model="demo-brook-deep", site=None, is_simulated=True)
    (told,) = visitor.get(URL).json()["results"]
    assert (told["provenance"], told["is_simulated"], told["site"]) == ("simulated", True, None)
    assert told["vendor"] == "demo-brook"


def test_the_list_goes_by_slug_page_by_page(visitor, catalogue) -> None:
    for slug in ("c", "a", "b"):
        make_probes(slug=slug)
    first = visitor.get(URL, {"page_size": 2}).json()
    assert [row["slug"] for row in first["results"]] == ["a", "b"]
    second = visitor.get(first["next"]).json()
    assert [row["slug"] for row in second["results"]] == ["c"]
    assert second["next"] is None


def test_a_parameter_that_nobody_knows_is_refused(visitor, catalogue) -> None:
    answer = visitor.get(URL, {"series": "gpt-web"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "filter_invalid"
