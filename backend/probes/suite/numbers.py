"""The numbers that stand in a text, however they are written: what `choosing` chooses from."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

PLACE = "\ue000"
"""Stands in `Numbered.text` where a number stood."""
BOLD = "\ue001"
"""Stands there where bold begins or ends."""
BOXED, UNBOXED = "\ue002", "\ue003"
DIGITS_MAX = 40
"""Before the point, after it, and of a power of ten: what is beyond is as good as endless, or nothing."""
_FAR = Fraction(10**DIGITS_MAX)
_UP = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_POWER = r"\s?[×x*·]\s?10"
_RAISED = re.compile(r"([×x*·]\s?10)([⁻⁺]?[⁰¹²³⁴-⁹]+)")
_STEPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(found), put)
    for found, put in (
        (r"[\ue000-\ue003]", ""),
        (r"[\u2018\u2019\u02bc]", "'"),
        (r"[\u2010-\u2015\u2212]", "-"),
        # What LaTeX adds.
        (r"\{,\}", ","),
        (r"\\(?:text|textbf|mathrm|mathbf|mathsf|operatorname)\s*\{([^{}]*)\}", r"\1"),
        (r"(?<=\d)\s*\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r" \1/\2"),
        (r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}", r"\1/\2"),
        (r"\^\{([^{}]*)\}", r"^\1"),
        (r"\\(?:boxed|fbox)\s*\{([^{}]*)\}", f"{BOXED}\\1{UNBOXED}"),
        (r"\\(?:times|cdot)(?![a-z])", "×"),
        (r"\\approx(?![a-z])|\\sim(?![a-z])", "≈"),
        (r"\\pm(?![a-z])", "±"),
        (r"(?<=\d)(?:\\,|\\ |\\!)(?=\d{3}(?!\d))", "'"),
        (r"\\[,;:! ]|~", " "),
        (r"\\[a-zA-Z]+|\\", " "),
        (r"[${}]", " "),
        # Fences, footnotes, rounding, and what stands in brackets behind a number.
        (r"```[a-zA-Z][\w+-]*[ \t]*\n", "\n"),
        (r"`+", " "),
        (r"[ \t]{2,}", " "),
        (r"\n{2,}", "\n\n"),
    )
)
_STEPS_LAST: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(found, re.IGNORECASE), put)
    for found, put in (
        (r"[⁰¹²³⁴-⁹⁻⁺]+", ""),
        (r"\[\d{1,2}\]\([^()\s]{1,500}\)", ""),
        (r"\[([^\[\]\n]{1,200})\]\([^()\s]{1,500}\)", r"\1"),
        (r"https?://\S+", ""),
        (r"\[\^?\d+\^?\]", ""),
        (r"(?<=[A-Za-z])\^-?\d+", ""),
        (r"(?<=\d)[\u00a0\u2007\u2009\u202f](?=\d{3}(?!\d))", "'"),
        (r"(?=[¼-¾⅐-⅞])", " "),
        (r"(?<=\d)" + _POWER + r"\s*(?:\^|\*\*)\s*\(?([-+]?\d+)\)?", r"e\1"),
        (r"(?<![\w.,])10\s*(?:\^|\*\*)\s*\(?([-+]?\d+)\)?", r"1e\1"),
        (r"(?<=\d)\*\*(?=\d)|(?<=\d) \*\* (?=\d)", "^"),
        (r"(?<=[\d)]) ?\* ?(?=[\d(])", "×"),
        (r"\*\*|__", BOLD),
        (r"\*", " "),
        (r"(?m)^[ \t]*(?:#+[ \t]*)?\d{1,2}[.)][ \t]+(?=\S)", "• "),
        (r"(?m)^[ \t]*[-+][ \t]+", "• "),
        (r"\b(?:steps?|part|section|table|equation|version)\s+\d+(?![\d.,]*\d| \d{3})", " "),
        (r"(\d[^\n()\ue002\ue003]{0,60}?)[ \t]?\([^()\n]{0,200}\)", r"\1 "),
        (r"(\d[^\n\[\]]{0,60}?)[ \t]?\[[^\[\]\n]{0,200}\]", r"\1 "),
        (r"[ \t]?(?:±|\+/-)\s*[\d.,']+", ""),
    )
)
_NUMBER = re.compile(
    r"(?<![A-Za-z_\d.,'])(?P<sign>[-+]?)(?:"
    r"(?P<whole>\d+)\s+(?P<part>\d+)/(?P<of>\d+)|"
    r"(?P<body>\d{1,3}(?: \d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,']\d+)*|\.\d+)"
    r"(?:[eE](?P<power>[-+]?\d+))?(?:\s*/\s*(?P<over>\d+))?"
    r")(?!\d)"
)
_PLAIN = re.compile(r"\d*\.?\d+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_APART = re.compile(r"\d{1,3}(?:[' ]\d{3})+(?:[.,]\d+)?")
_COMMA = re.compile(r"\d+,\d+")
_EITHER = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


@dataclass(frozen=True)
class Number:
    """A number as it is read, and as it may be read as well."""

    value: Fraction | None
    """None where no reading is sure."""
    other: Fraction | None = None
    """With the point as a comma: `5.250` may be 5250, where the language writes it so."""
    is_spaced: bool = False
    """Its groups stand apart by plain spaces: it may be two numbers."""


@dataclass(frozen=True)
class Numbered:
    """A text without its markup, with PLACE for each of its numbers."""

    text: str
    numbers: tuple[Number, ...]

    def at(self, position: int) -> Number:
        """The number whose PLACE is at this position of the text."""
        return self.numbers[self.text.count(PLACE, 0, position)]


def numbered(response: str) -> Numbered:
    """The text with its numbers read: LaTeX, Markdown, footnotes and remarks in brackets are away."""
    text = response.replace("\r\n", "\n")
    for found, put in _STEPS:
        text = found.sub(put, text)
    text = _RAISED.sub(lambda match: f"{match[1]}^{match[2].translate(_UP)}", text)
    for found, put in _STEPS_LAST:
        text = found.sub(put, text)
    text = unicodedata.normalize("NFKC", text).replace("\u2044", "/")
    numbers: list[Number] = []

    def placed(match: re.Match[str]) -> str:
        numbers.append(_number(match))
        return PLACE

    text = _NUMBER.sub(placed, text)
    return Numbered(text, tuple(numbers))


def _number(match: re.Match[str]) -> Number:
    sign = -1 if match["sign"] == "-" else 1
    if match["whole"]:
        part, of = _whole(match["part"]), _whole(match["of"])
        return Number(sign * (_whole(match["whole"]) + part / of)) if part < of else Number(None)
    body, scale = match["body"], _scale(match["power"] or "0")
    if match["over"]:
        over = _whole(match["over"])
        if over == 0:
            return Number(None)
        scale /= over
    value = _value(body)
    other = None
    if _EITHER.fullmatch(body) and not match["power"]:
        swapped = body.replace(".", "") if "." in body else body.replace(",", ".")
        other = sign * scale * _value_as_is(swapped)
    return Number(None if value is None else sign * scale * value, other, " " in body)


def _value(body: str) -> Fraction | None:
    """What the digits say; None where groups and points follow no custom that is sure."""
    if _PLAIN.fullmatch(body):
        return _value_as_is(body)
    if _GROUPED.fullmatch(body):
        return _value_as_is(body.replace(",", ""))
    if _APART.fullmatch(body):
        return _value_as_is(re.sub("[' ]", "", body).replace(",", "."))
    if _COMMA.fullmatch(body):
        return _value_as_is(body.replace(",", "."))
    return None


def _value_as_is(plain: str) -> Fraction:
    whole, _, rest = plain.partition(".")
    kept = rest[:DIGITS_MAX]
    return _whole(whole or "0") + Fraction(int(kept or "0"), 10 ** len(kept))


def _whole(digits: str) -> Fraction:
    bare = digits.lstrip("0")
    return _FAR if len(bare) > DIGITS_MAX else Fraction(int(bare or "0"))


def _scale(power: str) -> Fraction:
    """Ten to this power; beyond what can be meant it is bounded, both ways."""
    far = _whole(power.lstrip("+-"))
    size = min(int(far), 2 * DIGITS_MAX) if far < _FAR else 2 * DIGITS_MAX
    return Fraction(10) ** (-size if power.startswith("-") else size)
