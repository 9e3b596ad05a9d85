"""What every record is made of: kinds of arrays, and what is raised where one breaks its promise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Strings = NDArray[np.object_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class AnalysisError(Exception):
    """The analysis cannot give a result; the message says what to do."""


class DataError(AnalysisError):
    """The input breaks a promise of its record: shapes, ranges, unknown names."""


def check_lengths(record: Any, names: tuple[str, ...]) -> None:
    """All of these arrays of a record are equally long, or DataError."""
    lengths = {name: len(getattr(record, name)) for name in names}
    if len(set(lengths.values())) > 1:
        raise DataError(f"arrays of {type(record).__name__} differ in length: {lengths}")
