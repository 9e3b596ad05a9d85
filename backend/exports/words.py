"""The files of a dataset for people: what it is, what its columns mean, how it may be used."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from backend.exports.columns import DICTIONARY
from backend.exports.files import FileRecord, file_record

LICENCES = {
    "text": "CC-BY-4.0",
    "counts": "CC0-1.0",
    "imported_text": "that of the collection named in the row",
    "notice": "Some vendors restrict the use of their models' outputs for training.",
}

_README = """# Plumbline dataset {version}
{warning}
Exchanges with AI assistants that somebody flagged, and what the analysis concludes from them.
Each table comes as Parquet, as JSON Lines and as CSV (the last two packed with gzip), with the same
rows in the same order. `{manifest}` has the SHA-256, size and number of rows of every file, and
names the run and the method version; `DICTIONARY.md` and `dictionary.json` say what each column
means.

- Reports are voluntary: they nominate and do not confirm. Contributors are unverified.
- Cells with fewer than five contributors are left out of `signals`; numbers of contributors below
  five are null in `findings` and `cells`.
- `[EMAIL_1]` and the like stand for personal data that was removed.
- Honour the list in `tombstones`: drop withdrawn reports from every copy. A version that holds a
  withdrawn report is no longer served.
- In the CSV files, what a spreadsheet could take for a formula has an apostrophe before it. The
  other formats hold the texts exactly.

Licence: see LICENSE.txt. Cite as: Plumbline dataset {version}, and its `content_sha256`.
"""

_WARNING = """
**SIMULATED DATA IS INCLUDED,** in the files whose names begin with `SIMULATED-`. Their rows of
`reports` with provenance `simulated`, and their rows of `findings`, `events`, `signals` and `cells`
with `is_simulated`, are invented. Leave these rows out of every analysis of real services.
"""

_LICENCE = """Counts and statistics (findings, events, signals, cells, comparisons, tombstones)
    CC0 1.0 Universal, https://creativecommons.org/publicdomain/zero/1.0/legalcode
Texts that people sent (prompt, response, comment of reports with provenance "report")
    Creative Commons Attribution 4.0 International, https://creativecommons.org/licenses/by/4.0/legalcode
    Attribution: "Plumbline dataset {version} and its contributors".

    Each sender agreed to this licence for the very text that is published here, and may withdraw it.
Invented texts (reports with provenance "simulated")
    CC0 1.0 Universal
Texts of imported collections (reports with provenance "import")
    The licence of the collection that the row names. Ask its publisher before you pass them on.

{notice}
"""


def words_write(folder: Path, version: str, *, has_simulated: bool) -> list[FileRecord]:
    """Write README, licence and data dictionary (for people and for programs); their records."""
    warning = _WARNING if has_simulated else ""
    manifest = "SIMULATED-manifest.json" if has_simulated else "manifest.json"
    texts = {
        "README.md": _README.format(version=version, warning=warning, manifest=manifest),
        "LICENSE.txt": _LICENCE.format(version=version, notice=LICENCES["notice"]),
        "DICTIONARY.md": _dictionary(),
        "dictionary.json": json.dumps([asdict(table) for table in DICTIONARY], indent=2) + "\n",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [file_record(folder / name) for name in texts]


def _dictionary() -> str:
    lines = ["# Data dictionary", ""]
    for table in DICTIONARY:
        lines += [f"## {table.name}", "", table.description, "",
                  "| Column | Type | Unit | Meaning |", "|---|---|---|---|"]  # fmt: skip
        for column in table.columns:
            null = ", may be null" if column.is_nullable else ""
            lines.append(
                f"| `{column.name}` | {column.type}{null} | {column.unit} | {column.description} |"
            )
        lines.append("")
    return "\n".join(lines)
