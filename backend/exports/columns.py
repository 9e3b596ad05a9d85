"""The allow-list of everything that is exported, which is the data dictionary too.

A column that is not here is in no dataset, whatever the tables hold.
"""

from __future__ import annotations

from backend.exports.columns_of_conclusions import (
    CELLS,
    CLUSTERS,
    COMPARISONS,
    EVENTS,
    FINDINGS,
    RUNS,
    SIGNALS,
)
from backend.exports.columns_of_facts import EXPOSURES, RATINGS, REPORTS, TOMBSTONES
from backend.exports.shape import Column, Table

DICTIONARY = (
    REPORTS, RATINGS, EXPOSURES, FINDINGS, EVENTS, CLUSTERS, RUNS, SIGNALS, CELLS, COMPARISONS,
    TOMBSTONES,
)  # fmt: skip

__all__ = [
    "CELLS", "CLUSTERS", "COMPARISONS", "DICTIONARY", "EVENTS", "EXPOSURES", "FINDINGS", "RATINGS",
    "REPORTS", "RUNS", "SIGNALS", "TOMBSTONES", "Column", "Table",
]  # fmt: skip
