"""Grading: the number in an answer against the number that is right. The same for everybody, for ever."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction

GRADER = "plumbline number 1.0"
"""Another rule is another version, and needs another series."""
TOLERANCE = Fraction(1, 200)
"""Relative. An answer that was rounded to three digits is right."""
RIGHT, WRONG, REFUSED = "right", "wrong", "refused"

_FENCE = re.compile(r"```[\w-]*|[*_`$\\]|\\text|\\boxed|\{,\}")
_NUMBER = re.compile(
    r"(?<![\w.,])[-+\u2212]?(?:\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?!\d)|\d+)"
    r"(?:\.\d+)?(?:[eE][-+]?\d+)?(?!\w|\.\d)"
)
_REFUSAL = re.compile(
    r"\b(?:I (?:can(?:no|')t|am (?:not able|unable)|won't|will not)|I'm (?:not able|unable|sorry)|"
    r"(?:can(?:no|')t|unable to) (?:help|assist|answer|provide))\b",
    re.IGNORECASE,
)


def graded(response: str, answer: Fraction) -> str:
    """`right`, `wrong` or `refused`.

    The last number that the response has counts: who shows the way ends with the result. What has no
    number is refused if it says so, and wrong otherwise.

    >>> graded("1,234.5 megabytes", Fraction(2469, 2))
    'right'
    >>> graded("I can't help with that.", Fraction(5))
    'refused'
    """
    plain = _FENCE.sub("", response.replace("\u2019", "'"))
    numbers = _NUMBER.findall(plain)
    if not numbers:
        return REFUSED if _REFUSAL.search(plain) else WRONG
    found = _value(numbers[-1])
    is_right = found is not None and abs(found - answer) <= TOLERANCE * abs(answer)
    return RIGHT if is_right else WRONG


def _value(text: str) -> Fraction | None:
    bare = re.sub(r"[,\u00a0\u202f ]", "", text).replace("\u2212", "-")
    try:
        number = Decimal(bare)
        return Fraction(number) if number.adjusted() < 40 else None
    except InvalidOperation:
        return None
