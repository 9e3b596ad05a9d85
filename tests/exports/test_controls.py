"""Ratings and exposures in datasets: sums over five contributors or more, and weeks that are closed."""

from __future__ import annotations

import math
from typing import Any

import pytest

from backend.exports.services import dataset_build
from backend.measurements.models import RatingSender
from backend.measurements.services import (
    SimulatedRow,
    expired_erase,
    exposures_submit,
    rating_submit,
    ratings_simulate,
)
from backend.measurements.sums import ratings_public
from tests.exports.reading import cells_of, lines_of, names_of, parquet_of, unpacked
from tests.payloads import make_exposure_payload, make_rating_payload

pytestmark = pytest.mark.django_db
TAG = "feedfacecafe{:04x}"
CLOSED_SECONDS = 60 * 86400


def rate(verdicts: list[str], *, first: int = 0, **overrides: Any) -> None:
    """One rating of each contributor from the first on, all about one day."""
    for number, verdict in enumerate(verdicts, first):
        payload = make_rating_payload(
            verdict=verdict, contributor_tag=TAG.format(number), **overrides
        )
        rating_submit(payload=payload)


def test_ratings_are_summed_with_their_weights(catalogue, clock) -> None:
    rate(["fine"] * 6, sampling_probability=0.5)
    rate(["not_fine"] * 5, first=6, sampling_probability=0.25, rated_on="2026-11-19")
    clock.shift(CLOSED_SECONDS)
    dataset = dataset_build()
    expected = {
        "provenance": "rating", "collection": "ratings", "site": "chatgpt", "model": "gpt-4-0613",
        "domain": "distributed-training", "n_contributors": 11, "n": 11,
        "sum_w": 6 * 2 + 5 * 4, "sum_w2": 6 * 4 + 5 * 16,
        "n_bad": 5, "sum_w_bad": 5 * 4, "sum_w2_bad": 5 * 16, "n_cannot_tell": None,
        "p_low": 0.25, "p_high": 0.5,
    }  # fmt: skip
    (line,) = lines_of(dataset, "ratings")
    assert line == expected | {"week": "2026-11-16"}
    (row,) = parquet_of(dataset, "ratings")
    assert {key: row[key] for key in expected} == expected
    assert "ratings-2026-11.parquet" in names_of(dataset)


@pytest.mark.parametrize(
    ("verdicts", "shown"),
    [
        (["fine"] * 5, (5, None, None)),  # nobody said not fine: that is fewer than five, too
        (["fine"] * 5 + ["not_fine"] * 4, (9, None, None)),
        (["fine"] * 4 + ["not_fine"] * 5, (9, None, None)),
        (["fine"] * 5 + ["not_fine"] * 5, (10, 5, None)),
        (["fine"] * 5 + ["cannot_tell"] * 5, (5, None, 5)),
        (["fine"] * 5 + ["cannot_tell"] * 4, (5, None, None)),
    ],
)
def test_no_number_stands_behind_fewer_than_five(catalogue, clock, verdicts, shown) -> None:
    rate(verdicts)
    clock.shift(CLOSED_SECONDS)
    (row,) = lines_of(dataset_build(), "ratings")
    assert (row["n"], row["n_bad"], row["n_cannot_tell"]) == shown
    is_shown = [row[name] is not None for name in ("n_bad", "sum_w_bad", "sum_w2_bad")]
    assert is_shown == [shown[1] is not None] * 3


@pytest.mark.parametrize("n", [1, 4])
def test_a_week_of_fewer_than_five_contributors_is_left_out(catalogue, clock, n: int) -> None:
    rate(["fine"] * n)
    rate(["not_fine"] * n, rated_on="2026-11-19")
    rate(["not_fine"] * n, rated_on="2026-11-18")
    clock.shift(CLOSED_SECONDS)
    assert lines_of(dataset_build(), "ratings") == []


def test_what_does_not_count_is_not_summed(catalogue, clock) -> None:
    rate(["fine"] * 5, is_linked=False)
    clock.shift(CLOSED_SECONDS)
    assert lines_of(dataset_build(), "ratings") == []


def test_a_week_is_shown_once_nothing_can_be_added_to_it(catalogue, clock) -> None:
    rate(["fine"] * 5)  # the week ends on 22 November, and 28 days later the last ones count
    clock.move_to("2026-12-21T12:00:00Z")
    assert lines_of(dataset_build(), "ratings") == []
    clock.move_to("2026-12-22T12:00:00Z")
    assert [row["week"] for row in lines_of(dataset_build(), "ratings")] == ["2026-11-16"]
    rate(["fine"] * 3, rated_on="2026-11-22")
    assert [row["n"] for row in lines_of(dataset_build(), "ratings")] == [5]


def test_without_tags_seven_ratings_of_a_week_count_as_one_person_at_least(
    catalogue, clock
) -> None:
    for day in range(16, 23):
        rate(["fine"] * 5, rated_on=f"2026-11-{day}", domain=None)  # a person may rate those again
    clock.shift(CLOSED_SECONDS)
    RatingSender.objects.all().delete()  # as when they expire
    (row,) = lines_of(dataset_build(), "ratings")
    assert (row["n"], row["n_contributors"]) == (35, 5)


def test_weights_are_told_in_few_digits(catalogue, clock) -> None:
    # 1.02^n / 50, n = 16 to 59: from all digits of these sums it follows which answers of a day they were.
    for verdict, answers in (("not_fine", (17, 23, 40, 48, 51)), ("fine", (42, 45, 48, 54, 60))):
        for n in answers:
            rate([verdict], first=n + (verdict == "fine") * 100, sampling_probability=p_of(n))
    clock.shift(CLOSED_SECONDS)
    (row,) = lines_of(dataset_build(), "ratings")
    assert (row["sum_w"], row["sum_w_bad"]) == (1200.0, 524.0)  # 1199.40..., 523.52...
    assert (row["sum_w2"], row["sum_w2_bad"]) == (151_000.0, 58_500.0)
    assert (row["p_low"], row["p_high"]) == (0.0061, 0.014)


def p_of(answer: int) -> float:
    """As the extension draws."""
    return (1 - 1 / 50) ** (answer - 1) / 50


def test_no_two_versions_tell_how_many_ratings_a_day_had(catalogue, clock) -> None:
    for day in range(16, 23):  # six people on Monday, then one a day
        clock.move_to(f"2026-11-{day}T12:00:00Z")
        rate(["fine"] * (6 if day == 16 else 1), first=10 * day, rated_on=f"2026-11-{day}")
    told = set()
    for _ in range(120):
        clock.shift(86400)
        expired_erase()
        told.add(tuple(row["n_contributors"] for row in ratings_public()))
    assert RatingSender.objects.count() == 0
    assert told == {(), (12,)}  # and none in between, while their tags expire day by day


def test_simulated_ratings_are_in_files_of_their_own(catalogue, clock) -> None:
    from datetime import date

    rows = [
        SimulatedRow(date(2026, 11, 20), "chatgpt", "gpt-4-0613", "law", is_bad=bool(number % 2))
        for number in range(4)
    ]
    ratings_simulate(rows=rows, collection="demo", probability=0.5, seed=1)
    dataset = dataset_build()
    (row,) = lines_of(dataset, "ratings", simulated=True)
    assert (row["n"], row["n_bad"], row["n_contributors"]) == (4, 2, None)
    assert lines_of(dataset, "ratings") == []


def test_exposures_are_summed_with_the_noise_that_is_in_them(catalogue, clock) -> None:
    for number in range(5):
        counts = {"law": 10 + number, None: -3}
        payload = make_exposure_payload(counts, contributor_tag=TAG.format(number))
        exposures_submit(payload=payload)
    clock.shift(CLOSED_SECONDS)
    dataset = dataset_build()
    rows = {row["domain"]: row for row in lines_of(dataset, "exposures")}
    assert (rows["law"]["answers"], rows[None]["answers"]) == (60, -15)
    a = math.exp(-1 / 20)  # t = 2 * clip / epsilon = 20: variance 2a / (1-a)^2 each (ADR 11)
    assert rows["law"]["noise_sd"] == pytest.approx(math.sqrt(5 * 2 * a / (1 - a) ** 2))
    assert (rows["law"]["n_contributors"], rows["law"]["clip_max"]) == (5, 20)
    assert rows["law"]["week"] == "2026-11-16"
    assert len(rows) == len(make_exposure_payload()["counts"])  # every subject, used or not
    assert len(cells_of(dataset, "exposures")) == len(rows)


@pytest.mark.parametrize(("n", "shift"), [(4, CLOSED_SECONDS), (5, 20 * 86400)])
def test_few_or_unfinished_weeks_of_exposures_are_left_out(catalogue, clock, n, shift) -> None:
    for number in range(n):
        exposures_submit(payload=make_exposure_payload(contributor_tag=TAG.format(number)))
    clock.shift(shift)
    assert lines_of(dataset_build(), "exposures") == []


def test_no_tag_and_no_id_of_a_control_is_in_any_file(catalogue, clock) -> None:
    rate(["fine"] * 5, model_label="a label that somebody typed")
    ids = []
    for number in range(5):
        payload = make_exposure_payload(contributor_tag=TAG.format(number))
        ids.append(payload["id"])
        exposures_submit(payload=payload)
    clock.shift(CLOSED_SECONDS)
    dataset = dataset_build()
    assert lines_of(dataset, "ratings")
    assert lines_of(dataset, "exposures")
    for name in names_of(dataset):
        text = unpacked(dataset, name).decode()
        assert [word for word in ["feedfacecafe", "somebody typed", *ids] if word in text] == []
