"""What an item is made from: a text with places for numbers, and the number that is right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

ONE, TWO, THREE = "one-step", "two-steps", "three-steps"
"""Strata: how many steps lead to the number. Items of one stratum control each other across subjects."""


@dataclass(frozen=True)
class Template:
    """One kind of question. `numbers` are the values that each of its places may have."""

    slug: str
    domain: str
    stratum: str
    text: str
    unit: str
    numbers: dict[str, Sequence[int]]
    answer: Callable[..., Any]
    """From these numbers to the right one, exactly."""


def exact(value: Any) -> Fraction:
    """The value as a fraction: no rounding hides in an answer key."""
    return Fraction(value)


def share(percent: int) -> Fraction:
    """So many per cent, as a fraction."""
    return Fraction(percent, 100)
