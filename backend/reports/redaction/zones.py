"""Where a text is code: names, addresses and most phone numbers are not looked for there.

Fences, backticks and lines with two signs of code are code; but comments, and words that stand side
by side as no program's do, are language wherever they stand.
`extension/src/redact/zones.ts` says the same, line by line.
"""

from __future__ import annotations

from bisect import bisect_left

import regex

Ranges = list[tuple[int, int]]
LINE_MAX_CHARS = 2000
SIGNS_MIN = 2
WORDS_MIN = 3
_FENCE = regex.compile("(?<![^\n]) {0,3}(```|~~~)")
_INLINE = regex.compile("`[^`\n]{1,400}`")
_LINE = regex.compile("[^\n]+")
_KEYWORD = regex.compile(
    " {0,80}(?:import|from|def|class|function|const|let|var|return|public|private|protected|static|void"
    "|int|float|double|char|bool|using|namespace|package|async|await|export|fn|pub|impl|struct|enum|func"
    "|if|for|while|switch|elif|except|catch)(?![\\p{L}\\p{N}_])"
)
# An assignment or comparison; but "= Jane Miller" is no value of any language.
_OPERATOR = regex.compile(
    "[\\p{L}\\p{N}_\\])][ ]?(?:[=!<>:+*/-]?=|=>|->|&&|[|]{2}|::)"
    "(?![ ]?\\p{Lu}\\p{Ll}{1,30}[ ]\\p{Lu}\\p{Ll}{1,30})"
)
_CALL = regex.compile("[A-Za-z0-9_][(](?!e?s[)])")
_END = regex.compile("(?:[;{}]|[)]:)[ ]{0,4}(?![^\n])")
_COMMENT = regex.compile(
    "(?<![^\n ;{}()])//[^\n]*"
    "|(?<![^\n ;])#(?!include|define|if|el|end|pragma|undef|import|region|[!\\[])[^\n]*"
    "|(?<![^\n ;])--(?=[ ])[^\n]*"
    "|(?<![^\n])#include[ ](?![<\\x22])[^\n]*"
)
_BLOCK = regex.compile("(?<![^\n ;{}(])/[*]|[*]/|<!--|-->|\\x22{3}|'{3}")
_CLOSING = {"/*": "*/", "<!--": "-->", '"""': '"""', "'''": "'''"}
_WORD = regex.compile("[\\p{L}\\p{N}_][\\p{L}\\p{M}\\p{N}_'-]*")
_PLAIN_WORD = regex.compile("(?:\\p{Lu}|\\p{Ll})[\\p{Ll}\\p{M}]*(?:['-]\\p{L}[\\p{Ll}\\p{M}]*)*")
_NUMBER = regex.compile("[0-9][0-9-]*(?:st|nd|rd|th)?[A-Za-z]?")
_GAPS = frozenset({" ", ", ", ". "})
_CODE_WORDS = frozenset(
    (
        "abstract and as assert async await bool boolean break by byte case catch char class const"
        " constexpr continue data def default defer del delete do double elif else end enum except"
        " explicit export extends extern false final finally float fn for friend from func function"
        " global go if impl implements import in inline instanceof int interface internal is lambda let"
        " long match mod module mut namespace new nil none not null operator or override package pass"
        " print private protected pub public raise readonly return sealed short signed sizeof static"
        " string struct super switch template then this throw throws trait true try type typedef"
        " typename typeof union unsigned use using val var virtual void volatile when where while with"
        " yield select insert into update values set create table join left right inner outer on order"
        " group having limit distinct primary foreign key references"
    ).split()
)


class CodeZones:
    """The ranges of a text that are code."""

    def __init__(self, text: str) -> None:
        whole = _merged(
            _fenced(text) + [found.span() for found in _INLINE.finditer(text)] + _lines(text)
        )
        language = _merged(_comments(text) + _language(text, whole)) if whole else []
        self._whole = _Zones(whole)
        self._code = _Zones(_without(whole, language))

    def touch(self, start: int, end: int, *, is_word: bool = False) -> bool:
        """Whether any character of the range is code.

        To a single word, comments count as code: they are full of the names of things.
        """
        return (self._whole if is_word else self._code).touch(start, end)


class _Zones:
    def __init__(self, ranges: Ranges) -> None:
        self._starts = [start for start, _ in ranges]
        self._ends = [end for _, end in ranges]

    def touch(self, start: int, end: int) -> bool:
        before = bisect_left(self._starts, end) - 1
        return before >= 0 and self._ends[before] > start


def _merged(ranges: Ranges) -> Ranges:
    """The same characters as ranges in order, none of which meet."""
    merged: Ranges = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _without(ranges: Ranges, others: Ranges) -> Ranges:
    """The ranges without the characters of the others; both in order."""
    rest: Ranges = []
    at = 0
    for start, end in ranges:
        while at < len(others) and others[at][1] <= start:
            at += 1
        place, other = start, at
        while other < len(others) and others[other][0] < end:
            if others[other][0] > place:
                rest.append((place, others[other][0]))
            place = max(place, others[other][1])
            other += 1
        if place < end:
            rest.append((place, end))
        at = max(at, other - 1)
    return rest


def _fenced(text: str) -> Ranges:
    zones = []
    opening: tuple[int, str] | None = None
    for match in _FENCE.finditer(text):
        if opening is None:
            opening = (match.start(), match.group(1))
        elif match.group(1) == opening[1]:
            zones.append((opening[0], match.end()))
            opening = None
    if opening is not None:
        zones.append((opening[0], len(text)))
    return zones


def _lines(text: str) -> Ranges:
    """Lines with two signs of code: a keyword first, an operator, a call, a sign at the end."""
    return [found.span() for found in _LINE.finditer(text) if _is_code(found.group())]


def _is_code(line: str) -> bool:
    if len(line) > LINE_MAX_CHARS:
        return False
    signs = [
        _KEYWORD.match(line), _OPERATOR.search(line), _CALL.search(line), _END.search(line)
    ]  # fmt: skip
    return sum(sign is not None for sign in signs) >= SIGNS_MIN


def _comments(text: str) -> Ranges:
    zones = [found.span() for found in _COMMENT.finditer(text)]
    opening: tuple[int, str] | None = None
    for match in _BLOCK.finditer(text):
        sign = match.group()
        if opening is None:
            opening = (match.start(), _CLOSING[sign]) if sign in _CLOSING else None
        elif sign == opening[1]:
            zones.append((opening[0], match.end()))
            opening = None
    return zones


def _language(text: str, code: Ranges) -> Ranges:
    """Where words stand side by side within code, as in a sentence; keywords do not count."""
    zones: Ranges = []
    for start, end in code:
        begun, last, beside, most = start, start, 0, 0
        for match in _WORD.finditer(text[start:end]):
            word, at = match.group(), start + match.start()
            is_plain = _PLAIN_WORD.fullmatch(word) is not None
            gap = text[last:at] if at - last <= 2 else ""
            if gap not in _GAPS or not (is_plain or _NUMBER.fullmatch(word)):
                if most >= WORDS_MIN:
                    zones.append((begun, last))
                begun, beside, most = at, 0, 0
            elif gap != " ":
                beside = 0
            beside += is_plain and word.lower() not in _CODE_WORDS
            most = max(most, beside)
            last = at + len(word)
        if most >= WORDS_MIN:
            zones.append((begun, last))
    return zones
