"""The peer without a past: is a cell worse than both comparators today, whatever it used to be?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.change import shiryaev_roberts
from analysis.config import AnalysisConfig
from analysis.e_processes import log_mean, ratio_evidence
from analysis.monitoring import COMPARATORS
from analysis.records import Floats, Ints


def cell_evidence(bad: Ints, total: Ints, config: AnalysisConfig) -> Floats:
    """Evidence of each day against each comparator and for each odds ratio.

    Parameters
    ----------
    bad, total : ndarray of shape (n_days, n_classes, n_cells, 2, 2), dtype=int64

    Returns
    -------
    ndarray of shape (n_days, n_cells, 2, n_odds_ratios), dtype=float64
        Natural logarithms; the classes of a day are multiplied.
    """
    sides = [
        ratio_evidence(
            bad[..., 0, 0], total[..., 0, 0], bad[..., row, column], total[..., row, column],
            odds_ratios=config.rate_odds_ratios, half_life=config.rate_half_life_days,
        ).sum(axis=1)
        for row, column in COMPARATORS
    ]  # fmt: skip
    return np.stack(sides, axis=2)


def level_alarms(bad: Ints, total: Ints, config: AnalysisConfig) -> NDArray[np.bool_]:
    """Days on which both detectors have reached the alarm so far, shape (n_days, n_cells)."""
    log_e = cell_evidence(bad, total, config)
    is_rated = (total[..., 0, 0].sum(axis=1) > 0)[:, :, None, None]
    log_m = log_mean(shiryaev_roberts(log_e, np.broadcast_to(is_rated, log_e.shape)))
    reached = np.maximum.accumulate(log_m, axis=0) >= np.log(config.rate_alarm)
    return np.asarray(reached.all(axis=2), dtype=np.bool_)
