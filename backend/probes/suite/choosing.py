"""Which number of a text is its answer: the first of six places that holds one, or none that is sure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fractions import Fraction

from backend.probes.suite.numbers import BOLD, BOXED, PLACE, UNBOXED, Number, Numbered

SAME = Fraction(1, 200)
"""Relative. Numbers that differ by less are one number, rounded twice."""
_ABOUT = (
    r"(?:[\s~≈=:€£>#"
    + BOLD
    + r"]|\b(?:approximately|approx\.?|about|around|roughly|circa|ca\.|exactly|"
    r"US|USD|EUR|etwa|environ|unos)(?=[\s~≈=:" + PLACE + r"])){0,12}"
)
_ALONE = rf"(?!\s*[a-zµμΩ%/]{{0,12}}\s*(?:[-+×x*/^÷]|or\b|to\b|and\b|oder\b|ou\b|o\b)\s*{PLACE}|\s*[\^÷×])"
"""Behind a number: it is no term of a sum, and not one of two that are offered."""
_ANSWER = re.compile(
    r"(?:\b(?:answer|result|antwort|ergebnis|respuesta|resultado|réponse|résultat)|答案|答え|結果|结果)"
    rf"(?:\s+(?:is|was|would be|ist|lautet|es|est))?(?:\s*(?:[:=≈是为は]|{BOLD}|\n|(?<=is)|(?<=was)|(?<=be)|"
    rf"(?<=ist)|(?<=lautet)|(?<=es)|(?<=est)))\s*{_ABOUT}({PLACE}){_ALONE}",
    re.IGNORECASE,
)
_BOXES = re.compile(f"{BOXED}([^{UNBOXED}]*){UNBOXED}")
_BOLDS = re.compile(f"{BOLD}([^{BOLD}\n]{{1,120}}){BOLD}")
_LINES = re.compile(r"[^\n]+")
_PURE = re.compile(rf"{_ABOUT}({PLACE}){_ALONE}[^{PLACE}=:?\n]{{0,60}}")
_OPENING = re.compile(rf"\s*{_ABOUT}({PLACE}){_ALONE}[^{PLACE}=:?.,;\n]{{0,40}}(?:[,;.]|\s-\s)")
_STATES = re.compile(
    r"\b(?:holds?|needs?|takes?|makes?|gets?|costs?|remain|has|have|total|so|thus|hence|therefore)\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    rf"(?:[=≈→⇒]|\b(?:it is|it's|that is|that makes|which makes|gives|equals|total of|so|thus|"
    r"hence|therefore|es ist|das sind)\b)"
    rf"\s*{_ABOUT}({PLACE}){_ALONE}",
    re.IGNORECASE,
)
_CHAIN = re.compile(
    rf"(?:^|[=≈]){_ABOUT}({PLACE})[^{PLACE}=≈,.;\n]{{0,30}}(?=[=≈]{_ABOUT}{PLACE})", re.MULTILINE
)


def chosen(found: Numbered) -> Number | None:
    """The number that the text gives as its answer; None where that is not sure.

    The first of these that has a number decides:

    1. what LaTeX boxes
    2. what "answer", "result" or their like name
    3. lines, no items of a list, that begin with their one number (and a last line that states one)
    4. bold that begins with its one number
    5. the first clause, where it is such a line's beginning ("7,000 MB, not 5250"), and the last number
       of all, where "=" or "it is" names it: who shows the way ends with the result
    6. the only number there is

    Where a place has several numbers that differ, none is sure, and none of a later place is asked. Nor is
    a number sure whose groups stand apart by plain spaces and that has words before it ("Round 2 500 MB").
    """
    for place in (_boxed, _answered, _lines, _bold, _opening_and_end, _all):
        if numbers := list(place(found)):
            return _one(numbers)
    return None


def stands(found: Numbered) -> bool:
    """Whether the text gives a number as its answer beyond doubt: an apology before it is no refusal."""
    places: tuple[Callable[[Numbered], Iterable[Number]], ...] = (
        _boxed,
        _answered,
        _lines,
        _bold,
        _end,
    )
    return any(_one(list(place(found))) for place in places)


def _one(numbers: list[Number]) -> Number | None:
    """The number, if they all are the same one."""
    values = [number.value for number in numbers]
    first = values[0] if values else None
    if first is None or any(value is None or not _same(value, first) for value in values):
        return None
    return numbers[-1]


def _same(one: Fraction, other: Fraction) -> bool:
    return abs(one - other) <= SAME * max(abs(one), abs(other))


def _boxed(found: Numbered) -> Iterable[Number]:
    for box in _BOXES.finditer(found.text):
        for match in re.finditer(PLACE, box[1]):
            yield found.at(box.start(1) + match.start())


def _answered(found: Numbered) -> Iterable[Number]:
    return (found.at(match.start(1)) for match in _ANSWER.finditer(found.text))


def _lines(found: Numbered) -> Iterable[Number]:
    pure = list(_pure(found, ((m.start(), m[0]) for m in _LINES.finditer(found.text))))
    yield from pure
    # A heading may begin with a number ("4 stages") before a sentence that says the result.
    last = found.text.rfind(PLACE)
    line = found.text[found.text.rfind("\n", 0, last) + 1 :].split("\n", 1)[0]
    if pure and line.count(PLACE) == 1 and _STATES.search(line):
        yield found.at(last)


def _bold(found: Numbered) -> Iterable[Number]:
    return _pure(found, ((m.start(1), m[1]) for m in _BOLDS.finditer(found.text)))


def _pure(found: Numbered, pieces: Iterable[tuple[int, str]]) -> Iterable[Number]:
    for start, piece in pieces:
        if match := _PURE.fullmatch(piece):
            yield found.at(start + match.start(1))


def _opening_and_end(found: Numbered) -> Iterable[Number]:
    if match := _OPENING.match(found.text):
        yield found.at(match.start(1))
    yield from _end(found)


def _end(found: Numbered) -> Iterable[Number]:
    """The last number, where it is said to be the result, with what it is set equal to."""
    last = found.text.rfind(PLACE)
    if not any(match.start(1) == last for match in _SAID.finditer(found.text)):
        return
    line = found.text.rfind("\n", 0, last) + 1
    for match in _CHAIN.finditer(found.text, line):
        if PLACE not in found.text[match.end(1) : last]:
            yield found.at(match.start(1))
    yield found.at(last)


def _all(found: Numbered) -> Iterable[Number]:
    for number in found.numbers:
        yield Number(None) if number.is_spaced else number
