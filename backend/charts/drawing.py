"""Charts: rows to a Vega-Lite specification, by Altair, and to images, by vl-convert.

Pure functions: no request, no database. Only the worker imports this; the web process sends what is
stored. Texts in images are English (ADR 19).
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import altair as alt
import vl_convert
from PIL import Image

from backend.charts.frame import FONT, RIGHT, TEXT_PX, Face, Frame
from backend.charts.kinds import KINDS, canonical
from backend.charts.looks import LOOKS, PNG_SCALE, SOCIAL, Look, size_of
from backend.charts.marks import Rows, at, on
from backend.charts.plots import map_plot, windows_plot
from backend.charts.timeline import weeks_plot

_PLOTS: dict[str, Callable[[Rows, Frame, Look], list[Any]]] = {
    "reports": weeks_plot,
    "domain": weeks_plot,
    "finding": windows_plot,
    "map": map_plot,
}


def specification(kind: str, rows: Rows, face: Face, look: str = "light") -> dict[str, Any]:
    """The whole chart as Vega-Lite, its data in it."""
    style = LOOKS[look]
    frame = Frame(face, look, size_of(kind, look), has_axes=kind != "map")
    layers = _PLOTS[kind](rows, frame, style)
    chart = (
        alt.layer(*layers, *_around(frame, style))
        .resolve_scale(color="independent", shape="independent")
        .properties(
            width=frame.room,
            height=frame.plot_height,
            background=style.paper,
            padding={"left": frame.left, "right": RIGHT, "top": frame.top,
                     "bottom": frame.height - frame.bottom},
            autosize="none",
            description=face.title,
            usermeta={"plumbline": {"kind": kind, "definition": KINDS[kind].version,
                                    "query": face.query, "is_simulated": face.is_simulated}},
        )
        .configure(font=FONT)
        .configure_view(stroke=None)
        .configure_axis(labelColor=style.soft, titleColor=style.soft, gridColor=style.grid,
                        domainColor=style.soft, tickColor=style.soft, labelFontSize=TEXT_PX,
                        titleFontSize=TEXT_PX, titleFontWeight="normal")
    )  # fmt: skip
    found: dict[str, Any] = chart.to_dict()
    return found


def images(kind: str, rows: Rows, face: Face) -> dict[str, bytes]:
    """Every image of a chart, by the name of its file, and what `light.svg` was drawn from."""
    drawn = {"spec.json": canonical(specification(kind, rows, face)).encode()}
    for look in LOOKS:
        svg: str = vl_convert.vegalite_to_svg(specification(kind, rows, face, look))
        if look != SOCIAL:
            drawn[f"{look}.svg"] = svg.encode()
        drawn[f"{look}.png"] = _small(vl_convert.svg_to_png(svg, scale=PNG_SCALE))
    return drawn


def _small(png: bytes) -> bytes:
    """The same picture with 256 colours: a tenth of the bytes, and no difference to the eye."""
    written = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    few = picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


def _around(frame: Frame, style: Look) -> list[Any]:
    """Title, key and the lines at the bottom, in pixels of the plot."""
    rule = {"x": RIGHT, "x2": frame.width - RIGHT, "y": frame.rule}
    layers = [on([_moved(rule, frame)]).mark_rule(color=style.grid).encode(**at(), x2="x2:Q")]
    for align, weight, has_halo in sorted({_style(text) for text in frame.texts}):
        rows = [_moved(t, frame) for t in frame.texts if _style(t) == (align, weight, has_halo)]
        places = at() | {"text": "text:N", "size": alt.Size("size:Q", scale=None)}
        written = {"align": align, "baseline": "alphabetic", "fontWeight": weight}
        if has_halo:
            halo = {"stroke": style.paper, "strokeWidth": 4, "strokeJoin": "round", "aria": False}
            layers.append(on(rows).mark_text(**written, **halo).encode(**places))
        colour = alt.Color("colour:N", scale=None)
        layers.append(on(rows).mark_text(**written).encode(**places, color=colour))
    layers += [_key(entry | _moved(entry, frame)) for entry in frame.keys]
    return layers


def _style(text: dict[str, Any]) -> tuple[str, str, bool]:
    """What all texts of a layer have in common."""
    return text["align"], text["weight"], text["has_halo"]


def _key(entry: dict[str, Any]) -> Any:
    """The mark of an entry of the key."""
    base, mark = on([entry]), entry["mark"]
    if mark in ("line", "dashes"):
        dashes = [5, 4] if mark == "dashes" else [1, 0]
        chart = base.mark_rule(strokeWidth=2, strokeDash=dashes, color=entry["colour"])
        return chart.encode(**at() | {"x": alt.X("low:Q", scale=None, axis=None)}, x2="high:Q")
    shape, size = ("square", 130) if mark == "box" else (mark, 60)
    chart = base.mark_point(
        filled=True, shape=shape, size=size, color=entry["colour"], opacity=entry["opacity"]
    )
    return chart.encode(**at())


def _moved(row: dict[str, Any], frame: Frame) -> dict[str, Any]:
    """From pixels of the image to pixels of the plot."""
    across = {name: row[name] - frame.left for name in ("x", "x2", "low", "high") if name in row}
    return {**row, **across, "y": row["y"] - frame.top}
