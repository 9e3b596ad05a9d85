"""The last window of each cell in a period: the same as looking through all windows."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from backend.findings.last_windows import LastWindow, last_windows_public
from backend.findings.models import Signal
from backend.findings.selectors import signals_public
from backend.findings.sides import Period
from tests.factories import make_finding, make_run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
PERIODS = (
    Period(date(2026, 3, 2), date(2026, 6, 14)),
    Period(date(2026, 5, 4), date(2026, 10, 4)),
    Period(date(2020, 1, 1), date(2020, 12, 31)),
)


def looked_through(period: Period, **given: str) -> dict[tuple[str, str, str], LastWindow]:
    found: dict[tuple[str, str, str], LastWindow] = {}
    for signal in signals_public().filter(**given).order_by("-window_end", "window_start"):
        is_inside = period.first <= signal.window_start and signal.window_end <= period.last
        is_short = signal.window_end - signal.window_start < timedelta(days=56)
        if is_inside and is_short and signal.observed >= 5:
            key = (signal.model_id, signal.domain_id, signal.symptom_kind)
            found.setdefault(key, LastWindow(signal.pk, signal.observed))
    return found


@pytest.fixture
def windows():
    run = make_run()
    make_finding(run=run, model_id="gpt-4-0314", is_published=False)
    cells = product(
        ("gpt-4-0613", "gpt-4-0314"), ("distributed-training", "law"), ("silent", "stated")
    )
    for place, (model, domain, kind) in enumerate(cells):
        for n in range(18):
            end = date(2026, 3, 8) + timedelta(days=7 * (2 * n + place % 3))
            for weeks in (4, 8, 12):
                Signal.objects.create(
                    run=run, model_id=model, domain_id=domain, symptom_kind=kind,
                    window_start=end - timedelta(days=7 * weeks - 1), window_end=end,
                    n_reports=20, observed=1 + (7 * place + 5 * n + weeks) % 11, expected=9.5, ic=1.0,
                    ic_low=0.5, ic_strict=0.1, p_value=0.01, is_discovery=(n + place) % 4 == 0,
                    state="reported" if n % 5 == 0 else "insufficient",
                )  # fmt: skip
    return run


def test_it_is_that_of_looking_through_all(windows, django_assert_num_queries) -> None:
    with django_assert_num_queries(2):
        found = last_windows_public(PERIODS)
    assert found == [looked_through(period) for period in PERIODS]
    assert len(found[0]) == len(found[1]) == 8
    assert found[2] == {}


@pytest.mark.parametrize("given", [{"model": "gpt-4-0314"}, {"domain": "law"}, {"model": "gpt-5"}])
def test_it_can_be_limited(windows, given) -> None:
    found = last_windows_public(PERIODS, **given)
    assert found == [looked_through(period, **given) for period in PERIODS]


def test_without_a_run_there_is_none() -> None:
    assert last_windows_public(PERIODS) == [{}, {}, {}]
