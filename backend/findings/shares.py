"""Shares with intervals for pages, by the formula that the analysis uses (analysis.comparisons).

The web process never loads the science, so the formula stands here a second time; a test holds the two
together.
"""

from __future__ import annotations

import math

Z_95 = 1.959963984540054
"""97.5 % point of the normal distribution."""


def share_interval(count: float, total: float) -> tuple[float, float]:
    """95 % interval of the share behind a count, by Wilson's score method; (0, 1) where total is 0.

    Both may be effective numbers, as weighted counts have them.

    References
    ----------
    .. [1] Wilson (1927), J. Am. Stat. Assoc. 22(158), 209-212. doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> low, high = share_interval(0, 10)
    >>> low, round(high, 3)
    (0.0, 0.278)
    """
    if total == 0:
        return 0.0, 1.0
    centre = count + Z_95 * Z_95 / 2
    half = Z_95 * math.sqrt(count * (total - count) / total + Z_95 * Z_95 / 4)
    low, high = (centre - half) / (total + Z_95 * Z_95), (centre + half) / (total + Z_95 * Z_95)
    return max(0.0, low), min(1.0, high)
