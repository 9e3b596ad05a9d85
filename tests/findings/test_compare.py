"""Two models, or two periods, side by side: stored numbers, and no verdict of our own."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from analysis.comparisons import wilson_interval
from backend.findings.models import Comparison, Finding, Signal
from backend.findings.shares import share_interval
from tests.factories import make_cell, make_finding, make_report, make_run

pytestmark = pytest.mark.usefixtures("catalogue")
URL = "/api/v1/compare/"
MODELS = {"left": "model:gpt-4-0613", "right": "model:gpt-4-0314"}
PERIODS = {"left": "2026-07-01..2026-09-30", "right": "2026-10-01..2026-11-30"}
NOTHING = {
    "state": "insufficient", "finding": None, "n_contributors": None, "expected": None,
    "detectable_ratio": None, "n_ratings": None, "detectable_share": None,
}  # fmt: skip


def make_window(run, observed: int, *, first: str, last: str, **overrides) -> Signal:
    fields = {
        "run": run, "model_id": "gpt-4-0613", "domain_id": "distributed-training",
        "symptom_kind": "silent", "window_start": date.fromisoformat(first),
        "window_end": date.fromisoformat(last), "n_reports": observed, "observed": observed,
        "expected": 2.5, "ic": 1.5, "ic_low": 0.5, "ic_strict": 0.1, "p_value": 0.01,
        "is_discovery": False, "state": "insufficient",
    }  # fmt: skip
    return Signal.objects.create(**fields | overrides)


@pytest.mark.parametrize("total", [0, 1, 7, 250])
def test_the_interval_of_pages_is_that_of_the_analysis(total: int) -> None:
    for count in {0, total // 3, total}:
        assert share_interval(count, total) == pytest.approx(
            wilson_interval(count, total), abs=1e-12
        )


def test_a_published_interval_comes_out() -> None:
    # Newcombe (1998), Stat. Med. 17, 857-872, table I: 15 of 148, score method.
    assert np.round(share_interval(15, 148), 4).tolist() == [0.0624, 0.1605]


def test_cells_of_two_models_stand_side_by_side(visitor) -> None:
    run = make_run()
    make_cell(run=run)
    finding = make_finding(run=run, model_id="gpt-4-0314")
    body = visitor.get(URL, MODELS).json()
    assert (body["of"], body["left"]["name"]) == ("models", "GPT-4 (June 2023)")
    assert [row for row in body["cells"] if row["symptom_kind"] == "silent"] == [{
        "domain": "distributed-training", "symptom_kind": "silent",
        "left": {
            "state": "insufficient", "finding": None, "n_contributors": 7, "expected": 7.5,
            "detectable_ratio": 3.1, "n_ratings": 212, "detectable_share": 0.24,
        },
        "right": NOTHING | {"state": "reported", "finding": finding.pk},
        "verdict": "insufficient",
    }]  # fmt: skip


def test_both_stand_out_and_are_still_not_compared(visitor) -> None:
    run = make_run()
    make_cell(run=run)
    for model in ("gpt-4-0613", "gpt-4-0314"):
        make_finding(run=run, model_id=model)
    verdicts = [row["verdict"] for row in visitor.get(URL, MODELS).json()["cells"]]
    assert verdicts == ["not_compared", "insufficient"]  # silent; nothing is stated


def test_a_verdict_comes_from_graded_answers_whichever_side_is_earlier(visitor) -> None:
    from tests.explorer.conftest import make_comparison

    make_comparison(make_run(), verdict="no_difference")
    for query in (MODELS, {"left": MODELS["right"], "right": MODELS["left"]}):
        (row,) = visitor.get(URL, query).json()["comparisons"]
        assert (row["earlier"], row["later"], row["verdict"]) == (
            "gpt-4-0314", "gpt-4-0613", "no_difference",
        )  # fmt: skip
    other = {"left": "model:gpt-4-0613", "right": "model:gpt-5"}
    assert visitor.get(URL, other).json()["comparisons"] == []


@pytest.mark.parametrize(("n", "shown"), [(None, (None, None)), (5, (5, 0.24))])
def test_fewer_than_five_ratings_are_not_told(visitor, n: int, shown) -> None:
    run = make_run()
    make_cell(run=run, n_ratings=n, detectable_share=n and 0.24)
    side = visitor.get(URL, MODELS).json()["cells"][0]["left"]
    assert (side["n_ratings"], side["detectable_share"]) == shown


def test_what_waits_for_a_moderator_changes_no_byte(visitor) -> None:
    run = make_run()
    make_cell(run=run, domain_id="law")
    cell = make_cell(
        run=run, n_contributors=20, expected=3.0
    )  # more than expected: left out anyway
    before = visitor.get(URL, MODELS).content
    make_finding(run=run, is_published=False, reason=cell.reason)
    type(cell).objects.filter(pk=cell.pk).update(state="reported")
    assert visitor.get(URL, MODELS).content == before
    Finding.objects.update(is_published=True)
    assert visitor.get(URL, MODELS).content != before


def test_shares_of_reports_have_intervals(visitor, clock) -> None:
    make_run()
    for _ in range(3):
        make_report(symptoms=["wrong_answer"])
    make_report(symptoms=["refusal"])
    make_report(model_label="gpt-4-0314")
    make_report(state="pending")
    body = visitor.get(URL, MODELS).json()
    assert body["n_reports"] == {"left": 4, "right": 1}
    silent, stated = body["kinds"]
    low, high = share_interval(3, 4)
    assert silent["left"] == {"n": 3, "share": 0.75, "low": low, "high": high}
    assert (silent["right"]["n"], stated["left"]["n"], stated["right"]["n"]) == (1, 1, 0)
    symptoms = {row["symptom"]: (row["left"]["n"], row["right"]["n"]) for row in body["symptoms"]}
    assert symptoms == {"wrong_answer": (3, 1), "refusal": (1, 0)}


def test_without_reports_there_is_no_share(visitor) -> None:
    make_run()
    body = visitor.get(URL, MODELS).json()
    assert body["kinds"][0]["left"] == {"n": 0, "share": None, "low": None, "high": None}


def test_a_periods_window_is_the_last_one_that_lies_inside_it(visitor) -> None:
    run = make_run()
    make_finding(run=run)  # what is above expectation is shown beside a public finding alone
    make_window(run, 9, first="2026-07-06", last="2026-08-30")
    make_window(run, 6, first="2026-07-13", last="2026-09-06")
    make_window(run, 4, first="2026-07-20", last="2026-09-13")  # fewer than five
    make_window(run, 20, first="2026-09-07", last="2026-11-01")  # in neither period
    body = visitor.get(URL, PERIODS).json()
    assert body["windows"] == [{
        "model": "gpt-4-0613", "domain": "distributed-training", "symptom_kind": "silent",
        "left": {
            "window_start": "2026-07-13", "window_end": "2026-09-06", "observed": 6,
            "expected": 2.5, "ic": 1.5, "ic_low": 0.5,
        },
        "right": None, "verdict": "insufficient",
    }]  # fmt: skip
    make_window(run, 5, first="2026-10-05", last="2026-11-29")
    (row,) = visitor.get(URL, PERIODS).json()["windows"]
    assert (row["right"]["observed"], row["verdict"]) == (5, "not_compared")


def test_a_finding_is_in_the_periods_in_which_it_went_on(visitor) -> None:
    run = make_run()
    both = make_finding(run=run, onset=date(2026, 9, 7))
    ended = make_finding(
        run=run, domain_id="law", state="resolved", onset=date(2026, 8, 3), offset=date(2026, 9, 7)
    )
    make_finding(run=run, domain_id="medicine", is_published=False, onset=date(2026, 9, 7))
    rows = visitor.get(URL, PERIODS).json()["findings"]
    assert rows == [
        {"finding": both.pk, "left": True, "right": True},
        {"finding": ended.pk, "left": True, "right": False},
    ]
    assert len(visitor.get(URL, PERIODS | {"domain": "law"}).json()["findings"]) == 1


def test_what_is_not_over_goes_on_up_to_the_day_of_its_run(visitor) -> None:
    """Neither an end without evidence of its own nor days that have not come say anything."""
    finding = make_finding(run=make_run(), onset=date(2026, 9, 7), offset=date(2026, 10, 5))
    query = {"left": "2026-11-01..2026-11-20", "right": "2027-01-01..2027-01-31"}
    rows = visitor.get(URL, query).json()["findings"]
    assert rows == [{"finding": finding.pk, "left": True, "right": False}]


def test_a_period_counts_its_first_and_its_last_day(visitor, clock) -> None:
    make_run()
    for day in ("2026-11-08", "2026-11-09", "2026-11-15", "2026-11-16"):
        make_report(observed_on=day)
    make_report(observed_on="2026-11-09", provenance="import", collection="quiz")
    query = {"left": "2026-11-09..2026-11-15", "right": "2026-11-16..2026-11-16"}
    assert visitor.get(URL, query).json()["n_reports"] == {"left": 2, "right": 1}
    limited = query | {"model": "gpt-5"}
    assert visitor.get(URL, limited).json()["n_reports"] == {"left": 0, "right": 0}


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({}, "left"),
        ({"left": "gpt-5", "right": "model:gpt-5"}, "left"),
        ({"left": "model:", "right": "model:gpt-5"}, "left"),
        ({"left": "2026-1-1..2026-02-01", "right": "2026-04-01..2026-05-01"}, "left"),
        (MODELS | {"domain": ""}, "domain"),
        (MODELS | {"domain": "a b"}, "domain"),
        (MODELS | {"kind": "silent"}, "kind"),
        (MODELS | {"colour": "pink"}, "colour"),
        (MODELS | {"left": ["model:gpt-4", "model:gpt-4-0613"]}, "left"),
        (MODELS | {"domain": ["law", "law"]}, "domain"),
    ],
)
def test_what_is_no_comparison_is_an_error_that_says_why(visitor, query, field: str) -> None:
    answer = visitor.get(URL, query)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "compare_invalid"
    assert next(iter(answer.json()["error"]["fields"])) == field


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"left": "model:no-such", "right": "model:gpt-5"}, "left"),
        ({"left": "model:gpt-5", "right": "model:gpt-5"}, "right"),
        ({"left": "model:gpt-5", "right": "2026-01-01..2026-02-01"}, "right"),
        ({"left": "2026-02-30..2026-03-01", "right": "2026-04-01..2026-05-01"}, "left"),
        ({"left": "2026-03-02..2026-03-01", "right": "2026-04-01..2026-05-01"}, "left"),
        ({"left": "2020-01-01..2026-03-01", "right": "2026-04-01..2026-05-01"}, "left"),
        (MODELS | {"domain": "frontier-ml"}, "domain"),
        (MODELS | {"model": "gpt-5"}, "model"),
    ],
)
def test_what_cannot_be_compared_is_an_error_that_says_why(visitor, query, field: str) -> None:
    answer = visitor.get(URL, query)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "comparison_unknown"
    assert next(iter(answer.json()["error"]["fields"])) == field
    assert Comparison.objects.count() == 0


def test_a_page_says_that_a_side_is_given_twice(visitor) -> None:
    answer = visitor.get("/compare/", MODELS | {"left": ["model:gpt-4", "model:gpt-4-0613"]})
    assert answer.status_code == 400
    assert "That stands in the address twice." in answer.content.decode()
