"""A map of clusters: numbered circles, near each other where their reports are alike. Only the worker
imports it."""

from __future__ import annotations

from typing import Any

from backend.charts.frame import Frame, Key
from backend.charts.looks import Look
from backend.charts.marks import Rows, at, nothing, on

RADII_WIDE, RADII_NARROW = (9.0, 30.0), (7.0, 20.0)
"""Least and largest radius of a circle, in pixels."""
EXTENT_MIN = 0.3
"""A single cluster lies in the middle of this much of the map."""


def bubbles_plot(rows: Rows, frame: Frame, style: Look) -> list[Any]:
    """Circles whose area tells the number of reports; neighbours' are empty with a broken edge."""
    if not rows:
        return nothing(frame, "no cluster is public")
    if any(row["place"] == "neighbour" for row in rows):
        frame.key(
            [
                Key("of this subject", "disc", style.line),
                Key("of its neighbours", "ring", style.line),
            ]
        )
    circles = _circles(rows, frame, style)
    layers = []
    # Those of the domain lie on top, and of either kind the smaller ones.
    for place, fill, dash in (("neighbour", style.paper, [4, 3]), ("own", style.band, [1, 0])):
        here = [circle for circle in circles if circle["place"] == place]
        if not here:
            continue
        size: dict[str, Any] = {"field": "size", "type": "quantitative", "scale": None}
        mark = {"fill": fill, "fillOpacity": 0.85, "stroke": style.line, "strokeWidth": 1.5}
        base = on(frame, here)
        layers += [
            base.mark_point(shape="circle", strokeDash=dash, **mark).encode(**at(), size=size),
            base.mark_text(baseline="middle", fontSize=_digits_px(style, frame), color=style.ink)
            .encode(**at(), text="number:N"),
        ]  # fmt: skip
    return layers


def _circles(rows: Rows, frame: Frame, style: Look) -> list[dict[str, Any]]:
    """The circles in pixels of the plot. A step is as long in either direction."""
    smallest, largest = RADII_NARROW if style.is_narrow or frame.is_card else RADII_WIDE
    middle_x, half_x = _middle_and_half([row["x"] for row in rows])
    middle_y, half_y = _middle_and_half([row["y"] for row in rows])
    wide, high = frame.room / 2, frame.plot_height / 2
    step = min((wide - largest - 2) / half_x, (high - largest - 2) / half_y)
    most = max(row["reports"] for row in rows)
    circles = []
    for row in rows:
        radius = max(smallest, largest * (row["reports"] / most) ** 0.5)
        circles.append(
            {
                "x": round(wide + (row["x"] - middle_x) * step, 1),
                "y": round(high - (row["y"] - middle_y) * step, 1),
                # What Vega calls the size of a point is the area of the square around it.
                "size": round(4 * radius**2, 1),
                "number": str(row["number"]),
                "place": row["place"],
            }
        )
    return circles


def _digits_px(style: Look, frame: Frame) -> int:
    return 8 if style.is_narrow or frame.is_card else 10


def _middle_and_half(values: list[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low + high) / 2, max(high - low, EXTENT_MIN) / 2
