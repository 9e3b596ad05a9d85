"""English that a program put together from patterns, said again in the page's language.

A stored text that fits a pattern is said with the same values. One that fits none (an older version's,
or somebody's own words) stays English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from django.utils.translation import get_language, gettext, pgettext

from backend.common.languages import in_digits

Patterns = tuple[str, ...]
"""Marked strings with places for values, `%(name)s`; those without a word of their own are not marked."""
PLACE = re.compile(r"%\((\w+)\)s")


class Value(NamedTuple):
    """What may stand in a place, and how the page's language says it."""

    shape: str
    said: Callable[[str], str]


def number_said(number: str) -> str:
    """A number as English has it ("3,000", ".05", "-1.5%"), as the pages write it.

    >>> number_said("3,000"), number_said(".05"), number_said("-1.5%")
    ('3\u202f000', '0.05', '\u22121.5\xa0%')
    """
    apart = re.sub(r"(?<=\d),(?=\d{3})", "\u202f", number)
    whole = re.sub(r"(?<!\d)\.(?=\d)", "0.", apart)
    return re.sub(r" ?%", "\u00a0%", in_digits(whole).replace("-", "\u2212"))


def domain_said(name: str) -> str:
    """The name of a domain."""
    return pgettext("catalogue", name)


NUMBER = Value(r"[+-]?[0-9.][0-9.,/]*(?: ?%)?", number_said)
DAY = Value(r"\d{4}-\d\d-\d\d", str)
NAME = Value(r".+?", str)
DOMAIN = Value(r".+?", domain_said)
SLUG = Value(r"\S+", str)
WORDS = Value(r"(?s:.+)", str)
"""What somebody wrote: said as it is."""


class Phrases:
    """Patterns of one program.

    `clauses` are values that are patterns themselves, "" among them where they may be missing; `values`
    what else is no number.
    """

    def __init__(
        self, clauses: Mapping[str, Patterns], values: Mapping[str, Value] | None = None
    ) -> None:
        self._clauses = clauses
        self._values = values or {}
        self._regex = lru_cache(maxsize=400)(self._compiled)

    def said(self, text: str, patterns: Patterns) -> str | None:
        """The text in the page's language; None where it fits no pattern and must stay English."""
        if get_language() == "en":
            return text
        return self._said(text, patterns)

    def _said(self, text: str, patterns: Patterns) -> str | None:
        for pattern in patterns:
            found = self._regex(pattern).fullmatch(text)
            if found is None:
                continue
            values = {name: self._value(name, part) for name, part in found.groupdict().items()}
            if None not in values.values():
                words = gettext(pattern) if pattern else ""
                return words % values if values else words
        return None

    def _value(self, name: str, text: str) -> str | None:
        if name in self._clauses:
            return self._said(text, self._clauses[name])
        return self._values.get(name, NUMBER).said(text)

    def _compiled(self, pattern: str) -> re.Pattern[str]:
        """Matches what a pattern gives for any values, each in a group of its name."""
        return re.compile(self._shape(pattern, "(?P<{}>{})"))

    def _shape(self, pattern: str, group: str) -> str:
        parts = PLACE.split(pattern)
        return "".join(
            group.format(part, self._shape_of_value(part)) if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )

    def _shape_of_value(self, name: str) -> str:
        """The shape of a value, or of any clause that may stand there."""
        if name in self._clauses:
            return "|".join(self._shape(clause, "(?:{1})") for clause in self._clauses[name])
        return self._values.get(name, NUMBER).shape
