"""The evaluation's table, for a terminal and for documents."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.evaluate.rows import Row
from analysis.records import DataError

BEGIN, END = "<!-- error rates: begin -->", "<!-- error rates: end -->"
_COLUMNS = ("World", "Measure", "Who", "Value", "Accepted", "Met")


def markdown_table(
    rows: Sequence[Row | dict[str, Any]], days: Mapping[str, str] | None = None
) -> str:
    """Rows as Markdown, one table for each property; with the day on which each was measured, if given."""
    plain = [row if isinstance(row, dict) else vars(row) for row in rows]
    parts = []
    for about in dict.fromkeys(row["property"] for row in plain):
        day = f"Measured on {days[about]}.\n\n" if days else ""
        columns = f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}"
        head = f"### {about[0].upper()}{about[1:]}\n\n{day}{columns}"
        lines = [_line(row) for row in plain if row["property"] == about]
        parts.append("\n".join([head, *lines]))
    return "\n\n".join(parts)


def _line(row: dict[str, Any]) -> str:
    met = {True: "yes", False: "**no**", None: ""}[row["is_met"]]
    measure = row["measure"] + (f" ({row['note']})" if row["note"] else "")
    cells = (row["world"], measure, row["peer"] or "Plumbline", _value(row), row["accept"], met)
    return f"| {' | '.join(cells)} |"


def _value(row: dict[str, Any]) -> str:
    value, error = row["value"], row["error"]
    if value is None or not math.isfinite(value):
        return "never"
    if error is None or not math.isfinite(error):
        return f"{value:.3g}"
    return f"{value:.3g} ± {error:.1g}"


def check_document(document: Path) -> str:
    """The text of a document that the table can be written into.

    Raises
    ------
    DataError
        If it is not there, or has no lines to write between.
    """
    if not document.is_file():
        raise DataError(f"{document} is not there")
    text = document.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise DataError(f"{document} has no lines {BEGIN!r} and {END!r} to write between")
    return text


def table_into(document: Path, published: dict[str, Any]) -> None:
    """Put the table between the markers of a document, with version, days and command."""
    text = check_document(document)
    head, rest = text.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    about = (
        f"Method {published['method_version']}, measured by `{published['command']}`. "
        "SIMULATED worlds, except where real answers are named."
    )
    table = markdown_table(published["rows"], published["measured_on"])
    document.write_text(f"{head}{BEGIN}\n\n{about}\n\n{table}\n\n{END}{tail}", encoding="utf-8")
