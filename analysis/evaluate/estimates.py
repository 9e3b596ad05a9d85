"""Means and shares over SIMULATED worlds, with their Monte-Carlo errors, as rows of the table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.evaluate.rows import Row
from analysis.records import Floats


def mean_row(
    about: str,
    world: str,
    measure: str,
    values: Floats,
    *,
    accept: str = "",
    limit: float | None = None,
    peer: str = "",
) -> Row:
    """A mean, met where it is at most `limit` within two Monte-Carlo standard errors."""
    value = float(values.mean())
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
    is_met = None if limit is None else bool(value - 2 * np.nan_to_num(error) <= limit)
    return Row(about, world, measure, value, error, accept, is_met, peer=peer)


def share_row(
    about: str,
    world: str,
    measure: str,
    hits: NDArray[np.bool_],
    *,
    accept: str = "",
    at_least: float | None = None,
    at_most: float | None = None,
    peer: str = "",
) -> Row:
    """A share, met within two Monte-Carlo standard errors of what is asked."""
    n, value = len(hits), float(hits.mean())
    # A share of 0 or 1 has an error too: that of one world more on the other side.
    guess = (hits.sum() + 1) / (n + 2)
    error = float(np.sqrt(guess * (1 - guess) / n))
    is_met = None
    if at_least is not None:
        is_met = bool(value + 2 * error >= at_least)
    if at_most is not None:
        is_met = bool(value - 2 * error <= at_most)
    return Row(about, world, measure, value, error, accept, is_met, peer=peer)
