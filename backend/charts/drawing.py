"""Charts: rows to a Vega-Lite specification, by Altair, and to images, by vl-convert.

Pure functions: no request, no database. Only the worker imports this; the web process sends what is
stored. Texts in images are English (ADR 19).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode
from PIL import Image

from backend.charts.bubbles import bubbles_plot
from backend.charts.frame import FONT, RIGHT, TEXT_PX, Face, Frame
from backend.charts.kinds import KINDS, MAPS, canonical
from backend.charts.looks import LOOKS, PNG_SCALE, SOCIAL, Look, size_of
from backend.charts.marks import DASHES, Rows, at, on
from backend.charts.plots import map_plot, windows_plot
from backend.charts.shares import shares_plot
from backend.charts.timeline import weeks_plot

_PLOTS: dict[str, Callable[[Rows, Frame, Look], list[Any]]] = {
    "reports": weeks_plot,
    "domain": weeks_plot,
    "finding": windows_plot,
    "ratings": shares_plot,
    "map": map_plot,
    "clusters": bubbles_plot,
}


def specification(
    kind: str, rows: Rows, face: Face, look: str = "light", *, is_checked: bool = False
) -> dict[str, Any]:
    """The whole chart as Vega-Lite, its data in it.

    Held against the schema of Vega-Lite where `is_checked`, which takes as long as the rest.
    """
    with debug_mode(is_checked):
        return _specification(kind, rows, face, look)


def _specification(kind: str, rows: Rows, face: Face, look: str) -> dict[str, Any]:
    style = LOOKS[look]
    frame = Frame(face, look, size_of(kind, look), has_axes=kind not in MAPS)
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
    return {**found, "datasets": frame.datasets}


def images(kind: str, rows: Rows, face: Face) -> dict[str, bytes]:
    """Every image of a chart, by the name of its file, and what `light.svg` was drawn from."""
    drawn = {"spec.json": canonical(specification(kind, rows, face)).encode()}
    for look in ("light", "light-narrow", SOCIAL):
        svg: str = vl_convert.vegalite_to_svg(specification(kind, rows, face, look))
        if look == SOCIAL:
            drawn[f"{look}.png"] = _png(svg)
            continue
        dark = look.replace("light", "dark")
        for name, picture in ((look, svg), (dark, _recoloured(svg, LOOKS[look], LOOKS[dark]))):
            drawn |= {f"{name}.svg": picture.encode(), f"{name}.png": _png(picture)}
    return drawn


def _recoloured(svg: str, old: Look, new: Look) -> str:
    """The same picture in the colours of another look of its size."""
    colours = {colour: getattr(new, name) for name, colour in vars(old).items()
               if str(colour).startswith("#")}  # fmt: skip
    return re.sub("|".join(colours), lambda found: colours[found.group()], svg)


def _png(svg: str) -> bytes:
    """The picture in pixels, of 256 colours: a tenth of the bytes, and no difference to the eye."""
    written = io.BytesIO()
    png = vl_convert.svg_to_png(svg, scale=PNG_SCALE)
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    few = picture.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


def _around(frame: Frame, style: Look) -> list[Any]:
    """Title, key and the lines at the bottom, in pixels of the plot."""
    rule = {"x": RIGHT, "x2": frame.width - RIGHT, "y": frame.rule}
    layers = [
        on(frame, [_moved(rule, frame)]).mark_rule(color=style.grid).encode(**at(), x2="x2:Q")
    ]
    for align, weight, has_halo in sorted({_style(text) for text in frame.texts}):
        rows = [_moved(t, frame) for t in frame.texts if _style(t) == (align, weight, has_halo)]
        places = at() | {"text": "text:N", "size": alt.Size("size:Q", scale=None)}
        written = {"align": align, "baseline": "alphabetic", "fontWeight": weight}
        if has_halo:
            halo = {"stroke": style.paper, "strokeWidth": 4, "strokeJoin": "round", "aria": False}
            layers.append(on(frame, rows).mark_text(**written, **halo).encode(**places))
        colour = alt.Color("colour:N", scale=None)
        layers.append(on(frame, rows).mark_text(**written).encode(**places, color=colour))
    layers += [_key(frame, _moved(entry, frame), style) for entry in frame.keys]
    return layers


def _style(text: dict[str, Any]) -> tuple[str, str, bool]:
    """What all texts of a layer have in common."""
    return text["align"], text["weight"], text["has_halo"]


def _key(frame: Frame, entry: dict[str, Any], style: Look) -> Any:
    """The mark of an entry of the key."""
    base, mark = on(frame, [entry]), entry["mark"]
    if mark in DASHES:
        dashes = DASHES[mark]
        chart = base.mark_rule(strokeWidth=2, strokeDash=dashes, color=entry["colour"])
        return chart.encode(**at() | {"x": alt.X("low:Q", scale=None, axis=None)}, x2="high:Q")
    if mark in ("disc", "ring"):
        fill, dashes = (style.band, [1, 0]) if mark == "disc" else (style.paper, [3, 2])
        edge = {"fill": fill, "stroke": entry["colour"], "strokeDash": dashes, "strokeWidth": 1.5}
        return base.mark_point(shape="circle", size=130, **edge).encode(**at())
    shape, size = ("square", 130) if mark == "box" else (mark, 60)
    chart = base.mark_point(
        filled=True, shape=shape, size=size, color=entry["colour"], opacity=entry["opacity"]
    )
    return chart.encode(**at())


def _moved(row: dict[str, Any], frame: Frame) -> dict[str, Any]:
    """From pixels of the image to pixels of the plot."""
    across: dict[str, Any] = {
        name: row[name] - frame.left for name in ("x", "x2", "low", "high") if name in row
    }
    return {**row, **across, "y": row["y"] - frame.top}
