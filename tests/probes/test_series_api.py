"""Series of probes at `/api/v1/probes/`: what was asked, and nothing about who asked."""

from __future__ import annotations

import pytest

from tests.factories import make_probe_series

pytestmark = pytest.mark.django_db
URL = "/api/v1/probes/"
SUMS = {
    "slug": "sums-v1", "title": "Sums, asked again", "model": "gpt-4-0613", "vendor": "openai",
    "site": "chatgpt", "suite": "sums 1", "grader": "exact 2",
    "source_url": "https://probes.example/sums", "provenance": "probe", "is_simulated": False,
    "n_baseline": 4, "n_rounds": 5, "n_accounts": 3, "n_items": 376, "n_answers": 5_640,
    "asked_first_on": "2026-08-03", "asked_last_on": "2026-10-12",
}  # fmt: skip


def test_without_probes_the_list_is_empty(visitor, catalogue) -> None:
    assert visitor.get(URL).json() == {"results": [], "next": None, "previous": None}


def test_a_series_is_told_as_it_is_and_nothing_else(visitor, catalogue) -> None:
    make_probe_series()
    assert visitor.get(URL).json()["results"] == [SUMS]


def test_simulated_ones_say_so_and_no_site_is_the_vendors_api(visitor, catalogue) -> None:
    make_probe_series(model_id="demo-brook-deep", site_id=None, provenance="simulated")
    (told,) = visitor.get(URL).json()["results"]
    assert (told["provenance"], told["is_simulated"], told["site"]) == ("simulated", True, None)
    assert told["vendor"] == "demo-brook"


def test_the_list_goes_by_slug_page_by_page(visitor, catalogue) -> None:
    for slug in ("c", "a", "b"):
        make_probe_series(slug=slug)
    first = visitor.get(URL, {"page_size": 2}).json()
    assert [row["slug"] for row in first["results"]] == ["a", "b"]
    second = visitor.get(first["next"]).json()
    assert [row["slug"] for row in second["results"]] == ["c"]
    assert second["next"] is None


def test_a_parameter_that_nobody_knows_is_refused(visitor, catalogue) -> None:
    answer = visitor.get(URL, {"series": "sums-v1"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "filter_invalid"
