"""Ratings of a finding's cell week by week: what the dataset holds, and nothing that it does not."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date
from typing import Any

import pytest

from analysis.config import AnalysisConfig
from analysis.rates import rate_results
from backend.exports.services import dataset_build
from backend.findings.arrays import sampled_ratings
from backend.findings.rated_weeks import RatedWeek, rated_weeks_public
from tests.exports.reading import lines_of
from tests.factories import make_finding, make_ratings, make_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue", "clock")]
WEEK, NEXT = "2026-09-07", "2026-09-14"
"""Closed on 2026-11-23, as is every week up to that of 12 October."""
CLAUDE = {"site_id": "claude", "model_id": "claude-3-opus"}
NOTHING = (None, None, None, None)


def weeks_of(**overrides: Any) -> list[RatedWeek]:
    return rated_weeks_public(make_finding(run=make_run(), **overrides))


def shares(part: str, weeks: list[RatedWeek]) -> list[tuple[int | None, float | None]]:
    return [(getattr(week, part).n_ratings, getattr(week, part).share) for week in weeks]


def test_a_share_is_weighted_and_has_wilsons_interval_at_the_effective_number() -> None:
    make_ratings(WEEK, fine=6, sampling_probability=0.5)
    make_ratings(WEEK, bad=5, sampling_probability=0.25)
    (week,) = weeks_of()
    # Weights 2 and 4: 20 of 32 are bad. n_eff = 32^2 / (6 * 4 + 5 * 16) = 9.846, 6.154 of them bad. With
    # z^2 = 3.841: (6.154 + 1.921) / 13.688 = .590, and
    # 1.960 * sqrt(6.154 * 3.692 / 9.846 + .960) / 13.688 = .2589 to either side.
    assert week.week == date(2026, 9, 7)
    assert astuple(week.cell) == pytest.approx((11, 0.625, 0.3311, 0.8488), abs=5e-5)
    assert astuple(week.domain) == astuple(week.model) == NOTHING


def test_what_is_compared_is_what_the_method_compares() -> None:
    """In one week: neither the vendor's other models nor other provenances are on any side."""
    make_ratings(WEEK, bad=6, fine=14)
    make_ratings(WEEK, bad=9, fine=51, **CLAUDE)
    make_ratings(WEEK, bad=7, fine=13, site_id="gemini", model_id="gemini-1-5-pro")
    make_ratings(WEEK, bad=5, fine=35, domain_id="law")
    make_ratings(WEEK, bad=8, fine=8, domain_id="cooking")
    make_ratings(WEEK, bad=50, fine=5, model_id="gpt-4-0314")  # of the same vendor
    make_ratings(WEEK, bad=50, fine=5, model_id=None)
    make_ratings(WEEK, bad=50, fine=5, domain_id=None)
    make_ratings(WEEK, bad=50, fine=5, provenance="simulated", collection="demo")
    make_ratings(WEEK, bad=50, fine=5, provenance="import", collection="quiz")
    (week,) = weeks_of()
    assert (week.cell.n_ratings, week.cell.share) == (20, 6 / 20)
    assert (week.domain.n_ratings, week.domain.share) == (80, pytest.approx(16 / 80))
    assert (week.model.n_ratings, week.model.share) == (56, pytest.approx(13 / 56))


def test_shares_and_interval_are_those_of_the_analysis() -> None:
    make_ratings(NEXT, bad=6, fine=14, sampling_probability=0.01)
    make_ratings(NEXT, bad=5, fine=9)
    make_ratings(NEXT, bad=9, fine=51, sampling_probability=0.01, **CLAUDE)
    make_ratings(NEXT, bad=5, fine=35, domain_id="law", sampling_probability=0.005)
    counted = sampled_ratings(as_of=date(2026, 9, 20))
    rates = rate_results(counted, as_of=date(2026, 9, 20), config=AnalysisConfig())
    (rate,) = [r for r in rates if (r.model, r.domain) == ("gpt-4-0613", "distributed-training")]
    (week,) = weeks_of()
    assert astuple(week.cell) == pytest.approx(
        (rate.n_ratings, rate.share, rate.share_low, rate.share_high)
    )
    assert (week.domain.n_ratings, week.domain.share) == pytest.approx(
        (rate.n_domain, rate.share_domain)
    )
    assert (week.model.n_ratings, week.model.share) == pytest.approx(
        (rate.n_model, rate.share_model)
    )


def test_whoever_has_the_dataset_can_compute_it_again() -> None:
    for number, monday in enumerate(("2026-08-31", WEEK, NEXT)):
        make_ratings(monday, bad=5 + number, fine=15)
        make_ratings(monday, bad=5, fine=15 + number, site_id="copilot")
        make_ratings(monday, bad=4 + number, fine=50, sampling_probability=0.01, **CLAUDE)
        make_ratings(monday, bad=6, fine=30 + number, domain_id="law")
    lines = lines_of(dataset_build(), "ratings")

    def summed(week: date, is_side: Any) -> tuple[int | None, float | None]:
        rows = [r for r in lines if r["week"] == str(week) and is_side(r["model"], r["domain"])]
        told = [row for row in rows if row["n_bad"] is not None]
        if not told:
            return None, None
        share = sum(row["sum_w_bad"] for row in told) / sum(row["sum_w"] for row in told)
        return sum(row["n"] for row in told), share

    own, here = "gpt-4-0613", "distributed-training"
    sides = {
        "cell": lambda model, domain: (model, domain) == (own, here),
        "domain": lambda model, domain: model != own and domain == here,
        "model": lambda model, domain: model == own and domain != here,
    }
    weeks = weeks_of()
    assert len(weeks) == 3
    for name, is_side in sides.items():
        expected = [summed(week.week, is_side) for week in weeks]
        assert shares(name, weeks) == [pytest.approx(side) for side in expected], name
    assert shares("domain", weeks)[0] == (None, None)  # four called an answer bad


@pytest.mark.parametrize(
    ("bad", "fine", "told"),
    [(5, 5, (10, 0.5)), (4, 16, (20, None)), (16, 4, (20, None)), (0, 20, (20, None)),
     (2, 3, (5, None)), (2, 2, (None, None))],
)  # fmt: skip
def test_no_share_tells_of_fewer_than_five(bad: int, fine: int, told: tuple[Any, Any]) -> None:
    for monday in ("2026-08-31", NEXT):
        make_ratings(monday, bad=5, fine=15)
    make_ratings(WEEK, bad=bad, fine=fine)
    make_ratings(WEEK, bad=bad, fine=fine, **CLAUDE)
    make_ratings(WEEK, bad=bad, fine=fine, domain_id="law")
    weeks = weeks_of()
    assert shares("cell", weeks) == [(20, 0.25), told, (20, 0.25)]
    comparator = told if told[1] is not None else (None, None)
    assert shares("domain", weeks)[1] == shares("model", weeks)[1] == comparator
    if told[1] is None:
        assert astuple(weeks[1].cell)[1:] == (None, None, None)


def test_a_cell_of_which_one_site_hides_its_share_has_none() -> None:
    make_ratings(WEEK, bad=5, fine=15)
    make_ratings(NEXT, bad=5, fine=15)
    make_ratings(NEXT, bad=4, fine=3, site_id="copilot")
    assert shares("cell", weeks_of()) == [(20, 0.25), (27, None)]


@pytest.mark.parametrize(("hidden", "told"), [(50, (50, 0.2)), (51, (None, None))])
def test_a_comparator_is_told_where_half_of_its_weight_is(
    hidden: int, told: tuple[Any, Any]
) -> None:
    make_ratings(WEEK, bad=5, fine=15)
    make_ratings(WEEK, bad=10, fine=40, **CLAUDE)
    make_ratings(WEEK, bad=4, fine=hidden - 4, site_id="gemini", model_id="gemini-1-5-pro")
    assert shares("domain", weeks_of()) == [told]


def test_a_week_appears_once_it_is_closed(clock) -> None:
    for monday in (WEEK, NEXT, "2026-10-19"):  # the last one ends on 25 October
        make_ratings(monday, bad=5, fine=15)
    assert [str(week.week) for week in weeks_of()] == [WEEK, NEXT]
    clock.move_to("2026-11-23T23:59:00Z")
    assert len(weeks_of()) == 2
    clock.move_to("2026-11-24T00:00:00Z")  # 28 days later, and one for other time zones
    weeks = weeks_of()
    assert [str(week.week) for week in weeks][-1] == "2026-10-19"
    assert shares("cell", weeks)[2:5] == [(None, None)] * 3  # between them nobody rated


def test_a_year_on_either_side_is_shown() -> None:
    # It began between 31 August and 14 September 2026, so weeks from 1 September 2025 on count.
    for monday in ("2025-08-25", "2025-09-01", WEEK, NEXT):
        make_ratings(monday, bad=40, fine=40)
    assert str(weeks_of()[0].week) == "2025-09-01"
    for monday in (WEEK, NEXT, "2026-09-21"):
        make_ratings(monday, bad=5, fine=15, domain_id="cooking")
    found = weeks_of(
        domain_id="cooking", offset=date(2025, 9, 8), offset_high=date(2025, 9, 15),
        onset=date(2025, 6, 2), onset_low=None,
    )  # fmt: skip
    assert [str(week.week) for week in found] == [WEEK, NEXT]  # to 52 weeks after 15 September


def test_an_invented_finding_has_the_ratings_that_were_invented_alone() -> None:
    invented = {"model_id": "demo-aster-large", "site_id": "demo-aster-chat"}
    for monday in (WEEK, NEXT):
        make_ratings(monday, bad=1, fine=3, provenance="simulated", collection="demo", **invented)
        make_ratings(monday, bad=9, fine=9, **invented)
    found = weeks_of(model_id="demo-aster-large", is_simulated=True)
    assert shares("cell", found) == [(4, 0.25)] * 2
