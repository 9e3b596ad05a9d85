"""What a finding's page says of questions that were asked again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from backend.common.languages import in_digits
from backend.probes.selectors import probe_series_public

DAYS = ("baseline_from", "baseline_to", "asked_from", "asked_to")
DECIDING = {"worse", "no_difference"}
NEEDED = (
    "probe_level", "probe_items_min", "probe_repeats_min", "probe_difference", "probe_margin_days",
)  # fmt: skip


def again_shown(evidence: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each series of probes showed, the last asked first; empty, without a query, where none did.

    Each has the `row` of the evidence with its days as dates, its `place` there, and its `series`: None
    for one that was removed since.
    """
    rows = evidence.get("again") or []
    if not rows:
        return []
    slugs = {row["series"] for row in rows}
    series = {one.pk: one for one in probe_series_public().filter(pk__in=slugs)}
    return [
        {
            "row": row | {name: date.fromisoformat(row[name]) for name in DAYS},
            "place": place,
            "series": series.get(row["series"]),
        }
        for place, row in enumerate(rows)
    ]


def is_contradictory(evidence: Mapping[str, Any]) -> bool:
    """Whether a series would decide by itself, but what others show does not agree."""
    verdicts = {row["verdict"] for row in evidence.get("again") or []}
    return bool(verdicts & DECIDING) and not evidence.get("replication")


def is_said_elsewhere(finding: Any) -> bool:
    """Whether its reason or its outlook says already that asking again is to come: in English, as stored."""
    return "asked again" in f"{finding.reason} {finding.outlook}"


def probe_rules(config: Mapping[str, Any]) -> dict[str, str]:
    """What probes need, of the thresholds of a run, in digits; shares in per cent. Empty without them."""
    if not all(name in config for name in NEEDED):
        return {}
    level, difference = config["probe_level"], config["probe_difference"]
    return {
        "items": str(config["probe_items_min"]),
        "repeats": str(config["probe_repeats_min"]),
        "margin_days": str(config["probe_margin_days"]),
        "level": in_digits(f"{100 * level:g}"),
        "points": in_digits(f"{100 * difference:g}"),
    }
