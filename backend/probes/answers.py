"""Reading graded answers of probes from JSON Lines: the documented shape of `import_probes`.

One JSON object per line; plain or gzip (`.jsonl`, `.jsonl.gz`). All seven fields are required, and a
line with any other is refused: grades come in, never a prompt nor an answer.

| Field | Means |
|---|---|
| `account` | your own word for the account that asked, 1 to 200 characters, no space around; not stored |
| `item` | id of the prompt in the suite, 1 to 40 of `A-Z a-z 0-9 . _ : -` |
| `domain` | what the prompt is about; a leaf of the catalogue |
| `stratum` | items of one stratum match in format, length, answer type, difficulty; written as an id, or "" |
| `round` | which time it was asked: 0, 1, 2 ... |
| `asked_on` | the day, `YYYY-MM-DD`, UTC; days of two rounds differ, those of one lie within 14 |
| `outcome` | `right`, `wrong` or `refused`, as the grader says; what it can't read is left out |

    {"account": "first", "item": "law-017", "domain": "law", "stratum": "choice-short",
     "round": 0, "asked_on": "2026-09-01", "outcome": "right"}

(in a file: on one line).
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Container, Iterable, Iterator
from datetime import date
from pathlib import Path
from sys import intern
from typing import Any, NamedTuple

from backend.common.errors import RuleError
from backend.probes.models import ITEM_PATTERN, ProbeAnswer

ANSWERS_MAX = 1_000_000
"""Of a file. More come in several files."""
ROUNDS_MAX = 200
"""Of a series, its baseline included."""
ACCOUNT_CHARS_MAX = 200
OUTCOMES = tuple(ProbeAnswer.Outcome.values)
FIELDS = ("account", "item", "domain", "stratum", "round", "asked_on", "outcome")
_ITEM = re.compile(ITEM_PATTERN)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NAMED = f"{', '.join(FIELDS[:-1])} and {FIELDS[-1]}"


class AnswerLine(NamedTuple):
    """One line, checked by itself."""

    line: int
    account: str
    """The file's own label. Private: nobody may store, log or show it."""
    item: str
    domain: str
    stratum: str
    round: int
    asked_on: date
    outcome: str


def line_error(line: int, message: str) -> RuleError:
    """What is wrong with a line and what to do. A line's content is never in it: it may be logged."""
    return RuleError(
        "probes_line_invalid", f"Line {line}: {message} Nothing of the file is stored."
    )


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a .jsonl or .jsonl.gz file. RuleError where it can't be read."""
    opener = gzip.open if path.suffix == ".gz" else open
    number = 0
    try:
        with opener(path, "rb") as lines:
            for number, line in enumerate(lines, start=1):  # noqa: B007 - told below
                yield line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise line_error(number + 1, "the file is damaged from here on. Pack it again.") from error
    except OSError as error:
        raise RuleError(
            "probes_path_unreadable",
            f"{path} can't be read ({error.strerror}). Give a .jsonl or .jsonl.gz file.",
        ) from error


def answers_read(
    lines: Iterable[bytes], *, domains: Container[str], today: date
) -> Iterator[AnswerLine]:
    """Every answer, in the order of the file; empty lines count but are skipped.

    `domains` are the slugs that an answer may have. RuleError at the first line that does not have
    the documented shape, that lies in the future, or that is one answer too many.
    """
    n_answers = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        n_answers += 1
        if n_answers > ANSWERS_MAX:
            raise line_error(
                number,
                f"a file holds at most {ANSWERS_MAX:,} answers. Split it by rounds and import the "
                "parts in their order.",
            )
        row = _row(line, number)
        if wrong := _wrong(row, domains, today):
            raise line_error(number, wrong)
        yield AnswerLine(
            number, intern(row["account"]), intern(row["item"]), intern(row["domain"]),
            intern(row["stratum"]), row["round"], date.fromisoformat(row["asked_on"]),
            intern(row["outcome"]),
        )  # fmt: skip


def _row(line: bytes, number: int) -> dict[str, Any]:
    """The object of a line, which has exactly the documented fields."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        # Without its cause: the parser quotes the line.
        raise line_error(number, "this is no JSON. Write one object on each line.") from None
    if not isinstance(row, dict):
        raise line_error(number, f"this is no object. Write one with {_NAMED}.")
    missing = [name for name in FIELDS if name not in row]
    if missing:
        raise line_error(number, f"{', '.join(missing)} missing. Each line needs {_NAMED}.")
    if len(row) > len(FIELDS):
        raise line_error(
            number, f"there are other fields than {_NAMED}. Hand over grades only, never a text."
        )
    return row


def _wrong(row: dict[str, Any], domains: Container[str], today: date) -> str:
    """What is wrong with the values of a line, the first of all; empty if nothing is."""
    day = _day(row["asked_on"])
    rules = (
        (
            _is_label(row["account"]),
            f"account must be a text of 1 to {ACCOUNT_CHARS_MAX} printable characters, with no space before "
            "or behind.",
        ),
        (
            _is_id(row["item"]),
            "item must be 1 to 40 of A-Z a-z 0-9 . _ : - (an id, not the prompt).",
        ),
        (
            _is_one_of(row["domain"], domains),
            "domain must be a leaf of the catalogue; /api/v1/catalogue/ lists them.",
        ),
        (
            row["stratum"] == "" or _is_id(row["stratum"]),
            'stratum must be 1 to 40 of A-Z a-z 0-9 . _ : - (a word, not a text), or "".',
        ),
        (
            _is_count(row["round"], ROUNDS_MAX),
            f"round must be a whole number from 0 to {ROUNDS_MAX - 1}.",
        ),
        (day is not None, "asked_on must be a day of the calendar, written like 2026-01-31."),
        (
            day is None or day <= today,
            "asked_on lies in the future. Give the day on which it was asked, UTC.",
        ),
        (_is_one_of(row["outcome"], OUTCOMES), f"outcome must be one of {', '.join(OUTCOMES)}."),
    )
    return next((message for is_kept, message in rules if not is_kept), "")


def _day(value: Any) -> date | None:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _is_label(value: Any) -> bool:
    if not isinstance(value, str) or not 1 <= len(value) <= ACCOUNT_CHARS_MAX:
        return False
    return value.isprintable() and value == value.strip()


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ITEM.fullmatch(value) is not None


def _is_one_of(value: Any, choices: Container[str]) -> bool:
    return isinstance(value, str) and value in choices


def _is_count(value: Any, end: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < end
