"""Cells of tables below a header that says what they hold. `extension/src/redact/columns.ts` is its twin.

A date or a number alone in a cell says nothing; the header of its column does, however many rows
above it stands. Tables are rows of CSV, TSV and Markdown, and rows of HTML, on a line each or a cell a
line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import regex

SEPARATORS = ("\t", "|", ";", ",")
_QUOTED = regex.compile('"[^"\n]*"')
_TAG = regex.compile("</?[A-Za-z][^<>\n]{0,200}>")
_END_OF_CELL = regex.compile("</t[dh]>", regex.IGNORECASE)
# Where a line ends within a row of HTML: behind a cell, or before the first.
_WITHIN_ROW = regex.compile(
    "(?:</t[dh]>|<tr(?:[ ][^<>\n]{0,200})?>|</?t(?:head|body)>)[ \t]{0,20}\n[ \t]{0,40}(?=</?t)",
    regex.IGNORECASE,
)
# What stands around the words of a cell: spaces, quotes, Markdown's emphasis.
_AROUND = " \"'`*_#"


def cells(text: str, header: Any) -> Iterator[tuple[int, int]]:
    """Where the cells stand whose column's header fits `header` whole."""
    separator, columns, size, begin = "", set[int](), 0, 0
    for line in _with_whole_rows(text).split("\n"):
        row = _plain(line)
        parts = row.split(separator) if separator else []
        if len(parts) != size or not separator:
            found = _header(row, header)
            if found[0] or len(parts) < 2:
                separator, columns, size = found
            parts = []
        start = begin
        for column, part in enumerate(parts):
            bare = part.strip(_AROUND)
            if bare and column in columns:
                first = start + len(part) - len(part.lstrip(_AROUND))
                yield first, first + len(bare)
            start += len(part) + 1
        begin += len(line) + 1


def _with_whole_rows(text: str) -> str:
    """The text as long as it is, where a row of HTML whose cells stand on a line each is one line."""
    return str(_WITHIN_ROW.sub(_on_one_line, text)) if "</t" in text else text


def _on_one_line(end: Any) -> str:
    return str(end.group()).replace("\n", " ").replace("\t", " ")


def _header(row: str, header: Any) -> tuple[str, set[int], int]:
    """What parts the cells of a row of headers, which of them fit, and how many there are."""
    for separator in SEPARATORS:
        parts = row.split(separator)
        fits = {at for at, part in enumerate(parts) if header.fullmatch(part.strip(_AROUND))}
        if fits and len(parts) > 1:
            return separator, fits, len(parts)
    return "", set(), 0


def _plain(row: str) -> str:
    """The row as long as it is, with separators in quotes as spaces and ends of HTML's cells as tabs."""
    if '"' in row:
        row = _QUOTED.sub(_without_separators, row)
    if "</t" in row.lower():
        row = _TAG.sub(_as_separator, row)
    return row


def _without_separators(quoted: Any) -> str:
    return "".join(" " if character in SEPARATORS else character for character in quoted.group())


def _as_separator(tag: Any) -> str:
    is_end = _END_OF_CELL.fullmatch(tag.group()) is not None
    return ("\t" if is_end else " ") + " " * (len(tag.group()) - 1)
