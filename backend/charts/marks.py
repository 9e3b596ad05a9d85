"""Small parts of plots. Pure; only the worker imports it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import altair as alt

from backend.charts.frame import TEXT_PX, Frame
from backend.charts.looks import Look

DAY_MS = 86_400_000
LABEL_GAP_PX, LABEL_EDGE_PX = 16, 34
DASHES = {"line": [1, 0], "dashes": [5, 4], "dots": [1, 3]}
"""By mark of the key, how its line is drawn."""
Rows = Sequence[dict[str, Any]]


def on(frame: Frame, rows: Rows) -> Any:
    """A layer over these rows, by name: Altair would copy them again and again."""
    name = f"rows{len(frame.datasets)}"
    frame.datasets[name] = list(rows)
    return alt.Chart(alt.NamedData(name))


def ms(day: str) -> int:
    """The beginning of a day in UTC, in milliseconds since 1970: no time zone comes in between."""
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()) * 1000


def place_of(day: str, frame: Frame, first: int, last: int) -> float:
    """Where a day lies in a plot from `first` to `last`, in pixels from its left."""
    return round(frame.room * (ms(day) - first) / (last - first), 1)


def at() -> dict[str, Any]:
    """A place in pixels of the plot."""
    return {"x": alt.X("x:Q", scale=None, axis=None), "y": alt.Y("y:Q", scale=None, axis=None)}


def time_axis(field: str, style: Look, scale: Any, title: str | None = None) -> Any:
    """Months; a label near an end is turned inwards, and wider fonts have room between them."""
    axis = alt.Axis(
        format="%b %Y", labelOverlap=True, labelSeparation=LABEL_GAP_PX, labelFlush=LABEL_EDGE_PX,
        tickCount=4 if style.is_narrow else 7, grid=False, titlePadding=2,
    )  # fmt: skip
    return alt.X(field, title=title, axis=axis, scale=scale)


def count_axis(field: str, frame: Frame) -> Any:
    axis = alt.Axis(
        tickMinStep=1, tickCount=3 if frame.is_card else 5, domain=False, ticks=False,
        format="~s", labelPadding=6,
    )  # fmt: skip
    return alt.Y(field, title=None, scale=alt.Scale(zero=True), axis=axis)


def nothing(frame: Frame, words: str) -> list[Any]:
    """A plot without anything says so."""
    frame.text(
        frame.width / 2, (frame.top + frame.bottom) / 2, words, align="center", size=TEXT_PX + 1
    )
    return []
