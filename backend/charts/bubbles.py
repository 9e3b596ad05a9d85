"""A map of clusters: numbered circles, near each other where their reports are alike. Only the worker
imports it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backend.charts.frame import Frame, Key
from backend.charts.looks import Look
from backend.charts.marks import Rows, at, nothing, on

RADII_WIDE, RADII_NARROW = (9.0, 30.0), (7.0, 20.0)
"""Least and largest radius of a circle, in pixels."""
EXTENT_MIN = 0.3
"""A single cluster lies in the middle of this much of the map, as do few that are near each other."""
FENCED_MIN, FENCED_EXTENT_MIN = 8, 0.05
"""Of so many clusters on, those beyond Tukey's fences (1.5 times the middle half) lie at the edge."""
GAP, EDGE = 2.0, 2.0
"""Pixels between two circles, and between a circle and the edge of the plot."""
COVERED_MAX = 0.45
"""So much of the plot is covered by circles at most: they still find places beside each other."""
ROUNDS_MAX = 2_000
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))

Pixels = NDArray[np.float64]


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
    room = np.array([frame.room, frame.plot_height])
    radii = _radii(rows, room, RADII_NARROW if style.is_narrow or frame.is_card else RADII_WIDE)
    inset = float(radii.max()) + EDGE
    places = np.array([[row["x"], -row["y"]] for row in rows], dtype=np.float64)
    middles, halves = zip(*(_middle_and_half(values) for values in places.T), strict=True)
    step = float(((room / 2 - inset) / halves).min())
    wanted = np.clip(room / 2 + (places - middles) * step, inset, room - inset)
    return [
        {
            "x": round(float(x), 1),
            "y": round(float(y), 1),
            # What Vega calls the size of a point is the area of the square around it.
            "size": round(4 * float(radius) ** 2, 1),
            "number": str(row["number"]),
            "place": row["place"],
        }
        for row, radius, (x, y) in zip(rows, radii, moved_apart(wanted, radii, room), strict=True)
    ]


def _radii(rows: Rows, room: Pixels, bounds: tuple[float, float]) -> Pixels:
    """A radius for each row, all smaller where they would cover too much of the plot."""
    smallest, largest = bounds
    reports = np.array([row["reports"] for row in rows], dtype=np.float64)
    while True:
        radii: Pixels = np.maximum(smallest, largest * (reports / reports.max()) ** 0.5)
        is_room = np.pi * ((radii + GAP / 2) ** 2).sum() <= COVERED_MAX * room.prod()
        if is_room or largest <= smallest:
            return radii
        largest *= 0.95


def moved_apart(places: Pixels, radii: Pixels, room: Pixels) -> Pixels:
    """Places of circles that don't touch, near the wanted ones and within the room.

    Two that overlap push each other away along the line between their middles, all at once in each round, so
    that the order means nothing. Circles that don't touch stay where they are.
    """
    places, n = places.copy(), len(places)
    least = radii[:, None] + radii + GAP
    turns = (np.add.outer(np.arange(n), np.arange(n)) + 1) * GOLDEN_ANGLE
    # Of two in one place, each goes to its own side.
    sides = np.sign(np.subtract.outer(np.arange(n), np.arange(n)))
    aside = np.stack([np.cos(turns), np.sin(turns)], axis=-1) * sides[..., None]
    low = radii[:, None] + EDGE
    for _ in range(ROUNDS_MAX):
        between = places[:, None] - places
        away = np.hypot(between[..., 0], between[..., 1])
        overlap = np.where(sides, np.maximum(least - away, 0.0), 0.0)
        if not overlap.any():
            break
        is_one = (away < 1e-6)[..., None]
        pushed = np.where(is_one, aside, between / np.maximum(away, 1e-6)[..., None])
        # Somewhat more than half of the overlap each: a little too far ends sooner.
        places = places + (pushed * (0.55 * overlap + 0.01 * (overlap > 0))[..., None]).sum(axis=1)
        places = np.clip(places, low, room - low)
    return places


def _digits_px(style: Look, frame: Frame) -> int:
    return 8 if style.is_narrow or frame.is_card else 10


def _middle_and_half(values: Pixels) -> tuple[float, float]:
    """Middle and half of the extent of most of the values: a few far ones do not set the scale."""
    low, high = float(values.min()), float(values.max())
    extent_min = EXTENT_MIN
    if len(values) >= FENCED_MIN:
        first, third = np.quantile(values, [0.25, 0.75])
        extent_min = FENCED_EXTENT_MIN
        beyond = max(1.5 * float(third - first), extent_min)
        low, high = max(low, float(first) - beyond), min(high, float(third) + beyond)
    return (low + high) / 2, max(high - low, extent_min) / 2
