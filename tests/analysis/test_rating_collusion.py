"""Fakes among SIMULATED raters: they do what they are said to, and enough of them are seen to succeed."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.evaluate.rating_collusion import (
    N_DOMAINS,
    N_VENDORS,
    PAST_DAYS,
    attacked_counts,
    is_opened,
)


def sums(n_fakes: int, *, floods: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Bad and all ratings by model and domain, over all days."""
    counts = attacked_counts(1, per_day=1.0, n_fakes=n_fakes, floods=floods)
    return counts.bad.sum(axis=(0, 1)), counts.total.sum(axis=(0, 1))


@pytest.mark.parametrize("floods", [False, True])
def test_each_fake_calls_one_answer_of_the_cell_bad(floods):
    (bad, total), (honest_bad, honest) = sums(10, floods=floods), sums(0)
    more = np.zeros((N_VENDORS, N_DOMAINS), dtype=int)
    more[0, 0] = 10
    assert np.array_equal(bad - honest_bad, more)
    if floods:
        more[0, 1:] = more[1:, 0] = 10
    assert np.array_equal(total - honest, more)


def test_they_begin_after_the_past_and_within_two_weeks():
    counts, honest = (attacked_counts(1, per_day=1.0, n_fakes=n, floods=False) for n in (10, 0))
    days = np.flatnonzero((counts.bad - honest.bad).sum(axis=(1, 2, 3)))
    first = counts.n_days - PAST_DAYS - 56  # the counts begin with the history that a run reads
    assert days.min() >= first + PAST_DAYS
    assert days.max() < first + PAST_DAYS + 14


@pytest.mark.parametrize(("n_fakes", "opened"), [(0, False), (150, True)])
def test_an_innocent_cell_is_opened_by_many_alone(n_fakes, opened):
    counts = attacked_counts(1, per_day=1.0, n_fakes=n_fakes, floods=False)
    assert is_opened(counts) is opened
