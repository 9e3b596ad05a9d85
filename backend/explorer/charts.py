"""Charts: numbers to SVG, by Altair and vl-convert. Pure functions; no request, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

SIMULATED = "SIMULATED"


@dataclass(frozen=True)
class Theme:
    """Colours of one appearance, with at least 4.5:1 contrast of text against the page."""

    ink: str
    soft: str
    grid: str
    line: str
    expected: str
    band: str


THEMES = {
    "light": Theme("#1b1f24", "#59616b", "#e3e0d8", "#1c4f8a", "#8a5a00", "#f3ead6"),
    "dark": Theme("#e8e6e1", "#a8afb8", "#343b44", "#9cc5f5", "#e5b567", "#2c2a20"),
}


@dataclass(frozen=True)
class Window:
    """One window of a cell; `observed` is None where fewer than five contributors were counted."""

    ends_on: date
    observed: int | None
    expected: float


@lru_cache(maxsize=64)
def weekly_reports(weeks: tuple[tuple[date, int], ...], theme: str, *, is_simulated: bool) -> str:
    """Reports per week, as bars."""
    alt, colours = _altair(), THEMES[theme]
    rows = [{"week": week.isoformat(), "reports": count} for week, count in weeks]
    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .mark_bar(color=colours.line)
        .encode(
            x=alt.X("yearmonthdate(week):T", title=None, axis=alt.Axis(format="%b %Y")),
            y=alt.Y("reports:Q", title="reports per week"),
        )
    )
    return _svg(chart, colours, height=150, is_simulated=is_simulated)


@lru_cache(maxsize=64)
def finding_windows(
    windows: tuple[Window, ...],
    onset: date | None,
    offset: date | None,
    theme: str,
    *,
    is_simulated: bool,
) -> str:
    """Contributors of a cell in rolling windows against what would be expected.

    The band at the bottom is where counts are not published; the shaded span is the estimated
    time of the change.
    """
    alt, colours = _altair(), THEMES[theme]
    rows = _rows(windows)
    base = alt.Chart(alt.InlineData(values=rows))
    x = alt.X("ends:T", title="window of eight weeks that ends in", axis=alt.Axis(format="%b %Y"))
    y = alt.Y("contributors:Q", title="contributors (unverified)", scale=alt.Scale(zero=True))
    colour = alt.Color(
        "series:N",
        title=None,
        scale=alt.Scale(domain=["counted", "expected"], range=[colours.line, colours.expected]),
        legend=alt.Legend(orient="top", symbolType="stroke", symbolStrokeWidth=3),
    )
    layers = [
        alt.Chart(alt.InlineData(values=[{"low": 0, "high": 5}]))
        .mark_rect(color=colours.band, opacity=1)
        .encode(y=alt.Y("low:Q"), y2="high:Q"),
        base.mark_line(point=alt.OverlayMarkDef(size=22), strokeWidth=2).encode(
            x=x, y=y, color=colour,
            strokeDash=alt.StrokeDash("series:N", legend=None, scale=alt.Scale(
                domain=["counted", "expected"], range=[[1, 0], [5, 4]])),
        ),
    ]  # fmt: skip
    if onset is not None and windows:
        ends = offset or max(window.ends_on for window in windows)
        span = [{"from": onset.isoformat(), "to": ends.isoformat()}]
        layers.insert(
            0,
            alt.Chart(alt.InlineData(values=span))
            .mark_rect(color=colours.line, opacity=0.13)
            .encode(x=alt.X("from:T"), x2="to:T"),
        )
    return _svg(alt.layer(*layers), colours, height=230, is_simulated=is_simulated)


def _rows(windows: Sequence[Window]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for window in windows:
        ends = window.ends_on.isoformat()
        rows.append({"ends": ends, "series": "expected", "contributors": round(window.expected, 2)})
        if window.observed is not None:
            rows.append({"ends": ends, "series": "counted", "contributors": window.observed})
    return rows


def _altair() -> Any:
    import altair  # takes most of a second to import: only when a chart is drawn

    return altair


def _svg(chart: Any, colours: Theme, *, height: int, is_simulated: bool) -> str:
    import vl_convert

    title: Any = {"text": SIMULATED, "color": colours.expected, "fontSize": 15, "anchor": "end"}
    specification = (
        chart.properties(width=640, height=height, background="transparent",
                         **({"title": title} if is_simulated else {}))
        .configure_view(stroke=None)
        .configure_axis(labelColor=colours.soft, titleColor=colours.ink, gridColor=colours.grid,
                        domainColor=colours.soft, tickColor=colours.soft, labelFontSize=13,
                        titleFontSize=13, titleFontWeight="normal")
        .configure_legend(labelColor=colours.ink, labelFontSize=13)
        .to_dict()
    )  # fmt: skip
    svg: str = vl_convert.vegalite_to_svg(specification)
    return svg
