"""What one person, one text or one template can add to a count."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.integrity import (
    Rows,
    breakdown_number,
    cohort_cap,
    count_units,
    duplicate_of,
    explained_by,
    is_burst,
    trust_weight,
)
from analysis.pipeline import analyse
from analysis.signals import stands
from analysis.text import TextGroups
from analysis.windows import Counter
from tests.analysis.worlds import batch

CONFIG = AnalysisConfig()


def rows(people: list[int], cohorts: list[int], domain: int = 0) -> Rows:
    n = len(people)
    same = np.full(n, 0)
    return Rows(
        index=np.arange(n),
        day=same,
        model=same,
        domain=np.full(n, domain),
        contributor=np.array(people),
        cohort=np.array(cohorts),
    )


@pytest.mark.parametrize(("size", "counted"), [(1, 1), (2, 2), (3, 2), (12, 2)])
def test_a_cohort_counts_for_two_in_a_small_cell(size, counted):
    units = count_units(rows(list(range(size)), [7] * size), CONFIG)
    assert int(units.is_counted.sum()) == counted


def test_a_cohort_counts_for_a_tenth_of_a_large_cell():
    # 20 people from one template among 60: 6 of them count, and the 40 others.
    units = count_units(rows(list(range(60)), [0] * 20 + list(range(1, 41))), CONFIG)
    assert int(units.is_counted.sum()) == 46
    assert cohort_cap(60, CONFIG) == 6


def test_the_earliest_members_of_a_cohort_count():
    units = count_units(rows([5, 3, 9, 1], [7] * 4), CONFIG)
    assert set(units.contributor[units.is_counted].tolist()) == {5, 3}


def test_a_text_of_their_own_does_not_free_members_of_a_cohort():
    # Six people send the template, and each one other text as well.
    units = count_units(rows([*range(6), *range(6)], [7] * 6 + list(range(10, 16))), CONFIG)
    assert int(units.is_counted.sum()) == 2


def test_a_person_is_one_unit_per_cell():
    units = count_units(rows([4, 4, 4, 4], [0, 1, 2, 3]), CONFIG)
    assert len(units.contributor) == 1


def test_without_its_heaviest_cohort_a_cell_loses_what_that_counted_for():
    shown = rows([*range(10)], [0] * 10)
    counter = Counter(
        rows([*range(10)], [7, 7, 7, *range(20, 27)]), shown, 1, np.zeros(1, dtype=np.int64), CONFIG
    )
    window = counter.window(0, 6)
    assert int(window.observed[0, 0]) == 9
    assert int(window.without_cohort[0, 0]) == 7
    assert int(window.uncapped[0, 0]) == 10


def test_the_breakdown_number_of_what_never_stood_is_0():
    assert breakdown_number(4, lambda count: count >= 5) == 0
    assert breakdown_number(5, lambda count: True) == 6


@pytest.mark.parametrize(
    ("age", "answered", "weight"), [(13, 99, 0.0), (14, 4, 0.0), (14, 5, 1.0), (400, 5, 1.0)]
)
def test_only_an_aged_install_that_answered_ratings_weighs(age, answered, weight):
    assert trust_weight(np.array([age]), np.array([answered]), CONFIG).tolist() == [weight]


def versions(of_the_first: str) -> tuple[np.ndarray, Rows]:
    """Three models, four domains. Old people report all alike, new ones the first domain nine fold.

    The first model's people report it nine fold too, and all have one version.
    """
    model, domain, version = [], [], []
    for m, v, shares in [
        (0, of_the_first, (900, 100, 100, 100)),
        *((m, "old", (300, 300, 300, 300)) for m in (1, 2)),
        *((m, "new", (90, 10, 10, 10)) for m in (1, 2)),
    ]:
        for d, n in enumerate(shares):
            model, domain, version = model + [m] * n, domain + [d] * n, version + [v] * n
    size = len(model)
    return np.array(version), Rows(
        index=np.arange(size), day=np.zeros(size, dtype=np.int64), model=np.array(model),
        domain=np.array(domain), contributor=np.arange(size), cohort=np.arange(size),
    )  # fmt: skip


FIRST = {"cell": (0, 0), "n_domains": 4, "vendor": np.arange(3), "stands": stands, "config": CONFIG}


def test_an_excess_that_a_new_version_explains_is_the_instruments():
    # 900 where 525 would be expected, but within the new version exactly 900.
    values, counted = versions("new")
    assert explained_by(values, counted, **FIRST)


def test_an_excess_within_one_version_is_not_the_instruments():
    # ... and within the old one 500.
    values, counted = versions("old")
    assert not explained_by(values, counted, **FIRST)


def test_the_other_models_of_its_vendor_explain_nothing():
    # A fourth model of the first one's vendor is reported in the first domain alone.
    values, counted = versions("old")
    n = 6_000
    joined = Rows(
        index=np.arange(len(values) + n), day=np.zeros(len(values) + n, dtype=np.int64),
        model=np.append(counted.model, np.full(n, 3)),
        domain=np.append(counted.domain, np.zeros(n, dtype=np.int64)),
        contributor=np.arange(len(values) + n), cohort=np.arange(len(values) + n),
    )  # fmt: skip
    told = np.append(values, np.full(n, "old"))
    called: list[float] = []

    def seen(observed: float, expected: float, config: AnalysisConfig) -> bool:
        called.append(expected)
        return bool(stands(observed, expected, config))

    options = {**FIRST, "stands": seen}
    assert not explained_by(values, counted, **options)
    alone = list(called)
    called.clear()
    assert not explained_by(told, joined, **options | {"vendor": np.array([0, 1, 2, 0])})
    assert called == alone


def test_one_version_explains_nothing():
    _, counted = versions("new")
    same = np.full(len(counted.index), "1")
    assert not explained_by(same, counted, **FIRST)


def test_reports_of_one_day_are_a_burst_and_an_even_stream_is_none():
    monday = np.datetime64("2026-11-02")
    even = monday + np.arange(28)
    assert not is_burst(even, n_days=28, config=CONFIG)
    # 8 of 12 on one of 28 days: 28 * P(Binomial(12, 1/28) >= 8) is below 1e-6.
    crowd = monday + np.array([0] * 8 + [5, 9, 14, 20])
    assert is_burst(crowd, n_days=28, config=CONFIG)
    assert not is_burst(crowd[:4], n_days=28, config=CONFIG)  # below the floor nothing is said


def template(member: int) -> str:
    """60 words, of which 8 in a row are the member's own: Jaccard .65 or less, and above .5."""
    words = [f"w{i}" for i in range(60)]
    words[26:34] = [f"own{member}x{k}" for k in range(8)]
    return " ".join(words)


def test_a_template_whose_copies_differ_is_one_cohort_in_the_whole_analysis():
    # 24 people write about one cell, in a table of 5 x 10 cells with 4 people each.
    models = [m for m in ("m1", "m2", "m3", "m4", "m5") for _ in range(40)] + ["m1"] * 24
    leaves = [leaf for _ in range(5) for leaf in "abcdefghij" for _ in range(4)] + ["a"] * 24
    own = [" ".join(f"word{i}x{k}" for k in range(12)) for i in range(200)]
    told = {}
    for name, texts in {
        "their own words": [" ".join(f"free{i}x{k}" for k in range(60)) for i in range(24)],
        "a template": [template(i) for i in range(24)],
    }.items():
        whole = batch(
            model=models,
            domain=leaves,
            contributor=[f"p{i}" for i in range(224)],
            prompt=own + texts,
            response=own + [f"response {i}" for i in range(24)],
        )
        result = analyse(whole, CONFIG, seed=1)
        assert result.summary["n_duplicates"] == 0
        told[name] = [(f.state, f.peak.observed) for f in result.findings]
    assert told["their own words"] == [("reported", 28)]
    assert told["a template"] in ([], [("insufficient", 6)])


def test_the_copy_that_came_in_first_stands_for_those_of_its_kind_whatever_day_it_states():
    whole = batch(
        model=["m"] * 5, domain=["law"] * 5, contributor=["a", "b", "c", "", "e"],
        is_silent=[True, True, False, True, True],
    ).reports  # fmt: skip
    whole.received[:] = np.array(
        ["2026-11-05", "2026-11-04", "2026-11-06", "2026-11-01", "2026-11-05"]
    )
    whole.day[:] = np.array(["2026-11-02", "2026-11-03", "2026-11-01", "2026-11-01", "2026-11-01"])
    same = np.zeros(5, dtype=np.int64)
    # The second came first of those whose sender counts; a stated copy is another unit.
    assert duplicate_of(whole, TextGroups(same, same)).tolist() == [1, 1, 2, 1, 1]
