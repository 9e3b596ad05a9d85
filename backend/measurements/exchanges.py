"""Reading graded exchanges from JSON Lines: the documented shape of `import_exchanges`.

One JSON object per line; plain or gzip (`.jsonl`, `.jsonl.gz`); a folder means all such files in it.

| Field | Means |
|---|---|
| `prompt`, `response` | the exchange; required |
| `model` | the label under which the model was called; required |
| `task` or `domain` | what the prompt is about; a leaf of the catalogue, or the collection's own; required |
| `snapshot` or `observed_on` | `YYYY-MM` or `YYYY-MM-DD`; required |
| `score` | the grade, 0 (wrong) to 1 (right); below 0.5 counts as wrong; required |
| `score_normalised` or `score_after_fence_strip` | the same after removal of mere format; optional |
| `item_id`, `subset` | the same prompt under several models has the same ids; optional, pairs the outcomes |
| `vendor` or `provider`, `family` | for models that the catalogue does not know; optional |
| `symptom` | what is wrong with a wrong answer; optional, default `wrong_answer` |
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from backend.common.errors import RuleError

_VERSION_SUFFIX = re.compile(r"-(\d{4}|\d{6}|\d{8}|\d{4}-\d{2}-\d{2})$")
TEXT_CHARS_MAX = 60_000


@dataclass(frozen=True)
class GradedExchange:
    """One line of a collection, checked."""

    prompt: str
    response: str
    model: str
    vendor: str
    family: str
    task: str
    observed_on: date
    is_bad: bool
    is_bad_normalised: bool | None
    item: str
    symptom: str


def exchanges_read(path: Path) -> Iterator[GradedExchange]:
    """Every exchange under `path`, in file order.

    Raises RuleError naming file and line at the first line that does not have the documented shape.
    """
    occurrences: Counter[tuple[str, str, str]] = Counter()
    for file in _files(path):
        opener = gzip.open if file.suffix == ".gz" else open
        number = 0
        try:
            with opener(file, "rb") as lines:
                for number, line in enumerate(lines, start=1):  # noqa: B007 - told below
                    if line.strip():
                        yield _exchange(json.loads(line), occurrences)
        except (ValueError, KeyError, TypeError, AttributeError, OSError, EOFError) as error:
            raise RuleError(
                "import_line_invalid",
                f"{file.name}, line {max(number, 1)}: {_reason(error)}. What came before may have "
                "been imported; correct the file and run the command again, nothing comes twice.",
            ) from error


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the field {error.args[0]!r} is missing"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg})"
    return str(error)


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    files = sorted([*path.glob("*.jsonl"), *path.glob("*.jsonl.gz")]) if path.is_dir() else []
    if not files:
        raise RuleError(
            "import_path_empty", f"{path} is neither a .jsonl[.gz] file nor a folder of such."
        )
    return files


def _first(row: dict[str, Any], *names: str) -> Any:
    for name in names:
        if row.get(name) is not None:
            return row[name]
    raise KeyError(names[0])


def _text(row: dict[str, Any], name: str) -> str:
    value = row[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} must be text")
    return value


def _day(value: str) -> date:
    if re.fullmatch(r"\d{4}-\d{2}", value):
        value += "-01"
    return date.fromisoformat(value)


def _is_bad(score: Any) -> bool:
    number = float(score)
    if not 0 <= number <= 1:
        raise ValueError(f"score is {score}; it must lie between 0 and 1")
    return number < 0.5


def _exchange(row: dict[str, Any], occurrences: Counter[tuple[str, str, str]]) -> GradedExchange:
    model, task = _text(row, "model"), str(_first(row, "task", "domain"))
    normalised = row.get("score_normalised", row.get("score_after_fence_strip"))
    item = ""
    if row.get("item_id") is not None:
        name = f"{row.get('subset', '')}|{row['item_id']}"
        occurrences[model, task, name] += 1
        item = hashlib.sha256(
            f"{task}|{name}|{occurrences[model, task, name]}".encode()
        ).hexdigest()[:32]
    return GradedExchange(
        prompt=_text(row, "prompt"),
        response=_text(row, "response"),
        model=model,
        vendor=str(row.get("vendor") or row.get("provider") or "unknown"),
        family=str(row.get("family") or _VERSION_SUFFIX.sub("", model)),
        task=task,
        observed_on=_day(str(_first(row, "snapshot", "observed_on"))),
        is_bad=_is_bad(_first(row, "score")),
        is_bad_normalised=None if normalised is None else _is_bad(normalised),
        item=item,
        symptom=str(row.get("symptom") or ""),
    )
