"""A text as the rules see it. `extension/src/redact/visible.ts` says the same, line by line.

Invisible characters are left out and exotic spaces, dashes, quotes and full-width forms become
plain ones, so that an address with a zero-width space in it is still an address.
"""

from __future__ import annotations

import regex

MASK = "\ufffc"
"""Stands for every character of a placeholder, and of what is hidden already."""
_INVISIBLE = regex.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufffc]"
)
_FOLDS = {
    " ": "\t\v\f\r\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "\n": "\u0085\u2028\u2029",
    "-": "\u2010\u2011\u2012\u2013\u2212",
    "'": "\u2018\u2019\u02bc",
    '"': "\u201c\u201d",
    # Python and JavaScript disagree on the other case of these.
    "i": "\u0131",
    "I": "\u0130",
    "s": "\u017f",
    "K": "\u212a",
}
_FOLD = {ord(char): to for to, chars in _FOLDS.items() for char in chars}
_FOLD.update({code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)})


def visible(text: str) -> str:
    """The text as rules see it."""
    shown: str = _INVISIBLE.sub("", text)
    return shown.translate(_FOLD)


def visible_places(text: str) -> list[int]:
    """For each character of `visible(text)`, its place in the text."""
    hidden = {found.start() for found in _INVISIBLE.finditer(text)}
    return [place for place in range(len(text)) if place not in hidden]
