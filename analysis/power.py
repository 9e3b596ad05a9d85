"""What would have been noticed: the smallest effect that a count or a sample could have shown."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv

from analysis.config import AnalysisConfig
from analysis.disproportionality import Flags, exact_tail
from analysis.records import Floats
from analysis.signals import stands
from analysis.windows import Window

_DOUBLINGS = 24


def detectable_ratios(
    window: Window, tested: Flags, n_tests: int, config: AnalysisConfig
) -> Floats:
    """Rate ratio that each cell of a window would have shown with the power of the configuration.

    Everything else stays as it was: the cell's contributors are replaced by so many that the strict
    rule and the false discovery rate, with the cell as the only discovery, are passed. The ratio is
    the Poisson mean that reaches so many with that probability, over what row and column without
    the cell would give.

    Parameters
    ----------
    window : Window
    tested : ndarray of shape (n_models, n_domains), dtype=bool
    n_tests : int
        Cells and lengths that one look tests. Range: >= 1.
    config : AnalysisConfig

    Returns
    -------
    ndarray of shape (n_models, n_domains), dtype=float64
        Infinite where the cell is not tested, or nobody else reports its model or domain.
    """
    table = window.observed
    row = table.sum(axis=1, keepdims=True) - table
    column = table.sum(axis=0, keepdims=True) - table
    rest = table.sum() - row - column - table
    ratios = np.full(table.shape, np.inf)
    for i, j in np.argwhere(tested & (row > 0) & (column > 0) & (rest > 0)):
        others = float(row[i, j]), float(column[i, j]), float(rest[i, j])
        needed = _needed(others, config.false_discovery_rate / max(n_tests, 1), config)
        mean = float(gammaincinv(needed, config.detectable_power))
        ratios[i, j] = mean / (others[0] * others[1] / others[2])
    return ratios


def _needed(others: tuple[float, float, float], level: float, config: AnalysisConfig) -> int:
    """Fewest contributors of a cell that are reported, beside so many of its row, column and rest."""

    def passes(count: int) -> bool:
        row, column, rest = others
        total = row + column + rest + count
        model, domain = np.array([row + count]), np.array([column + count])
        expected = float(model[0] * domain[0] / total)
        if not stands(float(count), expected, config):
            return False
        return exact_tail(count, model, domain, np.array([total])) <= level

    high = config.contributors_min
    low = high - 1
    for _ in range(_DOUBLINGS):
        if passes(high):
            break
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if passes(middle) else (middle, high)
    return high
