"""The allow-list of everything that is exported, which is the data dictionary too.

A column that is not here is in no dataset, whatever the tables hold.
"""

from __future__ import annotations

from backend.exports.columns_of_conclusions import CELLS, CLUSTERS, COMPARISONS, RUNS, SIGNALS
from backend.exports.columns_of_facts import (
    DISCLOSURES,
    EXPOSURES,
    PROBES,
    RATINGS,
    REPORTS,
    TOMBSTONES,
)
from backend.exports.columns_of_findings import (
    ACKNOWLEDGEMENTS,
    EVENTS,
    FINDINGS,
    MAPS,
    POINTS,
    REPLIES,
    WINDOWS,
)
from backend.exports.shape import Column, Table

DICTIONARY = (
    REPORTS, RATINGS, EXPOSURES, PROBES, FINDINGS, EVENTS, WINDOWS, REPLIES, ACKNOWLEDGEMENTS, MAPS,
    POINTS, CLUSTERS, RUNS, SIGNALS, CELLS, COMPARISONS, DISCLOSURES, TOMBSTONES,
)  # fmt: skip

__all__ = [
    "ACKNOWLEDGEMENTS", "CELLS", "CLUSTERS", "COMPARISONS", "DICTIONARY", "DISCLOSURES", "EVENTS",
    "EXPOSURES", "FINDINGS", "MAPS", "POINTS", "PROBES", "RATINGS", "REPLIES", "REPORTS", "RUNS",
    "SIGNALS", "TOMBSTONES", "WINDOWS", "Column", "Table",
]  # fmt: skip
