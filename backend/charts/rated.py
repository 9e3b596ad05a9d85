"""The rows of the chart of a finding's ratings, and the same in words. Reads only doors named `*_public`."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from backend.charts.selectors import charts_public
from backend.findings.days import SIX_DAYS
from backend.findings.rated_weeks import RatedWeek, Share, rated_weeks_public

SIDES = {
    "cell": ("n_ratings", "share", "share_low", "share_high"),
    "domain": ("n_domain", "share_domain"),
    "model": ("n_model", "share_model"),
}
"""Columns of the cell and of its comparators, in the words of the API's `evidence.rate`."""
NUMBERS = tuple(name for names in SIDES.values() for name in names)

WEEKS_MIN = 2
"""Weeks whose share is published, below which there is nothing to see over time."""


def rated_rows(found: Any) -> list[dict[str, Any]]:
    """A row for each week, oldest first; none where fewer than `WEEKS_MIN` have a share that is published.

    What a version of the chart showed is public for ever under its id, and stays in the next one: the
    sums no longer tell it once the contributors' tags are erased, and with them how many people they
    were (ADR 26). Invented ratings have no tags.
    """
    rows = {row["from"]: row for row in map(_row, rated_weeks_public(found))}
    for old in [] if found.is_simulated else _shown_before(found):
        row = rows.setdefault(old["from"], _blank(date.fromisoformat(old["from"])))
        for names in SIDES.values():
            n, share = names[:2]
            if row[share] is None and old[n] is not None:
                row |= {name: old[name] for name in names}
    if sum(row["share"] is not None for row in rows.values()) < WEEKS_MIN:
        return []
    first, last = (date.fromisoformat(end(rows)) for end in (min, max))
    weeks = (first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1))
    return [rows.get(week.isoformat()) or _blank(week) for week in weeks]


def _shown_before(found: Any) -> list[dict[str, Any]]:
    """The weeks of the newest version of this chart."""
    newest = charts_public().filter(kind="ratings", subject=str(found.pk)).first()
    return [row for row in newest.data if row["row"] == "week"] if newest else []


def _blank(week: date) -> dict[str, Any]:
    days = {"row": "week", "from": week.isoformat(), "to": (week + SIX_DAYS).isoformat()}
    return days | dict.fromkeys(NUMBERS)


def _row(week: RatedWeek) -> dict[str, Any]:
    row = _blank(week.week)
    for side, names in SIDES.items():
        row |= dict(zip(names, _numbers(getattr(week, side)), strict=False))
    return row


def _numbers(side: Share) -> list[float | int | None]:
    """Ratings, share and interval; shares to four digits."""
    shares = (side.share, side.low, side.high)
    return [side.n_ratings, *(None if share is None else round(share, 4) for share in shares)]


def rated_alt(found: Any, rows: list[dict[str, Any]]) -> str:
    """The chart in words."""
    told = [row for row in rows if row["share"] is not None]
    most = max(told, key=lambda row: row["share"])
    words = (
        f"Line chart of {len(rows)} weeks: the share of answers of {found.model.name} about "
        f"{found.domain.name}, drawn at random, that people called bad. Published for {len(told)} "
        f"weeks. Most, {most['share']:.0%} ({most['share_low']:.0%} to {most['share_high']:.0%}) of "
        f"{most['n_ratings']} ratings, in the week of {most['from']}"
    )
    sides = [
        f"{most[field]:.0%} {where}"
        for field, where in (("share_domain", "at other vendors in this subject"),
                             ("share_model", "at this model in other subjects"))
        if most[field] is not None
    ]  # fmt: skip
    against = f", against {' and '.join(sides)}" if sides else ""
    return f"{words}{against}."
