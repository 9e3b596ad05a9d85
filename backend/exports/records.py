"""What a manifest says of a file. Light: the web process reads it too."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NO_MONTH = "none"
"""Stands for the month in the name of a file that only says that there are no rows."""
SIMULATED = "SIMULATED-"
"""How the names of files begin that hold simulated rows, or list such files."""
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class FileRecord:
    """One file of a dataset, as its manifest lists it."""

    name: str
    rows: int | None
    bytes: int
    sha256: str
    table: str = ""
    month: str = ""
    known: dict[str, int] = field(default_factory=dict)
    """By column that may be missing, how many rows have it: no null and no empty text."""
    listed: frozenset[str] = frozenset()
    """Distinct values of the table's column `listed`."""

    def as_listed(self) -> dict[str, Any]:
        """As the manifest says it."""
        entry = {"name": self.name, "rows": self.rows, "bytes": self.bytes, "sha256": self.sha256}
        return (
            entry
            | ({"table": self.table} if self.table else {})
            | ({"month": self.month} if self.month else {})
        )


def file_record(path: Path) -> FileRecord:
    """Name, size and checksum of a file without rows."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileRecord(path.name, None, path.stat().st_size, digest)
