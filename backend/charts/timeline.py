"""Reports per week, and what happened beside them. Pure; only the worker imports it."""

from __future__ import annotations

from typing import Any

import altair as alt

from backend.charts.frame import RIGHT, Frame, Key, width_of
from backend.charts.looks import Look
from backend.charts.marks import DAY_MS, Rows, count_axis, ms, nothing, on, place_of, time_axis

LANES, LANE_PX = 3, 15
LABEL_PX = 11
_FINDINGS = ("onset", "offset")
SYMBOLS = {
    "release": "diamond",
    "disclosure": "square",
    "onset": "triangle-up",
    "offset": "triangle-down",
}
WORDS = {
    "release": "model released",
    "disclosure": "vendor's statement",
    "onset": "finding began",
    "offset": "finding ended",
}


def weeks_plot(rows: Rows, frame: Frame, style: Look) -> list[Any]:
    """Bars, and above them a lane for what happened beside."""
    weeks = [row for row in rows if row["row"] == "week"]
    if not weeks:
        return nothing(frame, "no reports")
    first, last = ms(weeks[0]["from"]), ms(weeks[-1]["to"]) + DAY_MS
    moments = [row for row in rows if row["row"] != "week"]
    scale = alt.Scale(type="utc", domain=[first, last], nice=False)
    layers = _moments(moments, frame, style, first, last) if moments else []
    bars = [
        {"from": ms(w["from"]), "to": ms(w["to"]) + DAY_MS // 2, "reports": w["reports"]}
        for w in weeks
    ]
    chart = (
        on(frame, bars)
        .mark_bar(color=style.line)
        .encode(
            x=time_axis("from:T", style, scale),
            x2="to:T",
            y=count_axis("reports:Q", frame),
            y2=alt.datum(0),
        )
    )
    return [*layers, chart]


def _moments(moments: Rows, frame: Frame, style: Look, first: int, last: int) -> list[Any]:
    """Marks in lanes above the plot, lines down through it, and words where there is room."""
    groups = _in_lanes(_grouped(moments), frame, first, last)
    kinds = [kind for kind in SYMBOLS if any(group["row"] == kind for group in groups)]
    frame.key([Key(WORDS[kind], SYMBOLS[kind], _colour(kind, style)) for kind in kinds])
    start = frame.top
    frame.top += (1 + max(group["lane"] for group in groups)) * LANE_PX + 2
    for group in groups:
        y = start + group["lane"] * LANE_PX + 8
        group["y"] = y - frame.top
        if group["label"]:
            x = frame.left + group["px"] + (-9 if group["align"] == "right" else 9)
            frame.text(x, y + 4, group["label"], size=LABEL_PX, align=group["align"], has_halo=True)
    return _marks(groups, frame, style, first, last)


def _grouped(moments: Rows) -> list[dict[str, Any]]:
    """What happened on the same day as one, with the words for it."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in sorted(moments, key=lambda row: (row["on"], row["row"], row["what"])):
        found.setdefault((row["on"], row["row"]), []).append(row)
    groups = []
    for (day, sort), rows in found.items():
        names = [row["what"] for row in rows]
        if sort in _FINDINGS:
            label = names[0] if len(names) == 1 else f"{len(names)} findings"
        else:
            label = ", ".join(names[:2]) + (f" +{len(names) - 2}" if len(names) > 2 else "")
        groups.append({"row": sort, "on": day, "label": label,
                       "from": min(row["from"] for row in rows),
                       "to": max(row["to"] for row in rows)})  # fmt: skip
    return groups


def _in_lanes(
    groups: list[dict[str, Any]], frame: Frame, first: int, last: int
) -> list[dict[str, Any]]:
    """Give each a lane in which its words touch no others'; findings choose first.

    One for which there is no room keeps its mark, in a lane below the others, and loses its words: the
    table tells what it is.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(LANES)]
    for group in sorted(groups, key=lambda group: (group["row"] not in _FINDINGS, group["on"])):
        px = place_of(group["on"], frame, first, last)
        wide = width_of(group["label"], LABEL_PX) + 12
        is_right = px + wide > frame.room + RIGHT
        start, end = (px - wide, px + 8) if is_right else (px - 8, px + wide)
        free = [
            lane for lane, spans in enumerate(taken)
            if all(end + 6 <= low or high + 6 <= start for low, high in spans)
        ]  # fmt: skip
        group |= {"px": px, "align": "right" if is_right else "left"}
        if free and start >= -frame.left:
            group["lane"] = free[0]
            taken[free[0]].append((start, end))
        else:
            group |= {"lane": None, "label": ""}
    n_lanes = sum(map(bool, taken))
    return [
        group | {"lane": n_lanes if group["lane"] is None else group["lane"]} for group in groups
    ]


def _marks(
    groups: list[dict[str, Any]], frame: Frame, style: Look, first: int, last: int
) -> list[Any]:
    """The marks themselves, a line down from each, and a bar over the weeks it may have been in."""
    rows = [
        {"px": g["px"], "y": g["y"], "shape": SYMBOLS[g["row"]],
         "colour": _colour(g["row"], style)}
        for g in groups
    ]  # fmt: skip
    base = on(frame, rows)
    x = alt.X("px:Q", scale=None, axis=None)
    spans = [
        {"low": max(0.0, place_of(g["from"], frame, first, last)),
         "high": min(frame.room, place_of(g["to"], frame, first, last)),
         "colour": _colour(g["row"], style)}
        for g in groups if g["row"] in _FINDINGS
    ]  # fmt: skip
    layers = []
    if spans:
        layers.append(
            on(frame, spans)
            .mark_rect(opacity=0.16)
            .encode(
                x=alt.X("low:Q", scale=None, axis=None),
                x2="high:Q",
                y=alt.value(0),
                y2=alt.value(frame.plot_height),
                color=alt.Color("colour:N", scale=None),
            )
        )
    lines = base.mark_rule(strokeDash=[2, 3], opacity=0.7).encode(
        x=x, y=alt.Y("y:Q", scale=None, axis=None), y2=alt.value(frame.plot_height),
        color=alt.Color("colour:N", scale=None),
    )  # fmt: skip
    marks = base.mark_point(filled=True, size=46, opacity=1).encode(
        x=x, y=alt.Y("y:Q", scale=None, axis=None), color=alt.Color("colour:N", scale=None),
        shape=alt.Shape("shape:N", scale=None),
    )  # fmt: skip
    return [*layers, lines, marks]


def _colour(sort: str, style: Look) -> str:
    return style.expected if sort in _FINDINGS else style.soft
