"""What would have been noticed: the smallest effect that a count or a sample could have shown."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaincinv

from analysis.comparators import Comparators, comparators
from analysis.config import AnalysisConfig
from analysis.disproportionality import Flags
from analysis.records import Floats
from analysis.signals import stands
from analysis.windows import Window

_DOUBLINGS = 24


def detectable_ratios(
    window: Window, tested: Flags, n_tests: int, config: AnalysisConfig
) -> Floats:
    """Rate ratio that each cell of a window would have shown with the power of the configuration.

    Everything else stays as it was: the cell's contributors are replaced by so many that the strict
    rule and both comparators, with the cell as the only discovery, are passed. The ratio is
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
        Infinite where the cell is not tested, or its model is reported in no other domain, or its domain
        of no other vendor.
    """
    nobody = np.zeros(window.observed.shape, dtype=np.bool_)
    against = comparators(window.observed[None], window.baseline, nobody, window.vendor)
    around = against.now
    known = tested & (np.minimum(np.minimum(around.model, around.domain), around.rest)[0] > 0)
    level = min(config.screen_level, config.false_discovery_rate / max(n_tests, 1))
    ratios = np.full(window.observed.shape, np.inf)
    for i, j in np.argwhere(known):
        needed = _needed(against, (i, j), level, config)
        mean = float(gammaincinv(needed, config.detectable_power))
        expected = around.model[0, i, j] * around.domain[0, i, j] / around.rest[0, i, j]
        ratios[i, j] = mean / float(expected)
    return ratios


def _needed(
    against: Comparators, cell: tuple[int, int], level: float, config: AnalysisConfig
) -> int:
    """Fewest contributors of a cell that are reported, beside what it is compared with."""
    expected = float(against.expected[cell])

    def holds(count: int, level_before: float) -> bool:
        if not stands(float(count), expected, config):
            return False
        if against.tail_before(count, cell) > level_before:
            return False
        return against.tail_now(np.array([float(count)]), cell) <= config.screen_level_now

    def passes(count: int) -> bool:
        left = count - config.breakdown_min + 1
        return holds(left, config.screen_level) and holds(count, level)

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
