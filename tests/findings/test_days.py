"""What a real model draws above what is expected is told within the days of its findings alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from backend.findings.facts import series_public, windows_told
from backend.findings.models import Finding
from backend.findings.selectors import signals_public
from tests.factories import make_finding, make_run, make_signal, publish_charts

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 1, 5), date(2026, 3, 8)
"""The days of a finding that ended in the week of 2 March."""
WEEKS = timedelta(days=55)


@pytest.fixture
def run(catalogue: None, clock):
    return make_run()


@pytest.fixture
def ended(run) -> Finding:
    """A public finding from 5 January to 8 March, with its window."""
    make_signal(
        run=run, window_start=FIRST, window_end=FIRST + WEEKS, is_discovery=True, state="reported"
    )
    return make_finding(
        run=run, state="resolved", onset=FIRST, onset_low=FIRST, onset_high=FIRST,
        offset=date(2026, 2, 23), offset_low=date(2026, 2, 16), offset_high=date(2026, 3, 2),
    )  # fmt: skip


def later(run, **overrides) -> Finding:
    """Another event of the cell, with its window."""
    start = date(2026, 9, 7)
    make_signal(run=run, window_start=start, window_end=start + WEEKS, observed=37, is_discovery=True,
                state="reported")  # fmt: skip
    return make_finding(run=run, onset=start, onset_low=start, onset_high=start, **overrides)


def starts(finding: Finding) -> list[date]:
    return [window["window_start"] for window in windows_told(finding)]


def signal_starts() -> list[date]:
    return list(signals_public().order_by("window_start").values_list("window_start", flat=True))


def test_what_is_shown_of_a_cell_does_not_depend_on_what_waits_in_it(run, ended) -> None:
    make_signal(
        run=run,
        window_start=date(2026, 4, 6),
        window_end=date(2026, 5, 31),
        observed=6,
        expected=5.0,
    )
    make_signal(
        run=run,
        window_start=date(2026, 6, 1),
        window_end=date(2026, 7, 26),
        observed=5,
        expected=5.0,
    )
    before = (windows_told(ended), signal_starts())
    assert signal_starts() == [FIRST, date(2026, 6, 1)]
    waiting = later(run, is_published=False)
    assert (windows_told(ended), signal_starts()) == before
    Finding.objects.filter(pk=waiting.pk).update(is_published=True)
    assert signal_starts() == [FIRST, date(2026, 6, 1), date(2026, 9, 7)]
    assert starts(ended) == [FIRST, date(2026, 6, 1)]
    assert starts(Finding.objects.get(pk=waiting.pk)) == [date(2026, 6, 1), date(2026, 9, 7)]


@pytest.mark.parametrize(
    ("start", "end", "is_shown"),
    [
        (FIRST - WEEKS - timedelta(1), FIRST - timedelta(1), False),
        (FIRST - WEEKS, FIRST, True),
        (LAST, LAST + WEEKS, True),
        (LAST + timedelta(1), LAST + timedelta(1) + WEEKS, False),
    ],
)
def test_a_window_belongs_to_a_finding_with_which_it_shares_a_day(
    run, ended, start, end, is_shown
) -> None:
    make_signal(run=run, window_start=start, window_end=end, observed=9, expected=3.0)
    assert (start in starts(ended)) is is_shown
    assert (start in signal_starts()) is is_shown


def test_one_without_a_beginning_and_an_end_shows_all(run) -> None:
    finding = make_finding(run=run, onset=None, onset_low=None, onset_high=None)
    make_signal(run=run, window_start=date(2025, 1, 6), window_end=date(2025, 3, 2))
    make_signal(run=run, window_start=date(2026, 9, 7), window_end=date(2026, 11, 1))
    assert starts(finding) == signal_starts() == [date(2025, 1, 6), date(2026, 9, 7)]


def test_the_chart_of_a_finding_holds_nothing_that_is_about_another(visitor, run, ended) -> None:
    other = later(run)
    publish_charts()
    from backend.charts.models import Chart

    (chart,) = Chart.objects.filter(kind="finding", subject=str(ended.pk))
    assert [row["from"] for row in chart.data if row["row"] == "window"] == ["2026-01-05"]
    Finding.objects.filter(pk=other.pk).update(is_published=False)
    shown = visitor.get(f"/c/{chart.pk}/data.json").json()
    assert 37 not in [row["contributors"] for row in shown]


def test_weeks_outside_its_days_are_told_up_to_what_was_expected(run, ended) -> None:
    weeks = [("2025-12-22", 9, 2.0), ("2025-12-29", 9, 2.0), ("2026-01-05", 9, 2.0), ("2026-03-02", 9, 2.0),
             ("2026-03-09", 9, 2.0), ("2026-03-16", 9, 9.0), ("2026-03-23", 4, 9.0)]  # fmt: skip
    ended.series = [{"week": w, "observed": n, "expected": e} for w, n, e in weeks]
    assert [week["observed"] for week in series_public(ended)] == [None, None, 9, 9, None, 9, None]
    ended.is_simulated = True
    assert [week["observed"] for week in series_public(ended)] == [9, 9, 9, 9, 9, 9, None]


def test_a_week_is_told_from_the_day_in_it_on_which_a_finding_began(run) -> None:
    wednesday = date(2026, 1, 7)
    finding = make_finding(run=run, onset=wednesday, onset_low=wednesday, onset_high=wednesday)
    weeks = ("2025-12-29", "2026-01-05")
    finding.series = [{"week": week, "observed": 9, "expected": 2.0} for week in weeks]
    assert [week["observed"] for week in series_public(finding)] == [None, 9]


@pytest.mark.parametrize("says", [{"state": "reported"}, {"is_discovery": True}])
@pytest.mark.parametrize(
    "quiet",
    [{"model_id": "demo-aster-large"}, {"observed": 6, "expected": 9.0}],
    ids=["invented", "not above"],
)
def test_a_window_that_says_something_is_told_once_its_cell_has_a_public_finding(
    run, says, quiet
) -> None:
    defaults = {"state": "insufficient", "is_discovery": False}
    make_signal(run=run, window_start=FIRST, window_end=FIRST + WEEKS, **defaults | says | quiet)
    cell = {"run": run, "model_id": quiet.get("model_id", "gpt-4-0613")}
    held = make_finding(**cell, is_published=False)
    make_finding(**cell, domain_id="law")
    assert signal_starts() == []
    Finding.objects.filter(pk=held.pk).update(is_published=True)
    assert signal_starts() == [FIRST]


def test_invented_models_are_shown_whole(run) -> None:
    invented = {"run": run, "model_id": "demo-aster-large", "is_simulated": True}
    finding = make_finding(**invented, onset=FIRST, onset_low=FIRST, onset_high=FIRST,
                           offset=FIRST, offset_high=FIRST)  # fmt: skip
    make_signal(
        run=run,
        model_id="demo-aster-large",
        window_start=date(2026, 9, 7),
        window_end=date(2026, 11, 1),
    )
    assert starts(finding) == [date(2026, 9, 7)]
