"""How an image looks: colours, sizes, names of files. No drawing."""

from __future__ import annotations

from dataclasses import dataclass

from backend.charts.kinds import KINDS

NARROW_PX = 500


@dataclass(frozen=True)
class Look:
    """Colours with at least 4.5:1 contrast of text against the paper, and the width in pixels.

    `height` is None where the kind decides.
    """

    paper: str
    ink: str
    soft: str
    grid: str
    line: str
    expected: str
    band: str
    width: int = 720
    height: int | None = None

    @property
    def is_narrow(self) -> bool:
        return self.width < NARROW_PX


_LIGHT = ("#fbfaf7", "#1b1f24", "#59616b", "#e3e0d8", "#1c4f8a", "#8a5a00", "#f3ead6")
_DARK = ("#14171b", "#e8e6e1", "#a8afb8", "#2b3139", "#9cc5f5", "#e5b567", "#2c2a20")
SOCIAL = "social"
LOOKS = {
    "light": Look(*_LIGHT),
    "dark": Look(*_DARK),
    "light-narrow": Look(*_LIGHT, width=360),
    "dark-narrow": Look(*_DARK, width=360),
    SOCIAL: Look(*_LIGHT, width=600, height=315),
}
"""An image is drawn for each, because text that suits a desk is too small on a phone."""

PAGE_LOOKS = tuple(name for name in LOOKS if name != SOCIAL)
PNG_SCALE = 2
FILES = (*(f"{look}.{form}" for look in PAGE_LOOKS for form in ("svg", "png")), f"{SOCIAL}.png")
"""Names of the images of a chart. The card for social networks is 1200 x 630."""


def size_of(kind: str, look: str) -> tuple[int, int]:
    """Width and height of an image in CSS pixels; a PNG has twice as many of its own."""
    style = LOOKS[look]
    wide, narrow = KINDS[kind].heights
    return style.width, style.height or (narrow if style.is_narrow else wide)
