"""Grading what another client was answered: all of a file or nothing, and no text is kept."""

from __future__ import annotations

import json
import stat
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backend.probes.suite.items import suite_items


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.read_text().splitlines()]


def answered(**changes: Any) -> str:
    item = suite_items()[0]
    row = {"account": "a", "item": item.id, "round": 0, "asked_on": "2026-09-01",
           "response": f"{float(item.answer)}"}  # fmt: skip
    return json.dumps(row | changes)


def test_answers_of_any_client_are_graded(tmp_path) -> None:
    answers, out = tmp_path / "answers.jsonl", tmp_path / "grades.jsonl"
    answers.write_text(
        f"{answered()}\n\n{answered(response='7')}\n{answered(response='I cannot answer.')}\n"
        f"{answered(response='7 or 8')}\n"
    )
    told = StringIO()
    call_command("grade_probes", answers, out, stdout=told)
    assert [row["outcome"] for row in rows(out)] == ["right", "wrong", "refused"]
    assert "3 grades are in" in told.getvalue()
    assert "left out as unreadable: 1." in told.getvalue()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "I cannot" not in out.read_text()
    with pytest.raises(CommandError, match="can't be written"):
        call_command("grade_probes", answers, out)


def test_an_answer_may_hold_other_ends_of_lines(tmp_path) -> None:
    answers, out = tmp_path / "answers.jsonl", tmp_path / "grades.jsonl"
    held = json.loads(answered()) | {"response": "7\u2028or so\x85"}
    answers.write_text(json.dumps(held, ensure_ascii=False) + "\r\n", encoding="utf-8")
    call_command("grade_probes", answers, out, stdout=StringIO())
    assert [row["outcome"] for row in rows(out)] == ["wrong"]


@pytest.mark.parametrize(
    ("line", "what"),
    [("no json, and private", "Line 2 is no answer"), ('{"account": "a"}', "Line 2 is no answer"),
     (answered(asked_on="yesterday"), "Line 2 is no answer"), (answered(item="x-1"), "no such item"),
     (answered(response=7), "no such item in plumbline story 1.0, or no text")],
)  # fmt: skip
def test_a_line_that_is_no_answer_writes_nothing(tmp_path, line: str, what: str) -> None:
    answers, out = tmp_path / "answers.jsonl", tmp_path / "grades.jsonl"
    answers.write_text(f"{answered()}\n{line}\n")
    with pytest.raises(CommandError, match=what) as refused:
        call_command("grade_probes", answers, out)
    assert "private" not in str(refused.value)
    assert not out.exists()
