"""Files of grades, as `import_probes` reads them. They hold labels of accounts: nobody else may read them."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import TextIO

from backend.common.errors import RuleError
from backend.probes.suite.items import Item

MODE = 0o600
_BEGINS = b'{"account": "'


def grade_line(item: Item, outcome: str, *, account: str, number: int, day: date) -> str:
    """A line as `import_probes` reads it."""
    return json.dumps({
        "account": account, "item": item.id, "domain": item.domain, "stratum": item.stratum,
        "round": number, "asked_on": day.isoformat(), "outcome": outcome,
    })  # fmt: skip


def asked_already(path: Path) -> set[tuple[str, str, int]]:
    """Account, item and round of every line of a file of grades; none where there is no file.

    A last line that has no end was cut off while it was written, and does not count.
    """
    found = set()
    whole, cut = _parts(path)
    if not (cut.startswith(_BEGINS) or _BEGINS.startswith(cut)):
        raise _no_grade(path, whole.count(b"\n") + 1)
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            row = json.loads(line)
            found.add((row["account"], row["item"], row["round"]))
        except (ValueError, KeyError, TypeError):
            raise _no_grade(path, number) from None
    return found


def grades_continued(path: Path) -> TextIO:
    """The file, open behind its last whole line; made for its owner alone where there is none."""
    whole, _ = _parts(path)
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, MODE), "w", encoding="utf-8")
    file.truncate(len(whole))
    file.seek(len(whole))
    return file


def grades_new(path: Path) -> TextIO:
    """A new file, for its owner alone. FileExistsError where there is one."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    return os.fdopen(opened, "w", encoding="utf-8")


def _parts(path: Path) -> tuple[bytes, bytes]:
    """The whole lines, and what follows the last of them."""
    if not path.exists():
        return b"", b""
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    return data[:end], data[end:]


def _no_grade(path: Path, number: int) -> RuleError:
    return RuleError(
        "probes_file_invalid",
        f"Line {number} of {path} is no grade. Give a file that this command wrote, or a new one.",
    )
