"""Shares of answers that people called bad, week by week. Pure; only the worker imports it."""

from __future__ import annotations

from typing import Any

import altair as alt

from backend.charts.frame import Frame, Key
from backend.charts.looks import Look
from backend.charts.marks import DASHES, DAY_MS, Rows, ms, nothing, on, place_of, time_axis
from backend.charts.plots import spans

HALF_WEEK_MS = 7 * DAY_MS // 2
BAR_PX_MAX = 9


def shares_plot(rows: Rows, frame: Frame, style: Look) -> list[Any]:
    """The cell with its interval, both comparators, and the weeks of which nothing may be told."""
    weeks = [row for row in rows if row["row"] == "week"]
    if not weeks:
        return nothing(frame, "no week of these ratings is published")
    frame.key(
        [
            Key("this model, this subject", "line", style.line),
            Key("its 95 % interval", "box", style.line, 0.25),
            Key("other vendors, this subject", "dashes", style.expected),
            Key("this model, other subjects", "dots", style.soft),
            Key("not published", "box", style.band),
        ]
    )
    frame.top += 16  # for the words over the bars
    frame.bottom -= 14  # for the title of the axis
    moments = [row for row in rows if row["row"] != "week"]
    first = min(ms(row["from"]) for row in rows)
    last = max(ms(row["to"]) for row in rows) + DAY_MS
    x = time_axis("at:T", style, alt.Scale(type="utc", domain=[first, last], nice=False),
                  title="week in which the answers were rated")  # fmt: skip
    return [
        *_unpublished(weeks, frame, style, first, last),
        *spans(moments, frame, style, first, last),
        _intervals(weeks, frame, style, x, last - first),
        *_lines(weeks, frame, style, x),
    ]


def _middle(week: dict[str, Any]) -> int:
    return ms(week["from"]) + HALF_WEEK_MS


def _y(field: str, frame: Frame) -> Any:
    axis = alt.Axis(
        format=".0%", tickCount=3 if frame.is_card else 5, domain=False, ticks=False,
        labelPadding=6,
    )  # fmt: skip
    return alt.Y(field, title=None, scale=alt.Scale(zero=True), axis=axis)


def _unpublished(weeks: Rows, frame: Frame, style: Look, first: int, last: int) -> list[Any]:
    """Bands over the weeks whose share is not published, one over each run of them."""
    bands: list[dict[str, float]] = []
    for week in weeks:
        if week["share"] is not None:
            continue
        low = place_of(week["from"], frame, first, last)
        high = round(frame.room * (ms(week["to"]) + DAY_MS - first) / (last - first), 1)
        if bands and bands[-1]["high"] == low:
            low = bands.pop()["low"]
        bands.append({"low": low, "high": high})
    if not bands:
        return []
    chart = on(frame, bands).mark_rect(color=style.band, opacity=1)
    return [
        chart.encode(
            x=alt.X("low:Q", scale=None, axis=None), x2="high:Q",
            y=alt.value(0), y2=alt.value(frame.plot_height),
        )
    ]  # fmt: skip


def _intervals(weeks: Rows, frame: Frame, style: Look, x: Any, span_ms: int) -> Any:
    """A bar for each week, because one between two gaps has neighbours on neither side."""
    week_px = frame.room * 2 * HALF_WEEK_MS / span_ms
    told = [
        {"at": _middle(week), "low": week["share_low"], "high": week["share_high"]}
        for week in weeks if week["share"] is not None
    ]  # fmt: skip
    bars = on(frame, told).mark_rule(
        strokeWidth=min(BAR_PX_MAX, round(0.6 * week_px, 1)), opacity=0.25, color=style.line
    )
    return bars.encode(x=x, y=_y("low:Q", frame), y2="high:Q")


def _lines(weeks: Rows, frame: Frame, style: Look, x: Any) -> list[Any]:
    """The three shares differ in colour, in dashes, in the shape of their points and in their names."""
    series = {
        "share_model": ("this model, other subjects", style.soft, "dots", "diamond"),
        "share_domain": ("other vendors, this subject", style.expected, "dashes", "square"),
        "share": ("this model, this subject", style.line, "line", "circle"),
    }
    rows = [
        {"at": _middle(week), "share": week[field], "series": series[field][0]}
        for field in series for week in weeks
    ]  # fmt: skip
    names, colours, marks, shapes = zip(*series.values(), strict=True)

    def scale(values: Any) -> Any:
        return alt.Scale(domain=list(names), range=list(values))

    colour = alt.Color("series:N", scale=scale(colours), legend=None)
    dashes = alt.StrokeDash("series:N", scale=scale(DASHES[m] for m in marks), legend=None)
    shape = alt.Shape("series:N", scale=scale(shapes), legend=None)
    y = _y("share:Q", frame)
    lines = on(frame, rows).mark_line(strokeWidth=2)
    points = on(frame, [row for row in rows if row["share"] is not None]).mark_point(
        filled=True, size=18, opacity=1
    )
    return [
        lines.encode(x=x, y=y, color=colour, strokeDash=dashes),
        points.encode(x=x, y=y, color=colour, shape=shape),
    ]
