"""Code between fences, as people paste it into a chat: the project's own, and that of the shared sets."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
OURS = ("analysis", "backend", "benchmarks", "extension/src")
FOREIGN = ("llmdrift", "arena_hard", "cluster-prompts")
SUFFIXES = {".py", ".ts", ".html", ".css", ".sql", ".sh"}
LINES_MAX = 200
"""Of one pasted piece; longer files are cut into several."""
_FENCED = re.compile(r"^ {0,3}```[^\n]*\n.*?^ {0,3}```", re.MULTILINE | re.DOTALL)


def our_own() -> list[dict[str, Any]]:
    """The project's sources, in pieces between fences."""
    rows = []
    for folder in OURS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SUFFIXES and "node_modules" not in path.parts:
                lines = path.read_text(encoding="utf-8").split("\n")
                for at in range(0, len(lines), LINES_MAX):
                    piece = "\n".join(lines[at : at + LINES_MAX])
                    rows.append({"text": f"Why does this fail?\n```\n{piece}\n```\n"})
    return rows


def foreign(data: Path) -> list[dict[str, Any]]:
    """Every fenced passage of the sets that have any."""
    paths = [path for name in FOREIGN for path in sorted((data / name).glob("*.jsonl.gz"))]
    texts = [text for path in paths for text in _texts(path)]
    return [{"text": block} for text in texts for block in _FENCED.findall(text)]


def _texts(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield from _strings(json.loads(line))


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for value in node.values() if isinstance(node, dict) else node:
            yield from _strings(value)


def of_fences(rows: list[dict[str, Any]], found: list[list[tuple[int, int]]]) -> str:
    """Lines of code in which something is hidden, per thousand."""
    changed = total = 0
    for row, ranges in zip(rows, found, strict=True):
        text = row["text"]
        total += text.count("\n") - 1  # the fences themselves are no code
        changed += len(
            {
                line
                for start, end in ranges
                for line in range(text.count("\n", 0, start), text.count("\n", 0, end) + 1)
            }
        )
    return f"changed lines {changed} of {total}: {1000 * changed / max(total, 1):.1f} per 1,000"
