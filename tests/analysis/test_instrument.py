"""Which versions an event's reports come from: counted by hand, and nothing to subtract."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.config import AnalysisConfig
from analysis.instrument import GROUPS, MERGED, instrument_facts, merged_counts
from analysis.integrity import Rows
from analysis.records import CountedEvidence, ExposureArrays, SampledRatings
from analysis.streams import Stream

CONFIG = AnalysisConfig()
MONDAY = np.datetime64("2026-01-05")


@pytest.mark.parametrize(
    ("counts", "shown"),
    [({"a": 20, "b": 9}, {"a": 20, "b": 9}),
     ({"a": 20, "b": 5}, {"a": 20, "b": 5}),
     # One hidden value would be the total less the other: both go into one row.
     ({"a": 20, "b": 4}, {MERGED: 24}),
     ({"a": 20, "b": 9, "c": 4}, {"a": 20, MERGED: 13}),
     # Two hidden ones of five people and more cannot be told apart.
     ({"a": 20, "b": 3, "c": 2}, {"a": 20, MERGED: 5}),
     ({"a": 20, "b": 7, "c": 1, "d": 1}, {"a": 20, MERGED: 9}),
     ({"a": 4}, {}), ({}, {})],
)  # fmt: skip
def test_rare_values_are_merged_until_nothing_can_be_subtracted(counts, shown) -> None:
    assert merged_counts(counts, CONFIG) == shown


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 30)))
def test_no_count_below_five_is_shown_or_follows(counts: dict[str, int]) -> None:
    shown = merged_counts(counts, CONFIG)
    assert all(count >= 5 for count in shown.values())
    hidden = [value for value in counts if value not in shown]
    if shown:
        assert sum(shown.values()) == sum(counts.values())
        assert len(hidden) != 1 or not any(counts[value] < 5 for value in hidden)
        assert (MERGED in shown) == bool(hidden)
    else:
        assert sum(counts.values()) < 5


Row = tuple[int, str, str, str, str]
"""Day, model, domain, contributor, client."""


def facts_of(rows: list[Row], *, days: tuple[int, int], cell: tuple[str, str]) -> dict:
    """The facts of an event, of rows in the order of their days."""
    day, model, domain, contributor, client = (
        np.array(c, dtype=object) for c in zip(*rows, strict=True)
    )
    code = {name: np.unique(values.astype(str), return_inverse=True) for name, values in
            (("model", model), ("domain", domain), ("contributor", contributor))}  # fmt: skip
    n = len(rows)
    coded = Rows(np.arange(n), day.astype(np.int64), code["model"][1], code["domain"][1],
                 code["contributor"][1], np.zeros(n, dtype=np.int64))  # fmt: skip
    stream = Stream(
        provenance="report", symptom_kind="silent", rows=coded, all_rows=coded,
        models=tuple(code["model"][0]), vendors=("v",) * len(code["model"][0]),
        domains=tuple(code["domain"][0]), first_monday=MONDAY.item(), n_days=400,
    )  # fmt: skip
    same = np.array(["one"] * n, dtype=object)
    evidence = CountedEvidence(
        as_of=MONDAY.item(), domains=(), report_id=same, day=MONDAY + day.astype(int), site=same,
        model=model, vendor=same, domain=domain, is_silent=np.ones(n, bool), contributor=contributor,
        client=client, redaction=same, provenance=same, standing=np.arange(n), cohort=np.zeros(n, int),
        ratings=SampledRatings.none(), exposures=ExposureArrays.none(),
    )  # fmt: skip
    place = stream.models.index(cell[0]), stream.domains.index(cell[1])
    return instrument_facts(stream, evidence, cell=place, days=days, config=CONFIG)


def people(n: int, start: int, **fields: object) -> list[Row]:
    values = {"day": 100, "model": "m", "domain": "d", "client": "1.0/x"} | fields
    return [(values["day"], values["model"], values["domain"], f"c{start + i:03}", values["client"])
            for i in range(n)]  # type: ignore[misc]  # fmt: skip


def test_event_and_comparators_before_and_during_are_counted_apart() -> None:
    rows = [
        *people(6, 0, day=40), *people(5, 10, day=40, client="0.9/x"),  # the cell, before
        *people(9, 20, day=60, domain="other"),  # this model elsewhere, before
        *people(12, 40), *people(8, 60, client="1.1/x"),  # the event
        *people(7, 80, model="n"), *people(6, 90, domain="other"),  # both comparators
        *people(30, 200, model="n", domain="other"),  # neither model nor subject: counted nowhere
        *people(30, 300, day=150),  # after it
    ]  # fmt: skip
    found = facts_of(sorted(rows), days=(90, 140), cell=("m", "d"))
    assert found["totals"] == {"event": 20, "before": 11, "others": 13, "others_before": 9}
    assert found["parts"]["extension"] == [
        {"value": "0.9", "event": None, "before": 5, "others": None, "others_before": None},
        {"value": "1.0", "event": 12, "before": 6, "others": 13, "others_before": 9},
        {"value": "1.1", "event": 8, "before": None, "others": None, "others_before": None},
    ]
    assert found["parts"]["site"] == [
        {"value": "one", "event": 20, "before": 11, "others": 13, "others_before": 9}
    ]


def test_before_means_the_eight_weeks_before() -> None:
    rows = [*people(9, 0, day=33), *people(7, 20, day=34), *people(6, 40, day=89), *people(8, 60)]
    found = facts_of(rows, days=(90, 140), cell=("m", "d"))
    assert (found["totals"]["before"], found["totals"]["event"]) == (13, 8)


def test_a_contributor_counts_once_with_the_first_report() -> None:
    rows = [*people(9, 0), *people(9, 0, day=110, client="1.1/x")]
    found = facts_of(rows, days=(90, 140), cell=("m", "d"))
    assert found["totals"]["event"] == 9
    assert [row["value"] for row in found["parts"]["extension"]] == ["1.0"]


def test_a_version_of_few_people_is_not_named() -> None:
    rows = [*people(9, 0), *people(8, 20, client="1.1/x"), *people(3, 40, client="1.2/x")]
    found = facts_of(rows, days=(90, 140), cell=("m", "d"))
    assert [(row["value"], row["event"]) for row in found["parts"]["extension"]] == [
        ("1.0", 9), (MERGED, 11),
    ]  # fmt: skip
    assert set(found["parts"]["extension"][0]) == {"value", *GROUPS}
