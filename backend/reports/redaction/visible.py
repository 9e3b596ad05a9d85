"""A text as the rules see it. `extension/src/redact/visible.ts` says the same, line by line.

Invisible characters are left out; digits of every script, exotic spaces, dashes and quotes, and
full-width forms become plain ones: an address with a zero-width space in it is still an address.
What is invisible, and what becomes what, is in characters.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import regex

_FILE = json.loads((Path(__file__).parent / "characters.json").read_text(encoding="utf-8"))
MASK = "\ufffc"
"""Stands for every character of a placeholder, and of what is hidden already."""


def _codes(ranges: str) -> Iterator[int]:
    for one in ranges.split():
        first, _, last = one.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


_INVISIBLE = regex.compile("[" + "".join(chr(code) for code in _codes(_FILE["invisible"])) + "]")
_FOLD = {code: to for to, ranges in _FILE["folds"].items() for code in _codes(ranges)}
_FOLD |= {code: chr(code - 0xFEE0) for code in _codes(_FILE["full_width"])}
_FOLD |= {zero + digit: str(digit) for zero in _codes(_FILE["zeros"]) for digit in range(10)}


def visible(text: str) -> str:
    """The text as rules see it."""
    shown: str = _INVISIBLE.sub("", text)
    return shown.translate(_FOLD)


def visible_places(text: str) -> list[int]:
    """For each character of `visible(text)`, its place in the text."""
    hidden = {found.start() for found in _INVISIBLE.finditer(text)}
    return [place for place in range(len(text)) if place not in hidden]
