"""Grading: the number in an answer against the number that is right. The same for everybody, for ever."""

from __future__ import annotations

from fractions import Fraction

from backend.probes.suite.choosing import chosen
from backend.probes.suite.numbers import numbered
from backend.probes.suite.refusing import refuses

GRADER = "plumbline number 1.0"
"""Another rule is another version, and needs another series."""
TOLERANCE = Fraction(1, 200)
"""Relative. An answer that was rounded to three digits is right."""
CHARS_MAX = 20_000
"""Of an answer. Asked was for a number alone: a longer one is not read."""
RIGHT, WRONG, REFUSED, UNREADABLE = "right", "wrong", "refused", "unreadable"


def graded(response: str, answer: Fraction) -> str:
    """`right`, `wrong`, `refused` or `unreadable`.

    Refusals come first, whatever digits they have. Else `choosing` says which number counts; where that is
    not sure, or where `5.250` would be right if its point were a comma, the answer is unreadable: how a
    number is written must never count as wrong. What is unreadable is nobody's evidence; it is not imported.

    >>> graded("1,234.5 megabytes", Fraction(2469, 2))
    'right'
    >>> graded("I can't help with that.", Fraction(5))
    'refused'
    >>> graded("7 or 8", Fraction(7))
    'unreadable'
    """
    if len(response) > CHARS_MAX:
        return UNREADABLE
    found = numbered(response)
    if refuses(response, found):
        return REFUSED
    number = chosen(found)
    if number is None or number.value is None:
        return UNREADABLE
    if _is_near(number.value, answer):
        return RIGHT
    return UNREADABLE if number.other is not None and _is_near(number.other, answer) else WRONG


def _is_near(found: Fraction, answer: Fraction) -> bool:
    return abs(found - answer) <= TOLERANCE * abs(answer)
