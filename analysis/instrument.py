"""Which parts of the instrument an event's reports come from: has the world changed, or the ruler?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.config import AnalysisConfig
from analysis.integrity import Rows
from analysis.records import CountedEvidence, Strings
from analysis.streams import Stream

MERGED = ""
"""Name of the row that holds the values too rare to be told apart."""

GROUPS = ("event", "before", "others", "others_before")
"""The event's reports; those of its cell before it; the comparators' at the same time, and before."""


def instrument_facts(
    stream: Stream,
    facts: CountedEvidence,
    *,
    cell: tuple[int, int],
    days: tuple[int, int],
    config: AnalysisConfig,
) -> dict[str, Any]:
    """Contributors of an event by version of the extension, site and redaction, beside comparators.

    The comparators are the same model in other domains and other models in the same domain. Before
    means the `window_weeks` weeks that end on the day before the event. A contributor counts once in
    a group, with the value of their first report there, so that each column adds up to its group.

    Parameters
    ----------
    stream : Stream
    facts : CountedEvidence
    cell : tuple of int
        (model, domain).
    days : tuple of int
        First and last day of the event, counted from the stream's first Monday.
    config : AnalysisConfig

    Returns
    -------
    dict
        `totals` by group; `parts`, by part (`extension`, `site`, `redaction`) a list of rows with
        `value` and one number for each group. None: fewer than `contributors_min`, or merged with
        such into the row `MERGED`, the last one; no number that is missing follows from the others.
    """
    span = 7 * config.window_weeks
    rows = stream.all_rows
    in_model, in_domain = rows.model == cell[0], rows.domain == cell[1]
    during = (rows.day >= days[0]) & (rows.day <= days[1])
    before = (rows.day >= days[0] - span) & (rows.day < days[0])
    chosen = {
        "event": during & in_model & in_domain,
        "before": before & in_model & in_domain,
        "others": during & (in_model != in_domain),
        "others_before": before & (in_model != in_domain),
    }
    first = {group: _first_reports(rows.where(which)) for group, which in chosen.items()}
    versions = np.array([str(name).partition("/")[0] for name in facts.client], dtype=object)
    parts = {"extension": versions, "site": facts.site, "redaction": facts.redaction}
    totals = {group: _or_none(len(index), config) for group, index in first.items()}
    return {
        "totals": totals,
        "parts": {
            name: _table({group: values[index] for group, index in first.items()}, config)
            for name, values in parts.items()
        },
    }


def _first_reports(rows: Rows) -> NDArray[np.int64]:
    """Positions of the first report of each contributor; rows are sorted by day."""
    found: NDArray[np.int64] = rows.index[np.unique(rows.contributor, return_index=True)[1]]
    return found


def _table(values: Mapping[str, Strings], config: AnalysisConfig) -> list[dict[str, Any]]:
    """One row for each value that some group shows, by name, and a last one for what is merged."""
    shown = {group: merged_counts(_counted(names), config) for group, names in values.items()}
    rows = sorted({value for counts in shown.values() for value in counts} - {MERGED})
    merged = [MERGED] if any(MERGED in counts for counts in shown.values()) else []
    return [
        {"value": value} | {group: counts.get(value) for group, counts in shown.items()}
        for value in [*rows, *merged]
    ]


def _counted(values: Strings) -> dict[str, int]:
    names, counts = np.unique(values.astype(str), return_counts=True)
    # A report without a value (an import of old) is one of those that cannot be told apart.
    found = dict(zip(names.tolist(), counts.tolist(), strict=True))
    return {name or "?": int(count) for name, count in found.items()}


def merged_counts(counts: Mapping[str, int], config: AnalysisConfig) -> dict[str, int]:
    """Counts that may be published, the rest merged: none below the floor, and none to subtract.

    Values of fewer than `contributors_min` people are taken together, and the next smallest with
    them, until the merged row has enough people and more than one value: a single hidden one would be
    the total less the others. Nothing is left of a group that is too small as a whole.

    Examples
    --------
    >>> config = AnalysisConfig()
    >>> merged_counts({"1.0": 20, "1.1": 9, "1.2": 3}, config)
    {'1.0': 20, '': 12}
    >>> merged_counts({"1.0": 20, "1.1": 3, "1.2": 4}, config)
    {'1.0': 20, '': 7}
    >>> merged_counts({"1.0": 4}, config)
    {}
    """
    floor = config.contributors_min
    if sum(counts.values()) < floor:
        return {}
    rising = sorted(counts, key=lambda value: (counts[value], value))
    n_merged = sum(counts[value] < floor for value in rising)
    if n_merged:
        n_merged = max(n_merged, min(2, len(rising)))
        while sum(counts[value] for value in rising[:n_merged]) < floor:
            n_merged += 1
    kept = {value: counts[value] for value in sorted(rising[n_merged:])}
    rest = sum(counts[value] for value in rising[:n_merged])
    return kept | ({MERGED: rest} if rest else {})


def _or_none(count: int, config: AnalysisConfig) -> int | None:
    return count if count >= config.contributors_min else None
