"""Ratings that open a finding: what they need of reports, of people, and when it is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.frozen import evidence_read, evidence_write
from analysis.judgement import judge
from analysis.records import CountedEvidence, SampledRatings
from analysis.synthetic_evidence import evidence_of, ratings_of
from analysis.synthetic_reports import Planted, ReportShape, report_world

CONFIG = AnalysisConfig()
END = date(2026, 11, 1)
WEEKS, ONSET = 40, 20
ONSET_DAY = date(2026, 6, 15)
SHAPE = ReportShape(n_contributors=2_000, reports_per_week=400.0, n_weeks=WEEKS, n_domains=12)
CELL = ("model-02", "domain-03")


def rated(ratio: float, *, until: int = WEEKS, seed: int = 5) -> SampledRatings:
    """Five a day of each cell; from the onset to a week the planted one is bad so many times as often."""
    rng = np.random.default_rng(seed)
    rate = np.full((7 * WEEKS, SHAPE.n_vendors, SHAPE.n_domains), 0.15)
    rate[7 * ONSET : 7 * until, 2, 3] *= ratio
    total = rng.poisson(5.0, rate.shape)
    return ratings_of(rng.binomial(total, rate), total, last_day=END)


@pytest.fixture(scope="module")
def rising() -> CountedEvidence:
    """Reports of the cell rise by half: the screen says nothing of that."""
    planted = Planted(vendor=2, domains=(3,), ratio=1.5, first_day=7 * ONSET, end_day=7 * WEEKS)
    return evidence_of(report_world(SHAPE, seed=3, planted=(planted,)), rated(3.0), last_day=END)


def uncounted(evidence: CountedEvidence, which: np.ndarray) -> CountedEvidence:
    """The same, had those reports come from senders who did not let them be linked."""
    contributor = np.where(which, "", evidence.contributor).astype(object)
    return replace(evidence, contributor=contributor)


def of_the_cell(evidence: CountedEvidence, *, is_late: bool) -> np.ndarray:
    mine = (evidence.model == CELL[0]) & (evidence.domain == CELL[1])
    return mine & ((evidence.day >= np.datetime64(ONSET_DAY)) == is_late)


def said(evidence: CountedEvidence) -> dict[tuple[str, str, str], str]:
    findings = judge(evidence, CONFIG, seed=1).findings
    return {
        (f.model, f.domain, f.symptom_kind): f.state for f in findings if f.state != "insufficient"
    }


def test_without_ratings_that_rise_nothing_is_said(rising):
    assert said(replace(rising, ratings=rated(1.0))) == {}


def test_ratings_open_what_reports_lean_to(rising):
    assert said(rising) == {(*CELL, "silent"): "corroborated"}
    (finding,) = [f for f in judge(rising, CONFIG, seed=1).findings if f.state == "corroborated"]
    assert finding.reason.startswith("More answers drawn at random are rated bad: ")
    assert "without the 4 contributors who called most of them bad" in finding.reason
    assert "alone this would be too little" in finding.reason
    assert finding.onset_low <= ONSET_DAY <= finding.onset_high
    assert finding.offset is None
    assert finding.evidence["is_reported"] is False
    assert 1.2 < finding.evidence["ratio_to_past"] < 2.2
    assert finding.breakdown_number == 5
    assert finding.n_contributors >= 5
    assert len(finding.representatives) > 0


def test_the_cell_shows_the_finding(rising):
    cells = judge(rising, CONFIG, seed=1).cells
    assert {c.state for c in cells if (c.model, c.domain) == CELL} == {"corroborated"}
    assert {c.state for c in cells if (c.model, c.domain) != CELL} == {"insufficient"}


def test_ratings_open_nothing_where_reports_do_not_rise(rising):
    late = of_the_cell(rising, is_late=True)
    assert said(uncounted(rising, late & (np.cumsum(late) % 10 >= 6))) == {}


@pytest.mark.parametrize(("n", "is_opened"), [(4, False), (5, True)])
def test_ratings_open_nothing_where_fewer_than_five_people_report(rising, n, is_opened):
    # None before, so that even so few are a rise; all in the last weeks, so that one window has them.
    last = np.flatnonzero(of_the_cell(rising, is_late=True))
    last = last[np.argsort(rising.day[last], kind="stable")][-n:]
    cell = of_the_cell(rising, is_late=False) | of_the_cell(rising, is_late=True)
    few = uncounted(rising, cell)
    few.contributor[last] = [f"new-{number}" for number in range(n)]
    assert (said(few) != {}) is is_opened


@pytest.mark.parametrize(
    ("before", "late", "is_opened"), [(3, 3, False), (4, 4, False), (2, 5, True)]
)
def test_five_people_must_report_it_while_it_lasts(rising, before, late, is_opened):
    # Of five weeks before and four since, which one window holds together.
    cell = of_the_cell(rising, is_late=False) | of_the_cell(rising, is_late=True)
    rows = np.flatnonzero(cell)
    rows = rows[np.argsort(rising.day[rows], kind="stable")]
    day, onset = rising.day[rows], np.datetime64(ONSET_DAY)
    few = uncounted(rising, cell)
    people = [*rows[(day >= onset - 35) & (day < onset)][-before:],
              *rows[(day >= onset) & (day < onset + 28)][:late]]  # fmt: skip
    few.contributor[people] = [f"new-{number}" for number in range(before + late)]
    assert (said(replace(few, ratings=rated(3.0, until=24, seed=9))) != {}) is is_opened


def test_near_copies_of_the_other_kind_do_not_take_its_place(rising):
    # One report in ten elsewhere is of a stated symptom; of this cell only what sixty copies say.
    numbers, rows = np.arange(len(rising)), np.flatnonzero(of_the_cell(rising, is_late=True))
    in_cell = of_the_cell(rising, is_late=False) | of_the_cell(rising, is_late=True)
    few = uncounted(rising, np.isin(numbers, rows[375:]))
    copies = replace(
        few,
        is_silent=(numbers % 10 > 0) | in_cell, cohort=few.cohort.copy(), day=few.day.copy(),
    )  # fmt: skip
    assert said(copies) == {(*CELL, "silent"): "corroborated"}
    fakes = rows[375:435]
    copies.contributor[fakes] = [f"fake-{number}" for number in range(60)]
    copies.is_silent[fakes], copies.cohort[fakes] = False, 10**6
    days = np.linspace(0, 7 * (WEEKS - ONSET) - 1, 60).astype(int)
    copies.day[fakes] = np.datetime64(ONSET_DAY) + days
    assert said(copies) == {(*CELL, "silent"): "corroborated"}


@pytest.mark.parametrize(("before", "late"), [(4, 30), (5, 30), (0, 9)])
def test_how_many_times_as_often_is_not_told_where_it_would_tell_of_fewer_than_five(
    rising, before, late
):
    # With what was expected, and how many reported it since, it would tell how many had before.
    few = uncounted(rising, of_the_cell(rising, is_late=False) | of_the_cell(rising, is_late=True))
    for name, is_late, n in (("before", False, before), ("since", True, late)):
        rows = np.flatnonzero(of_the_cell(rising, is_late=is_late))[:n]
        few.contributor[rows] = [f"{name}-{number}" for number in range(n)]
    (finding,) = [f for f in judge(few, CONFIG, seed=1).findings if f.state == "corroborated"]
    assert (finding.evidence["ratio_to_past"] is not None) is (before >= 5)
    assert ("times as often as before" in finding.reason) is (before >= 5)
    assert "Contributors reported it " in finding.reason


def test_the_kind_is_that_of_the_reports_that_rise(rising):
    # Stated and silent take turns before; since the onset all of the cell are stated.
    late = rising.day >= np.datetime64(ONSET_DAY)
    mine = (rising.model == CELL[0]) & (rising.domain == CELL[1])
    turn = np.arange(len(rising)) % 2 == 0
    mixed = replace(rising, is_silent=np.where(mine & late, False, turn).astype(np.bool_))
    assert said(mixed).get((*CELL, "silent")) is None
    assert said(mixed)[(*CELL, "stated")] in ("corroborated", "reported")


def by_four_people(ratings: SampledRatings, n_people: int) -> SampledRatings:
    """Ratings that do not rise, and besides a bad one a day by each of these people, for eight weeks."""
    days = np.arange(np.datetime64(END) - 55, np.datetime64(END) + 1)
    n = len(days) * n_people
    more = ratings.where(np.arange(len(ratings)) < n)
    mine = replace(
        more,
        day=np.repeat(days, n_people),
        model=np.full(n, CELL[0], dtype=object),
        vendor=np.full(n, "vendor-02", dtype=object),
        domain=np.full(n, CELL[1], dtype=object),
        is_bad=np.ones(n, dtype=np.bool_),
        contributor=len(ratings) + np.tile(np.arange(n_people), len(days)),
    )
    return SampledRatings(
        **{
            name: np.concatenate([getattr(ratings, name), getattr(mine, name)])
            for name in ("day", "model", "vendor", "domain", "is_bad", "probability", "contributor",
                         "provenance")
        }
    )  # fmt: skip


def test_what_four_people_rate_opens_nothing_and_what_eight_rate_does(rising):
    # Eight would not either: intake counts nobody twice in a cell and eight weeks.
    assert said(replace(rising, ratings=by_four_people(rated(1.0), 4))) == {}
    assert said(replace(rising, ratings=by_four_people(rated(1.0), 8))) == {
        (*CELL, "silent"): "corroborated"
    }


def test_how_people_are_numbered_does_not_matter(rising):
    ratings = by_four_people(rated(1.0), 6)
    shuffled = np.random.default_rng(1).permutation(int(ratings.contributor.max()) + 1)
    one, other = (
        judge(replace(rising, ratings=r), CONFIG, seed=1).findings
        for r in (ratings, replace(ratings, contributor=shuffled[ratings.contributor]))
    )
    assert repr(one) == repr(other)


def test_kept_evidence_opens_the_same_bit_for_bit(rising):
    kept = evidence_read(evidence_write(rising))
    one, other = (judge(each, CONFIG, seed=1).findings for each in (rising, kept))
    assert repr(one) == repr(other)


def test_what_is_over_is_resolved_and_has_an_end(rising):
    over = replace(rising, ratings=rated(3.0, until=32))
    (finding,) = [f for f in judge(over, CONFIG, seed=1).findings if f.state != "insufficient"]
    assert (finding.model, finding.domain, finding.state) == (*CELL, "resolved")
    ended = date(2026, 9, 7)
    assert finding.offset_low <= ended <= finding.offset_high
    assert "and no longer are" in finding.reason


def test_what_the_screen_reports_stays_its_finding(rising):
    planted = Planted(vendor=2, domains=(3,), ratio=6.0, first_day=7 * ONSET, end_day=7 * WEEKS)
    world = report_world(SHAPE, seed=3, planted=(planted,))
    findings = judge(evidence_of(world, rated(3.0), last_day=END), CONFIG, seed=1).findings
    (finding,) = [f for f in findings if f.state != "insufficient"]
    assert finding.state == "corroborated"
    assert finding.evidence["is_reported"] is True
    assert finding.evidence["stands_in_ratings"] is False
