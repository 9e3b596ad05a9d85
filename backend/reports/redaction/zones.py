"""Where a text is code: most rules do not look there, and some look into its comments only.

`extension/src/redact/zones.ts` says the same, line by line.
"""

from __future__ import annotations

from bisect import bisect_left

import regex

_FENCE = regex.compile("(?<![^\n]) {0,3}(```|~~~)")
_INLINE = regex.compile("`[^`\n]{1,400}`")
_LINE = regex.compile(
    "(?<![^\n]) {0,80}(?:"
    "(?:import|from|def|class|function|const|let|var|return|public|private|protected|static|void|int"
    "|float|double|char|bool|using|namespace|package|async|await|export|fn|pub|impl|struct|enum|func)"
    "(?: {1,4}[A-Za-z0-9_.*<>,:$&]{1,60}){1,6}(?: ?=|\\(|(?: ?[;{:]|\\)) {0,4}(?![^\n]))[^\n]{0,2000}"
    "|#include [^\n]{0,200}"
    # A line that ends like code is code if it also holds something that only code does.
    "|(?:[.#@}\\])*&]|(?=[^\n]{0,2000}?(?:[A-Za-z0-9_]\\((?!s\\))|[=!<>]=|=>|->|::|[\x22'] ?:"
    "|[A-Za-z0-9_\\])] ?= ?[^ \n=]|(?:if|for|while|switch|catch|with|match|do|else|try|loop) ?[({])))"
    "[^\n]{0,2000}(?:\\);|\\};|\\{) {0,4}(?![^\n]))"
)
_COMMENT = regex.compile("(?<![^ \n])(?://|#|--|/[*]|<!--|[*])[ ][^\n]{0,2000}")


class CodeZones:
    """The ranges of a text that are code, and the comments in them."""

    def __init__(self, text: str) -> None:
        ranges = _fenced(text)
        ranges += [found.span() for found in _INLINE.finditer(text)]
        ranges += [found.span() for found in _LINE.finditer(text)]
        self._code = _Ranges(ranges)
        self._comments = _Ranges([found.span() for found in _COMMENT.finditer(text)])

    def spare(self, zone: str, start: int, end: int) -> bool:
        """Whether a rule of this zone ("prose", "comment" or "all") leaves the range alone."""
        if zone == "all" or not self._code.touch(start, end):
            return False
        return zone == "prose" or not self._comments.touch(start, end)


class _Ranges:
    """Ranges, merged where they overlap or touch."""

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(ranges):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def touch(self, start: int, end: int) -> bool:
        """Whether any character of the range lies in one of them."""
        before = bisect_left(self._starts, end) - 1
        return before >= 0 and self._ends[before] > start


def _fenced(text: str) -> list[tuple[int, int]]:
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
