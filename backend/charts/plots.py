"""A finding's windows, and its map. Pure; only the worker imports it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import altair as alt

from backend.charts.frame import Frame, Key
from backend.charts.looks import Look
from backend.charts.marks import DAY_MS, Rows, count_axis, ms, nothing, on, place_of, time_axis

WEEK = timedelta(days=7)
FLOOR = 5
"""Contributors below this number are not published; a band shows where they are."""


def windows_plot(rows: Rows, frame: Frame, style: Look) -> list[Any]:
    """Counted against expected, the bound below the count, and when it may have begun and ended."""
    windows = [row for row in rows if row["row"] == "window"]
    if not windows:
        return nothing(frame, "no window of this cell is published")
    frame.key(
        [
            Key("contributors counted", "line", style.line),
            Key("down to the 2.5 % bound", "box", style.line, 0.25),
            Key("expected", "dashes", style.expected),
            Key("fewer than 5: not published", "box", style.band),
        ]
    )
    frame.top += 16  # for the words over the bars
    frame.bottom -= 14  # for the title of the axis
    ends = [ms(row["to"]) for row in windows]
    moments = [row for row in rows if row["row"] in ("onset", "offset")]
    starts = [ms(row["from"]) for row in moments]
    stops = [ms(row["to"]) for row in moments]
    first, last = min(ends + starts), max(ends + stops)
    last += DAY_MS if first == last else 0
    scale = alt.Scale(type="utc", domain=[first, last], nice=False)
    x = time_axis("to:T", style, scale, title="end of the window")
    y = count_axis("contributors:Q", frame)
    drawn = _unbroken(windows)
    bound = (
        on(frame, [row for row in drawn if row["series"] == "counted"])
        .mark_area(color=style.line, opacity=0.22, line=False)
        .encode(x=x, y=alt.Y("bound:Q"), y2="contributors:Q")
    )
    lines = on(frame, drawn).mark_line(strokeWidth=2).encode(x=x, y=y, **_two_series(style))
    points = (
        on(frame, [row for row in drawn if row["series"] == "counted"])
        .mark_point(filled=True, size=20, opacity=1, color=style.line)
        .encode(x=x, y=y)
    )
    return [*_band(frame, style), *spans(moments, frame, style, first, last), bound, lines, points]


def _two_series(style: Look) -> dict[str, Any]:
    """Counted and expected differ in colour, in dashes and in their names."""
    names = ["counted", "expected"]
    colours = alt.Scale(domain=names, range=[style.line, style.expected])
    dashes = alt.Scale(domain=names, range=[[1, 0], [5, 4]])
    return {
        "color": alt.Color("series:N", scale=colours, legend=None),
        "strokeDash": alt.StrokeDash("series:N", scale=dashes, legend=None),
    }


def _band(frame: Frame, style: Look) -> list[Any]:
    base = on(frame, [{"low": 0, "high": FLOOR}])
    return [base.mark_rect(color=style.band, opacity=1).encode(y="low:Q", y2="high:Q")]


def spans(moments: Rows, frame: Frame, style: Look, first: int, last: int) -> list[Any]:
    """Bars over the weeks in which something began or ended, and its word over each."""
    if not moments:
        return []
    found = []
    before = -1000.0
    for row in sorted(moments, key=lambda row: str(row["from"])):
        low = place_of(row["from"], frame, first, last)
        high = max(place_of(row["to"], frame, first, last), low + 3)
        word = {"onset": "began", "offset": "ended"}[row["row"]]
        middle = min(max((low + high) / 2, 20, before + 44), frame.room - 18)
        before = middle
        frame.text(frame.left + middle, frame.top - 5, word, align="center", weight="bold",
                   colour=style.ink)  # fmt: skip
        found.append({"low": low, "high": high})
    bars = (
        on(frame, found)
        .mark_rect(color=style.expected, opacity=0.28)
        .encode(
            x=alt.X("low:Q", scale=None, axis=None),
            x2="high:Q",
            y=alt.value(0),
            y2=alt.value(frame.plot_height),
        )
    )
    return [bars]


def _unbroken(windows: Rows) -> list[dict[str, Any]]:
    """One row per series and week from the first window to the last; None breaks the line.

    The last window ends on the day of the run, which is the end of a week on Sundays alone.
    """
    known = {date.fromisoformat(window["to"]): window for window in windows}
    first, last = min(known), max(known)
    weeks = {first + number * WEEK for number in range((last - first) // WEEK + 1)}
    rows: list[dict[str, Any]] = []
    for end in sorted(weeks | {last}):
        window, ends = known.get(end, {}), ms(end.isoformat())
        for series, name in (("expected", "expected"), ("counted", "contributors")):
            row = {"to": ends, "series": series, "contributors": window.get(name)}
            rows.append(row | ({"bound": window.get("bound")} if series == "counted" else {}))
    return rows


def map_plot(rows: Rows, frame: Frame, style: Look) -> list[Any]:
    """Reports in the plane; what is known of their surroundings tells colour, shape and name."""
    kinds = {
        "affected": ("affected", "triangle-up", style.expected),
        "normal": ("as ordinary", "circle", style.line),
        "unknown": ("not enough data", "cross", style.soft),
    }
    frame.key([Key(words, shape, colour) for words, shape, colour in kinds.values()])
    if not rows:
        return nothing(frame, "no report on it is public")
    # Drawn in this order: what stands out lies on top.
    points = [
        {"x": row["x"], "y": row["y"], "around": kinds[state][0]}
        for state in ("unknown", "normal", "affected")
        for row in rows
        if row["state"] == state
    ]
    names = [words for words, _, _ in kinds.values()]
    bare: Any = {"title": None, "axis": None, "scale": alt.Scale(domain=[-1.03, 1.03])}
    size = 24 if style.is_narrow or frame.is_card else 40
    chart = (
        on(frame, points)
        .mark_point(filled=True, size=size, opacity=0.8)
        .encode(
            x=alt.X("x:Q", **bare),
            y=alt.Y("y:Q", **bare),
            color=alt.Color(
                "around:N",
                legend=None,
                scale=alt.Scale(domain=names, range=[c for _, _, c in kinds.values()]),
            ),
            shape=alt.Shape(
                "around:N",
                legend=None,
                scale=alt.Scale(domain=names, range=[s for _, s, _ in kinds.values()]),
            ),
        )
    )
    return [chart]
