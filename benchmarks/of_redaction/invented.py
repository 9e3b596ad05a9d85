"""Invented texts: what must be hidden stands as «TYPE|...», in some of them nothing.

`invented.txt` is of thirty countries; `invented_more.txt` and `invented_more_plain.txt` are of tables, chats,
minutes, git, names in capitals and in small letters, and of what looks like them; `invented_later.txt` is of
the same kinds, written when rules 7 were. `invented_pasted_*.txt` are what people paste (chats, tickets, CVs,
invoices, letters, tables, signatures; eight languages) and what looks like it, written before rules 8 were;
the misses of the second half were read only after it was scored.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

FIRST = ("invented.txt",)
MORE = ("invented_more.txt", "invented_more_plain.txt")
LATER = ("invented_later.txt",)
PASTED = ("invented_pasted_1.txt", "invented_pasted_plain.txt")
PASTED_UNSEEN = ("invented_pasted_2.txt",)
_HERE = Path(__file__).parent
_HEAD = re.compile(r"^=== .*\n", re.MULTILINE)
_MARK = re.compile(r"«([A-Z]+)\|(.*?)»", re.DOTALL)


def invented(files: tuple[str, ...]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of `text` and `spans`: those with passages to be hidden, and those without any."""
    texts = [(_HERE / file).read_text(encoding="utf-8") for file in files]
    rows = [_row(body.rstrip("\n")) for text in texts for body in _HEAD.split(text)[1:]]
    return [row for row in rows if row["spans"]], [row for row in rows if not row["spans"]]


def _row(body: str) -> dict[str, Any]:
    text, spans, at = "", list[dict[str, Any]](), 0
    for mark in _MARK.finditer(body):
        text += body[at : mark.start()]
        spans.append({"start": len(text), "end": len(text) + len(mark[2]), "type": mark[1]})
        text += mark[2]
        at = mark.end()
    return {"text": text + body[at:], "spans": spans}
