"""Charts: numbers to SVG, by Altair and vl-convert. Pure functions; no request, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

SIMULATED = "SIMULATED"
WEEK = timedelta(days=7)
MAP_HEIGHT = 520
FLOOR = 5
"""Contributors below this number are not published; a band shows where they are."""


@dataclass(frozen=True)
class Look:
    """Colours with at least 4.5:1 contrast of text against the page, and the width in pixels."""

    ink: str
    soft: str
    grid: str
    line: str
    expected: str
    band: str
    width: int = 720

    @property
    def is_narrow(self) -> bool:
        return self.width < 500


_LIGHT = ("#1b1f24", "#59616b", "#e3e0d8", "#1c4f8a", "#8a5a00", "#f3ead6")
_DARK = ("#e8e6e1", "#a8afb8", "#343b44", "#9cc5f5", "#e5b567", "#2c2a20")
LOOKS = {
    "light": Look(*_LIGHT),
    "dark": Look(*_DARK),
    "light-narrow": Look(*_LIGHT, width=360),
    "dark-narrow": Look(*_DARK, width=360),
}
"""A picture is drawn for each, because text that suits a desk is too small on a phone."""


@dataclass(frozen=True)
class Window:
    """One window of a cell; `observed` is None where fewer than five contributors were counted."""

    ends_on: date
    observed: int | None
    expected: float


@dataclass(frozen=True)
class Moment:
    """A week in which something began or ended, and the weeks (Mondays) in which it may have."""

    word: str
    week: date
    low: date
    high: date


@dataclass(frozen=True)
class Place:
    """A report on a map: coordinates from -1 to 1, and `affected`, `normal` or `unknown`."""

    x: float
    y: float
    state: str


@lru_cache(maxsize=64)
def weekly_reports(weeks: tuple[tuple[date, int], ...], look: str, *, is_simulated: bool) -> str:
    """Reports per week, as bars; a week that is not named had none."""
    alt, style = _altair(), LOOKS[look]
    rows = [
        {"from": week.isoformat(), "to": (week + timedelta(days=6)).isoformat(), "reports": count}
        for week, count in weeks
    ]
    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar(color=style.line)
        .encode(
            x=_time(alt, "from:T", None, style),
            x2="to:T",
            y=_count(alt, "reports:Q", "reports per week"),
            y2=alt.datum(0),
        )
    )
    return _svg(chart, style, height=220, is_simulated=is_simulated)


@lru_cache(maxsize=64)
def finding_windows(
    windows: tuple[Window, ...], moments: tuple[Moment, ...], look: str, *, is_simulated: bool
) -> str:
    """Contributors of a cell in rolling windows against what would be expected.

    The line breaks where counts are not published; the band at the bottom is where they are. A
    moment is a bar over the weeks in which it may have been, with its word.
    """
    alt, style = _altair(), LOOKS[look]
    x = _time(alt, "ends:T", "end of the window of eight weeks", style)
    y = _count(alt, "contributors:Q", "contributors (unverified)")
    lines = (
        alt.Chart(alt.InlineData(values=_rows(windows)))
        .mark_line(point=alt.OverlayMarkDef(size=24), strokeWidth=2)
        .encode(x=x, y=y, **_two_series(alt, style))
    )
    layers = [*_band(alt, style), *_moments(alt, style, moments, windows), lines]
    return _svg(alt.layer(*layers), style, height=340, is_simulated=is_simulated)


@lru_cache(maxsize=16)
def finding_map(places: tuple[Place, ...], look: str, *, is_simulated: bool) -> str:
    """Reports in the plane; what is known of their surroundings tells colour, shape and name."""
    alt, style = _altair(), LOOKS[look]
    names = {"unknown": "not enough data", "normal": "as ordinary", "affected": "affected"}
    # Drawn in this order: what stands out lies on top.
    rows = [
        {"x": place.x, "y": place.y, "around": name}
        for state, name in names.items()
        for place in places
        if place.state == state
    ]
    colours = [style.soft, style.line, style.expected]
    shapes = alt.Scale(domain=list(names.values()), range=["cross", "circle", "triangle-up"])
    legend = alt.Legend(orient="top", symbolType="circle", symbolSize=90)
    bare = {"title": None, "axis": None, "scale": alt.Scale(domain=[-1.03, 1.03])}
    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_point(filled=True, size=26 if style.is_narrow else 42, opacity=0.85)
        .encode(
            x=alt.X("x:Q", **bare),
            y=alt.Y("y:Q", **bare),
            color=alt.Color(
                "around:N",
                title=None,
                scale=alt.Scale(domain=list(names.values()), range=colours),
                legend=legend,
            ),
            shape=alt.Shape("around:N", title=None, scale=shapes, legend=legend),
        )
    )
    return _svg(chart, style, height=MAP_HEIGHT, is_simulated=is_simulated)


def _two_series(alt: Any, style: Look) -> dict[str, Any]:
    """Counted and expected differ in colour, in dashes and in their names."""
    names = ["counted", "expected"]
    legend = alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=3)
    colours = alt.Scale(domain=names, range=[style.line, style.expected])
    dashes = alt.Scale(domain=names, range=[[1, 0], [5, 4]])
    return {
        "color": alt.Color("series:N", title=None, scale=colours, legend=legend),
        "strokeDash": alt.StrokeDash("series:N", scale=dashes, legend=None),
    }


def _band(alt: Any, style: Look) -> list[Any]:
    base = alt.Chart(alt.InlineData(values=[{"low": 0, "high": FLOOR}]))
    words = base.mark_text(
        text="fewer than 5: not published", align="center", baseline="bottom", dy=-3,
        fontSize=11, color=style.soft,
    )  # fmt: skip
    return [
        base.mark_rect(color=style.band, opacity=1).encode(y="low:Q", y2="high:Q"),
        words.encode(y="low:Q", x=alt.XValue(alt.ExprRef("width / 2"))),
    ]


def _moments(
    alt: Any, style: Look, moments: Sequence[Moment], windows: Sequence[Window]
) -> list[Any]:
    """Bars over the weeks in which something began or ended, and its word beside each."""
    if not windows:
        return []
    rows = [
        {
            "from": moment.low.isoformat(),
            "to": (moment.high + WEEK).isoformat(),
            "word": moment.word,
        }
        for moment in moments
    ]
    base = alt.Chart(alt.InlineData(values=rows))
    bars = base.mark_rect(color=style.line, opacity=0.28).encode(x="from:T", x2="to:T")
    words = base.mark_text(
        align="left", baseline="top", dx=3, dy=3, fontSize=13, fontWeight="bold", color=style.ink
    )
    return [bars, words.encode(x="to:T", y=alt.value(0), text="word:N")] if rows else []


def _rows(windows: Sequence[Window]) -> list[dict[str, Any]]:
    """One row per series and week from the first window to the last; None breaks the line."""
    if not windows:
        return []
    known = {window.ends_on: window for window in windows}
    rows: list[dict[str, Any]] = []
    week = min(known)
    while week <= max(known):
        window, ends = known.get(week), week.isoformat()
        expected = round(window.expected, 2) if window else None
        counted = window.observed if window else None
        rows.append({"ends": ends, "series": "expected", "contributors": expected})
        rows.append({"ends": ends, "series": "counted", "contributors": counted})
        week += WEEK
    return rows


def _time(alt: Any, field: str, title: str | None, style: Look) -> Any:
    axis = alt.Axis(format="%b %Y", labelOverlap=True, tickCount=4 if style.is_narrow else 8)
    return alt.X(field, title=title, axis=axis, scale=alt.Scale(type="utc"))


def _count(alt: Any, field: str, title: str) -> Any:
    return alt.Y(
        field, title=title, scale=alt.Scale(zero=True), axis=alt.Axis(tickMinStep=1, tickCount=5)
    )


def _altair() -> Any:
    import altair  # takes most of a second to import: only when a chart is drawn

    return altair


def _svg(chart: Any, style: Look, *, height: int, is_simulated: bool) -> str:
    import vl_convert

    title: Any = {"text": SIMULATED, "color": style.expected, "fontSize": 15, "anchor": "end"}
    specification = (
        chart.properties(width=style.width, height=height, background="transparent",
                         autosize={"type": "fit", "contains": "padding"},
                         **({"title": title} if is_simulated else {}))
        .configure_view(stroke=None)
        .configure_axis(labelColor=style.soft, titleColor=style.ink, gridColor=style.grid,
                        domainColor=style.soft, tickColor=style.soft, labelFontSize=13,
                        titleFontSize=13, titleFontWeight="normal")
        .configure_legend(labelColor=style.ink, labelFontSize=13)
        .to_dict()
    )  # fmt: skip
    svg: str = vl_convert.vegalite_to_svg(specification)
    return svg
