"""What surrounds every chart: title, key, and the lines that say where it comes from.

Each is placed by us, in pixels, so that nothing moves and nothing overlaps. Pure; needs no Altair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.charts.looks import LOOKS, SOCIAL

SIMULATED = "SIMULATED"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
LEFT, RIGHT = 50, 18
TITLE_PX, TEXT_PX, FOOT_PX = 15, 12, 10.5
ROW, FOOT_ROW = 17, 15
AXIS_ROOM = 28
FONT_SLACK = 1.15
"""A reader's browser may have none of the fonts, and others run wider by as much."""
BOLD = 1.1
"""How much wider bold is."""
_NARROW_GLYPHS, _WIDE_GLYPHS = "ijlftr.,:;'|! ()[]/-", "mwMWABCDEGHKNOPQRSUVXYZ&%@"


@dataclass(frozen=True)
class Face:
    """The words around a chart, and whether what it shows is invented."""

    title: str
    query: str
    is_simulated: bool
    address: str = ""
    """Where to verify it, with its id; "" for the specification that the id is made from."""
    version: str = ""
    """Which data it shows."""


@dataclass(frozen=True)
class Key:
    """An entry of the key: its words, and the mark drawn beside it."""

    words: str
    mark: str
    """`line`, `dashes`, `dots`, `box`, `disc`, `ring` (with a broken edge), or the name of a symbol."""
    colour: str
    opacity: float = 1.0


def width_of(words: str, px: float) -> float:
    """How wide a text may be drawn, in pixels, in whichever font is there."""
    em = sum(0.31 if c in _NARROW_GLYPHS else 0.75 if c in _WIDE_GLYPHS else 0.57 for c in words)
    return em * px * FONT_SLACK


def wrapped(words: str, px: float, room: float, *, lines_max: int) -> list[str]:
    """The text in lines that fit; the last one ends with an ellipsis where it does not."""
    lines: list[str] = []
    rest = words.split()
    while rest and len(lines) < lines_max:
        n = len(rest)
        while n > 1 and width_of(" ".join(rest[:n]), px) > room:
            n -= 1
        lines.append(" ".join(rest[:n]))
        rest = rest[n:]
    if lines and (rest or width_of(lines[-1], px) > room):
        while lines[-1] and width_of(lines[-1] + "…", px) > room:
            lines[-1] = lines[-1][:-1]
        lines[-1] = lines[-1].rstrip() + "…"
    return lines


class Frame:
    """The room of an image, and the texts and marks around its plot."""

    def __init__(self, face: Face, look: str, size: tuple[int, int], *, has_axes: bool) -> None:
        self.face, self.look = face, LOOKS[look]
        self.is_card = look == SOCIAL
        self.width, self.height = size
        self.left = LEFT if has_axes else RIGHT
        self.texts: list[dict[str, Any]] = []
        self.keys: list[dict[str, Any]] = []
        self.datasets: dict[str, list[dict[str, Any]]] = {}
        self.top: float = self._head()
        self.rule = self._foot()
        """Where the line above the last rows is drawn."""
        self.bottom = self.rule - (AXIS_ROOM if has_axes else 6)

    @property
    def room(self) -> float:
        """Width of the plot."""
        return self.width - self.left - RIGHT

    @property
    def plot_height(self) -> float:
        return self.bottom - self.top

    def text(self, x: float, y: float, words: str, **style: Any) -> None:
        """A text with its baseline at a place of the whole image."""
        self.texts.append({"x": x, "y": y, "text": words, "size": TEXT_PX, "colour": self.look.soft,
                           "weight": "normal", "align": "left", "has_halo": False} | style)  # fmt: skip

    def _head(self) -> float:
        """Write the title, and SIMULATED beside it, or above it where that leaves too little room."""
        room: float = self.width - 2 * RIGHT
        y = 24.0
        is_narrow = self.look.is_narrow
        if self.face.is_simulated:
            x, align = (RIGHT, "left") if is_narrow else (self.width - RIGHT, "right")
            self.text(x, y, SIMULATED, align=align, weight="bold", colour=self.look.expected)
            if is_narrow:
                y += ROW + 2
            else:
                room -= width_of(SIMULATED, TEXT_PX * BOLD) + 12
        lines_max = 3 if is_narrow else 2
        for line in wrapped(self.face.title, TITLE_PX * BOLD, room, lines_max=lines_max):
            self.text(RIGHT, y, line, size=TITLE_PX, weight="bold", colour=self.look.ink)
            y += ROW + 2
        return y

    def _foot(self) -> float:
        """Write the lines at the bottom; where the rule above them is."""
        face, room = self.face, self.width - 2 * RIGHT
        first = f"plumbline · {face.address}"
        if self.look.is_narrow:
            rows = [first, face.version, *wrapped(face.query, FOOT_PX, room, lines_max=2)]
        else:
            rows = [first, *wrapped(face.query, FOOT_PX, room, lines_max=1)]
        start = self.height - 11 - FOOT_ROW * (len(rows) - 1)
        for number, words in enumerate(rows):
            colour = self.look.soft if number else self.look.ink
            self.text(RIGHT, start + FOOT_ROW * number, words, size=FOOT_PX, colour=colour)
        if not self.look.is_narrow:
            self.text(self.width - RIGHT, start, face.version, size=FOOT_PX, align="right")
        return start - 17

    def key(self, entries: Sequence[Key]) -> None:
        """Place the entries in rows below the title, and the plot below them."""
        x, y = float(RIGHT), self.top + 3
        for entry in entries:
            wide = 24 + width_of(entry.words, TEXT_PX)
            if x > RIGHT and x + wide > self.width - RIGHT:
                x, y = float(RIGHT), y + ROW
            self.keys.append({"x": x + 7, "low": x, "high": x + 14, "y": y - 4, "mark": entry.mark,
                              "colour": entry.colour, "opacity": entry.opacity})  # fmt: skip
            self.text(x + 20, y, entry.words, colour=self.look.ink)
            x += wide + 12
        self.top = y + 14
