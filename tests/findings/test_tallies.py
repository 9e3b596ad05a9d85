"""Contributors behind a place: rounded down, nothing below five, nothing to solve for."""

from __future__ import annotations

from datetime import date

import pytest

from backend.findings.models import PlaceTally
from backend.findings.tallies import step_below, tallies_public, tally_rows
from backend.reports.contributors import ContributorCount, contributors_by_place
from tests.factories import make_report, make_run
from tests.findings.test_runs import store

TODAY = date(2026, 11, 23)


def of_site(n: int, site: str, slug: str = "gpt-5") -> ContributorCount:
    return ContributorCount("model", slug, "site", site, False, n)


def told(*counts: ContributorCount) -> dict[str, int]:
    return {row["value"]: row["contributors_min"] for row in tally_rows(counts)}


@pytest.mark.parametrize(
    ("count", "step"), [(0, 0), (4, 0), (5, 5), (9, 5), (10, 10), (99, 50), (1234, 1000)]
)
def test_counts_are_rounded_down_to_a_step(count: int, step: int) -> None:
    assert step_below(count) == step


def test_fewer_than_five_are_not_told() -> None:
    assert told(of_site(7, "a"), of_site(4, "b"), of_site(3, "c")) == {"a": 5}  # 7 are left out


def test_what_would_tell_a_number_below_five_is_left_out_too() -> None:
    # With 4 left out alone, whoever knows the whole would know them; with 4 + 12 nobody does.
    assert told(of_site(30, "a"), of_site(12, "b"), of_site(4, "c")) == {"a": 20}
    assert told(of_site(12, "a"), of_site(4, "b")) == {}
    assert told(of_site(12, "a"), of_site(6, "b")) == {"a": 10, "b": 5}


def test_all_sites_are_one_whole() -> None:
    rows = [
        ContributorCount("site", s, "", "", False, n) for s, n in [("x", 20), ("y", 8), ("z", 2)]
    ]
    assert [(row["slug"], row["contributors_min"]) for row in tally_rows(rows)] == [("x", 20)]


@pytest.mark.usefixtures("catalogue")
def test_contributors_are_counted_as_the_analysis_counts(clock) -> None:
    for number in range(6):
        make_report(contributor_tag=f"{number % 3:016x}")  # three people, two reports each
    make_report(is_linked=False)
    make_report(state="quarantined")
    make_report(provenance="simulated", collection="demo")  # about a real model
    make_report(
        observed_on="2026-11-22", client={"extension_version": "0.2.0", "adapter": "chatgpt"}
    )
    counts = {
        (c.place, c.slug, c.source, c.value): c.n
        for c in contributors_by_place(as_of=TODAY)
        if not c.is_simulated
    }
    assert counts == {
        ("model", "gpt-4-0613", "", ""): 4,
        ("model", "gpt-4-0613", "site", "chatgpt"): 4,
        ("model", "gpt-4-0613", "version", "0.1.0"): 3,
        ("model", "gpt-4-0613", "version", "0.2.0"): 1,
        ("vendor", "openai", "", ""): 4,
        ("vendor", "openai", "site", "chatgpt"): 4,
        ("vendor", "openai", "version", "0.1.0"): 3,
        ("vendor", "openai", "version", "0.2.0"): 1,
        ("site", "chatgpt", "", ""): 4,
        ("site", "chatgpt", "site", "chatgpt"): 4,
        ("site", "chatgpt", "version", "0.1.0"): 3,
        ("site", "chatgpt", "version", "0.2.0"): 1,
    }
    assert not [c for c in contributors_by_place(as_of=TODAY) if c.is_simulated]


@pytest.mark.usefixtures("catalogue")
def test_a_run_keeps_its_tallies_and_drops_those_before() -> None:
    from backend.findings.services import Conclusions

    row = {"place": "model", "slug": "gpt-5", "source": "", "value": "", "is_simulated": False}
    for least in (10, 20):
        store(Conclusions(tallies=[row | {"contributors_min": least}]))
        assert tallies_public(place="model", slug="gpt-5") == {("", "", False): least}
    assert PlaceTally.objects.count() == 1
    make_run()
    assert tallies_public(place="model", slug="gpt-5") == {}
