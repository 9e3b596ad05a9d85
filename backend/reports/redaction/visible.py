"""A text as the rules see it. `extension/src/redact/visible.ts` says the same, line by line.

Invisible characters are left out; exotic spaces, dashes, quotes, full-width forms and the digits of
every script become plain ones, so that an address with a zero-width space in it is still an address.
Which characters those are stands in characters.json, as code points, so that an older or newer
Unicode of either language changes nothing. Every character becomes one character or none.
"""

from __future__ import annotations

import json
from pathlib import Path

import regex

MASK = "\ufffc"
"""Stands for every character of a placeholder, and of what is hidden already."""
_FILE = json.loads((Path(__file__).parent / "characters.json").read_text(encoding="utf-8"))
_INVISIBLE = regex.compile(f"[{_FILE['invisible']}]")
_FOLD = {ord(char): to for to, chars in _FILE["folds"].items() for char in chars}
_FOLD.update({code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})
_FOLD.update({ord(zero) + n: str(n) for zero in _FILE["zeros"] for n in range(10)})
# A long dash joins numbers and parts words; an ideographic full stop stands in a host's name or
# ends a sentence.
_LONG_DASH = regex.compile("(?<=[0-9])[{0}]|[{0}](?=[0-9])".format(_FILE["long_dashes"]))
_FULL_STOP = regex.compile(f"[{_FILE['full_stops']}](?=[A-Za-z0-9])")


def visible(text: str) -> str:
    """The text as rules see it."""
    shown: str = _INVISIBLE.sub("", text).translate(_FOLD)
    if not shown.isascii():
        shown = _FULL_STOP.sub(".", _LONG_DASH.sub("-", shown))
    return shown


def visible_places(text: str) -> list[int]:
    """For each character of `visible(text)`, its place in the text."""
    hidden = {found.start() for found in _INVISIBLE.finditer(text)}
    return [place for place in range(len(text)) if place not in hidden]
