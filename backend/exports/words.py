"""What a dataset says of itself: its manifest, and the files for people and for catalogues."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from backend.exports.columns import DICTIONARY
from backend.exports.datasheet import datasheet
from backend.exports.metadata import citation_cff, croissant, datacite
from backend.exports.models import Dataset
from backend.exports.records import MANIFEST, SIMULATED, FileRecord, file_record
from backend.exports.withdrawals import key_id

LICENCES = {
    "text": "CC-BY-4.0",
    "counts": "CC0-1.0",
    "imported_text": "that of the collection named in the row",
    "vendor_text": "quoted with its source; the rights stay with the vendor",
    "notice": "Some vendors restrict the use of their models' outputs for training.",
}
SUMS = "SHA256SUMS.txt"

_README = """# Plumbline dataset {version}
{warning}
Exchanges with AI assistants that somebody flagged, the controls they are compared with, and what the
analysis concludes. Each table comes as Parquet (zstd), as JSON Lines (zstd) and as CSV (gzip), with the
same rows in the same order. `reports`, `ratings`, `exposures` and `probes` have a file for each month.

- `{manifest}`: SHA-256, size and rows of every file, schema, run, method version, design. Its last entry
  is `end` with `"complete": true`: without it, it is cut off.
- `{sums}`: `sha256sum --check {sums}` tells whether every file is whole. Its last line begins with `# end`.
- `DICTIONARY.md`, `dictionary.json`: what each column means. `DATASHEET.md`: how the data came to be, and
  what they are not good for. `croissant.json`, `datacite.json`, `CITATION.cff`: for catalogues and citations.

What to know before counting:

- Reports are voluntary: they nominate and do not confirm. They are no sample, and have no weights.
  Denominators are in `exposures` (noised) and `ratings` (drawn at random, with their weights summed).
- `probes` are grades of the same prompts, asked again by the same accounts. Compare within an account, and
  with the frozen baseline (`is_baseline`) only.
- Contributors are unverified.
- Cells with fewer than five contributors are left out of `signals`, `ratings`, `exposures` and `clusters`;
  numbers of contributors below five are null in `findings`, `windows`, `maps` and `cells`. A missing cell
  is not a zero.
- `[EMAIL_1]` and the like stand for personal data that was removed.
- This is how things stood on the day of the version. A finding may have another state since, a
  vendor's reply or the source of its word may have been taken down: {url}/api/v1/findings/ says how they
  stand now.
- Honour withdrawals: drop the reports that {url}/data/withdrawals.json names from every copy. It is signed
  by the Ed25519 key `{key}`; {url}/data/ says how to verify it. A version that holds a withdrawn
  report, or a finding that a moderator holds, is no longer served.
- In the CSV files, what a spreadsheet could take for a formula has an apostrophe before it. The other
  formats hold the texts exactly.

Licence: see LICENSE.txt. Cite as: Plumbline dataset {version}, sha256:{content}.
"""

_WARNING = """
**SIMULATED DATA IS INCLUDED,** in the files whose names begin with `SIMULATED-` and nowhere else: all rows
of those files are invented. Leave these files out of every analysis of real services.
"""

_LICENCE = """Counts and statistics (all tables but reports, replies, acknowledgements and disclosures)
    CC0 1.0 Universal, https://creativecommons.org/publicdomain/zero/1.0/legalcode
Texts that people sent (prompt, response, comment, expected of reports with provenance "report")
    Creative Commons Attribution 4.0 International, https://creativecommons.org/licenses/by/4.0/legalcode
    Attribution: "Plumbline dataset {version} and its contributors".

    Each sender agreed to this licence for the very text that is published here, and may withdraw it.
Texts of vendors (text of replies; passage of acknowledgements; title and passage of disclosures)
    Quoted, with their source. The rights stay with the vendor.
Invented texts (reports with provenance "simulated")
    CC0 1.0 Universal
Texts of imported collections (reports with provenance "import")
    The licence of the collection that the row names. Ask its publisher before you pass them on.

{notice}
"""


def words_write(
    folder: Path, dataset: Dataset, files: list[FileRecord], run: dict[str, Any], *, url: str
) -> tuple[list[FileRecord], dict[str, Any]]:
    """Write everything that is no table; the records of those files, and the manifest.

    The manifest names all files; the one on disk can't name itself. `url` is where the installation
    is reached.
    """
    manifest_name = f"{SIMULATED if dataset.has_simulated else ''}{MANIFEST}"
    texts = {
        "README.md": _README.format(
            version=dataset.version, warning=_WARNING if dataset.has_simulated else "", url=url,
            manifest=manifest_name, sums=SUMS, key=key_id(), content=dataset.content_sha256,
        ),
        "LICENSE.txt": _LICENCE.format(version=dataset.version, notice=LICENCES["notice"]),
        "DICTIONARY.md": _dictionary(),
        "dictionary.json": _json([asdict(table) for table in DICTIONARY]),
        "DATASHEET.md": datasheet(dataset, files, url=url),
        "CITATION.cff": citation_cff(dataset, url=url),
        "croissant.json": _json(croissant(dataset, files, url=url)),
        "datacite.json": _json(datacite(dataset, files, url=url)),
    }  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    words = [file_record(folder / name) for name in texts]
    sums = [f"{file.sha256}  {file.name}\n" for file in [*files, *words]]
    (folder / SUMS).write_text("".join(sums) + f"# end: {len(sums)} files\n", encoding="utf-8")
    words.append(file_record(folder / SUMS))
    manifest = _manifest(dataset, [*files, *words], run)
    (folder / manifest_name).write_text(_json(manifest), encoding="utf-8")
    words.append(file_record(folder / manifest_name))
    manifest["files"] = [*manifest["files"], words[-1].as_listed()]
    return words, manifest


def _manifest(dataset: Dataset, files: list[FileRecord], run: dict[str, Any]) -> dict[str, Any]:
    is_marked = dataset.has_simulated
    return {
        "title": "Plumbline dataset, SIMULATED rows included" if is_marked else "Plumbline dataset",
        "version": dataset.version,
        "built_on": dataset.built_on.isoformat(),
        "content_sha256": dataset.content_sha256,
        "has_simulated": is_marked,
        "simulated_note": "SIMULATED rows are invented" if is_marked else "",
        **run,
        "redaction_versions": sorted({value for file in files for value in file.listed}),
        "licence": LICENCES,
        "withdrawals": {"signing_key": key_id(), "file": "withdrawals.json"},
        "design": {table.name: table.design for table in DICTIONARY if table.design},
        "completeness": _completeness(files),
        "schema": {
            table.name: [asdict(column) for column in table.columns] for table in DICTIONARY
        },
        "files": [file.as_listed() for file in files],
        "end": {
            "complete": True,
            "n_files": len(files),
            "bytes": sum(file.bytes for file in files),
        },
    }


def _completeness(files: list[FileRecord]) -> dict[str, Any]:
    """By table and column that may be missing, how many rows have it. Simulated rows are apart."""
    found: dict[str, Any] = {}
    for file in files:
        if file.table and file.name.endswith(".parquet"):
            kind = "simulated" if file.name.startswith(SIMULATED) else "real"
            table = found.setdefault(file.table, {}).setdefault(kind, {"rows": 0, "known": {}})
            table["rows"] += file.rows
            for column, n in file.known.items():
                table["known"][column] = table["known"].get(column, 0) + n
    return found


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _dictionary() -> str:
    lines = ["# Data dictionary", ""]
    for table in DICTIONARY:
        lines += [f"## {table.name}", "", table.description, ""]
        lines += [f"*Design.* {table.design}", ""] if table.design else []
        lines += [f"Sorted by {', '.join(table.order)}.", "",
                  "| Column | Type | Unit | Meaning |", "|---|---|---|---|"]  # fmt: skip
        for column in table.columns:
            null = ", may be null" if column.is_nullable else ""
            lines.append(
                f"| `{column.name}` | {column.type}{null} | {column.unit} | {column.description} |"
            )
        lines.append("")
    return "\n".join(lines)
