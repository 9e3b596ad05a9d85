"""Many cells at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from analysis.multiplicity import adjusted_maximum, averaged, calibrated, e_benjamini_hochberg
from analysis.records import DataError

LOGS = st.lists(st.floats(-20, 20), min_size=1, max_size=30).map(np.array)


def test_the_kth_value_needs_n_over_level_k():
    # Three of four at 27: the third needs 4 / (.05 * 3) = 26.7, so all three are discoveries.
    assert e_benjamini_hochberg(np.log([27.0, 1.0, 27.0, 27.0]), level=0.05).tolist() == [
        True, False, True, True,
    ]  # fmt: skip
    assert not e_benjamini_hochberg(np.log([26.6, 1.0, 26.6, 26.6]), level=0.05).any()
    assert e_benjamini_hochberg(np.empty(0), level=0.05).tolist() == []


@given(LOGS, st.randoms())
def test_the_order_of_cells_does_not_matter(logs, random):
    order = list(range(len(logs)))
    random.shuffle(order)
    found = e_benjamini_hochberg(logs, level=0.05)
    assert (e_benjamini_hochberg(logs[order], level=0.05) == found[order]).all()


@given(LOGS)
def test_another_quiet_cell_adds_no_discovery(logs):
    found = e_benjamini_hochberg(logs, level=0.05)
    more = e_benjamini_hochberg(np.append(logs, -1.0), level=0.05)[:-1]
    assert (more <= found).all()


def test_calibrated_p_values_are_e_values():
    mean, _ = quad(lambda p: float(np.exp(calibrated(p))), 0, 1)
    assert mean == pytest.approx(1.0, abs=1e-6)


def test_adjusted_maxima_are_e_values():
    # The largest value ever reached exceeds M with probability at most 1 / M: its logarithm is
    # exponential. The exact integral up to 400 is 1 - 1 / 400.
    mean, _ = quad(lambda log: float(np.exp(adjusted_maximum(log) - log)), 0, 400, limit=500)
    assert mean == pytest.approx(1 - 1 / 400, abs=1e-6)
    assert np.exp(adjusted_maximum(0.0)) == pytest.approx(0.5)
    assert adjusted_maximum(10_000.0) == pytest.approx(10_000 - 2 * np.log(10_000))


def test_an_average_is_between_its_parts():
    assert averaged(np.array([0.0, 1_000.0])) == pytest.approx(1_000 - np.log(2))


def test_what_is_no_evidence_is_refused():
    for call in (
        lambda: e_benjamini_hochberg(np.array([np.nan]), level=0.05),
        lambda: e_benjamini_hochberg(np.array([1.0]), level=1.0),
        lambda: adjusted_maximum(-0.1),
        lambda: calibrated(0.0),
        lambda: calibrated(0.5, kappa=1.0),
        lambda: averaged(np.empty(0)),
        lambda: averaged(np.array([1.0, np.nan])),
    ):
        with pytest.raises(DataError):
            call()
