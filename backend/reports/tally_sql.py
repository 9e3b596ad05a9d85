"""The SQL that sums up reports by each dimension and each pair of them.

The triggers that note every change are in migrations/0005_tallies.sql and 0007_days_and_sources.sql.
"""

# ruff: noqa: S608 - made of names in this module alone
from __future__ import annotations

from itertools import combinations

SINGLE = ("site", "model", "domain", "counted", "kind", "severity", "tier", "provenance", "month",
          "week")  # fmt: skip
"""Dimensions of which a report has one value; "" is "not known"."""
DAY = "day"
"""Kept with the kind and the symptom alone: there are many days."""
SOURCE = "source"
"""Kept without any other: where a report comes from, and the label that it saw."""
NOTED = (*SINGLE, DAY, SOURCE)
"""Every dimension of which a report has one value."""
SYMPTOM = "symptom"
"""The dimension of which a report may have several values."""

OTHERS: dict[str, tuple[str, ...]] = {
    "": (*NOTED, SYMPTOM),
    **dict.fromkeys(SINGLE, (*SINGLE, SYMPTOM)),
    "kind": (*SINGLE, DAY, SYMPTOM),
    DAY: ("kind", SYMPTOM),
    SOURCE: (),
    SYMPTOM: (*SINGLE, DAY),
}
"""The dimensions that the tally keeps beside each."""

IMPORT = " import"
"""How weeks and days of imported reports end: they are not when anybody noticed, and pages leave them out."""
_IMPORT = f"CASE WHEN r.provenance = 'import' THEN '{IMPORT}' ELSE '' END"
SEPARATOR = chr(31)
"""Between the parts of a source."""
COLUMNS = {
    "site": "r.site_id",
    "model": "coalesce(r.model_id, '')",
    "domain": "coalesce(r.domain_stated_id, '')",
    "counted": "coalesce({counted}, '')",
    "kind": "CASE WHEN r.is_silent THEN 'silent' ELSE 'stated' END",
    "severity": "coalesce(r.severity::text, '')",
    "tier": "r.tier",
    "provenance": "r.provenance",
    "month": "to_char(r.observed_on, 'YYYY-MM')",
    # With the kind, because pages draw the two kinds apart, week by week.
    "week": "to_char(date_trunc('week', r.observed_on), 'YYYY-MM-DD') || "
    f"CASE WHEN r.is_silent THEN ' silent' ELSE ' stated' END || {_IMPORT}",
    "day": f"to_char(r.observed_on, 'YYYY-MM-DD') || {_IMPORT}",
    # Site, model, version of the extension, and the label of a known model.
    "source": "concat_ws(chr(31), r.site_id, coalesce(r.model_id, ''), "
    "regexp_replace(r.client, '^.*/', ''), "
    "CASE WHEN r.model_id IS NULL THEN '' ELSE r.model_label END)",
}
"""The dimensions of a row `r` of reports_report."""


def columns(counted: str) -> str:
    """The values of all single dimensions of `r`, in order; `counted` is an expression."""
    return ", ".join(f"{sql.format(counted=counted)} AS {name}" for name, sql in COLUMNS.items())


def _sums(source: str, sets: list[tuple[str, ...]]) -> str:
    """Rows (dimension, value, other, other_value, n) of one source, each pair in both orders."""
    names = sorted({name for chosen in sets for name in chosen})
    bits = {name: 1 << (len(names) - 1 - place) for place, name in enumerate(names)}
    masks = {chosen: sum(bits[name] for name in names if name not in chosen) for chosen in sets}

    def case(pick: int, *, is_value: bool) -> str:
        branches = []
        for chosen, mask in masks.items():
            name = chosen[pick] if pick < len(chosen) else ""
            shown = (name or "''") if is_value else f"'{name}'"
            branches.append(f"WHEN {mask} THEN {shown}")
        return f"CASE g {' '.join(branches)} END"

    first, second = (f"{case(n, is_value=False)}, {case(n, is_value=True)}" for n in (0, 1))
    grouping = ", ".join(f"({', '.join(chosen)})" for chosen in sets)
    summed = (
        f"SELECT grouping({', '.join(names)}) AS g, {', '.join(names)}, sum(n)::bigint AS n"
        f" FROM {source} GROUP BY GROUPING SETS ({grouping})"
    )
    return (
        f"SELECT pair.* FROM ({summed}) s, LATERAL (VALUES ({first}, {second}, n), ({second}, {first}, n))"
        " pair(dimension, value, other, other_value, n) WHERE pair.n <> 0"
    )


def sums(reports: str, symptoms: str) -> str:
    """What the rows of two sources add up to: one row per report, and one per symptom of a report.

    Each has the dimensions and `n`; the second `symptom` too.
    """
    of_reports = [*((name,) for name in NOTED), *combinations(SINGLE, 2), (DAY, "kind")]
    of_symptoms = [(SYMPTOM,), *((SYMPTOM, name) for name in OTHERS[SYMPTOM])]
    total = f"SELECT '', '', '', '', sum(n)::bigint FROM {reports} HAVING sum(n) <> 0"
    return (
        f"{_sums(reports, of_reports)} UNION ALL {_sums(symptoms, of_symptoms)} UNION ALL {total}"
    )
