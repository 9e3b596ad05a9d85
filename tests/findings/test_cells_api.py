"""Cells for programs: quiet ones too, a page at a time, no count below five."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from backend.catalogue.selectors import models_public
from backend.findings import services
from tests.factories import make_cell, make_finding, make_run, make_signal

pytestmark = pytest.mark.usefixtures("catalogue")
URL = "/api/v1/cells/"
QUERIES = ("", "?state=insufficient", "?state=corroborated")


def test_a_cell_says_its_state_and_what_would_have_been_noticed(visitor) -> None:
    make_cell(run=make_run())
    assert visitor.get(URL).json() == {
        "results": [{
            "model": "gpt-4-0613", "domain": "distributed-training", "symptom_kind": "silent",
            "state": "insufficient", "reason": "Nothing stands out.", "n_contributors": 7,
            "expected": 7.5, "detectable_ratio": 3.1, "n_ratings": 212, "detectable_share": 0.24,
            "is_simulated": False,
        }],
        "next": None, "previous": None,
    }  # fmt: skip


@pytest.mark.parametrize(("n", "told"), [(None, (None, None)), (5, (5, 0.24))])
def test_fewer_than_five_ratings_are_not_told(visitor, n: int, told) -> None:
    make_cell(run=make_run(), n_ratings=n, detectable_share=n and 0.24)
    (cell,) = visitor.get(URL).json()["results"]
    assert (cell["n_ratings"], cell["detectable_share"]) == told


def test_no_count_of_contributors_below_five_can_be_stored() -> None:
    run = make_run()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_cell(run=run, n_contributors=4)
    make_cell(run=run, n_contributors=None)


def test_pages_lead_to_each_other_and_hold_every_cell_once(visitor) -> None:
    run = make_run()
    models = [model.pk for model in models_public()[:5]]
    for model in models:
        make_cell(run=run, model_id=model)
    seen, address = [], f"{URL}?page_size=2"
    while address:
        body = visitor.get(address).json()
        seen += [cell["model"] for cell in body["results"]]
        address = body["next"]
    assert seen == sorted(models)
    assert visitor.get(f"{URL}?cursor=x").json()["error"]["code"] == "cursor_unknown"


def test_only_the_current_run_speaks(visitor) -> None:
    make_cell(run=make_run())
    make_run()
    assert visitor.get(URL).json()["results"] == []


@pytest.mark.parametrize(
    ("finding", "is_there"),
    [({}, True), ({"is_published": False}, False), ({"domain_id": "law"}, False),
     ({"symptom_kind": "stated"}, False), ({"is_simulated": True}, False),
     ({"state": "resolved", "reason": "it ended"}, False), ({"reason": "an older one"}, False)],
)  # fmt: skip
def test_what_stands_out_is_told_once_its_own_finding_is_public(visitor, finding, is_there) -> None:
    run = make_run()
    make_cell(run=run, state="corroborated", reason="rates are up")
    make_finding(run=run, **({"state": "corroborated", "reason": "rates are up"} | finding))
    assert [cell["state"] for cell in visitor.get(URL).json()["results"]] == (
        ["corroborated"] if is_there else []
    )


def test_a_gap_in_the_list_does_not_name_what_waits_for_a_moderator(visitor) -> None:
    # Every cell of a real model that draws more than expected is left out, not only the one that waits.
    run = make_run()
    make_cell(run=run, expected=6.5)
    make_cell(run=run, model_id="gpt-4-0314", expected=7.0)
    make_cell(run=run, model_id="demo-brook-deep", expected=6.5, is_simulated=True)
    listed = {cell["model"] for cell in visitor.get(URL).json()["results"]}
    assert listed == {"demo-brook-deep", "gpt-4-0314"}


@pytest.mark.parametrize("n", [None, 7])
def test_what_waits_in_a_cell_that_draws_no_more_than_expected_changes_nothing(visitor, n) -> None:
    # Its windows are listed among the signals: a gap here would name what ratings, or reports of some
    # weeks ago, have found.
    run = make_run()
    make_cell(run=run, n_contributors=n)
    before = [visitor.get(f"{URL}{query}").json() for query in QUERIES]
    make_cell(run=run, n_contributors=n, state="corroborated", reason="rates are up")
    waiting = make_finding(run=run, state="corroborated", reason="rates are up", is_published=False)
    assert [visitor.get(f"{URL}{query}").json() for query in QUERIES] == before
    services.finding_publish(finding_id=waiting.pk, moderator="mo", reason="Looked at.")
    assert [cell["state"] for cell in visitor.get(URL).json()["results"]] == ["corroborated"]


@pytest.mark.parametrize("n", [5, 9])
@pytest.mark.parametrize("is_firmest", [True, False])
def test_a_public_finding_speaks_for_its_cell_also_while_another_waits(
    visitor, n: int, is_firmest: bool
) -> None:
    run = make_run()
    stands = {"run": run, "state": "reported", "n_contributors": n}
    make_finding(run=run, state="reported", reason="In spring.")
    public = make_cell(reason="In spring.", **stands)
    make_cell(run=run, n_contributors=n)
    before = [visitor.get(f"{URL}{query}").json() for query in QUERIES]
    assert [cell["reason"] for cell in before[0]["results"]] == ["In spring."]
    if is_firmest:  # it has the lower id
        public.delete()
        make_cell(reason="In autumn.", **stands)
    make_cell(reason="In spring." if is_firmest else "In autumn.", **stands)
    waiting = make_finding(run=run, state="reported", reason="In autumn.", is_published=False)
    assert [visitor.get(f"{URL}{query}").json() for query in QUERIES] == before
    services.finding_publish(finding_id=waiting.pk, moderator="mo", reason="Looked at.")
    assert [cell["reason"] for cell in visitor.get(URL).json()["results"]] == [
        "In autumn." if is_firmest else "In spring."
    ]


def test_no_cursor_tells_of_rows_that_are_left_out(visitor, clock) -> None:
    # A cell whose finding waits has two rows, any other one: ids would skip a number there.
    def walked(*, waits: bool) -> list[dict[str, Any]]:
        run = make_run()
        make_cell(run=run, model_id="claude-2")
        make_signal(run=run, model_id="claude-2", observed=5, expected=9.0)
        if waits:
            make_cell(run=run, state="corroborated", reason="rates are up")
            make_finding(run=run, state="corroborated", reason="rates are up", is_published=False)
            make_signal(run=run)
        for model in ("gpt-4-0613", "qwen3-235b-a22b"):
            make_cell(run=run, model_id=model)
            make_signal(run=run, model_id=model, domain_id="law", observed=5, expected=9.0)
        pages, addresses = [], [f"{URL}?page_size=1", "/api/v1/signals/?page_size=1"]
        while addresses:
            pages.append(visitor.get(addresses.pop()).json())
            addresses += [address for address in (pages[-1]["next"],) if address]
        return pages

    told = walked(waits=False)
    assert len(told) == 6
    assert walked(waits=True) == told
