"""Weeks begin on Monday."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EPOCH_MONDAY = np.datetime64("1970-01-05", "D")


def monday(days: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """The Monday of each day's week.

    >>> str(monday(np.array(["2026-11-26"], dtype="datetime64[D]"))[0])
    '2026-11-23'
    """
    weeks = (days.astype("datetime64[D]") - EPOCH_MONDAY).astype(np.int64) // 7
    found: NDArray[np.datetime64] = EPOCH_MONDAY + (weeks * 7).astype("timedelta64[D]")
    return found
