"""Asking at an API: a real server on loopback, which answers as OpenAI's API does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from urllib3.util import Retry

from backend.probes import asking
from backend.probes.suite.items import suite_items
from tests.factories import make_probes

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
KEYS = {"KEY_A": "key-of-a", "KEY_B": "key-of-b", "KEY_C": "key-of-c"}
ANSWERS = {item.prompt: item.answer for item in suite_items()}
ACCOUNTS = ["first=KEY_A", "second=KEY_B", "third=KEY_C"]


class Service:
    """A model that answers everything right, but for what a test says."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.statuses: list[int] = []
        """Given to the next requests instead of an answer."""
        self.wrong: set[str] = set()
        """Subjects whose prompts are answered wrong."""
        self.body: bytes | None = None
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                service.asked.append((self.headers["Authorization"], json.loads(data)))
                status = service.statuses.pop(0) if service.statuses else 200
                body = service.body or service.answer(json.loads(data)["messages"][0]["content"])
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/v1"

    def answer(self, prompt: str) -> bytes:
        item = next(item for item in suite_items() if item.prompt == prompt)
        number = float(item.answer) * (2 if item.domain in self.wrong else 1)
        message = {"role": "assistant", "content": f"That makes {number:.6g}"}
        return json.dumps({"choices": [{"message": message}]}).encode()


@pytest.fixture
def service(monkeypatch, socket_enabled) -> Iterator[Service]:
    monkeypatch.setattr(asking, "Retry", lambda **options: Retry(**options | {"backoff_factor": 0}))
    monkeypatch.setattr("backend.probes.management.commands.ask_probes.suite_items", few)
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)
    found = Service()
    thread = threading.Thread(target=found.server.serve_forever, daemon=True)
    thread.start()
    yield found
    found.server.shutdown()
    found.server.server_close()


def few() -> tuple[Any, ...]:
    """Two items of each template: the suite asks 720."""
    return tuple(item for item in suite_items() if item.id.endswith(("-01", "-02")))


def ask(service: Service, out: Path, *, number: int = 0, accounts: list[str] | None = None) -> str:
    told = StringIO()
    asked = [f"--account={account}" for account in accounts or ACCOUNTS]
    call_command("ask_probes", str(out), f"--endpoint={service.address}", "--model=maker-1",
                 f"--round={number}", *asked, stdout=told)  # fmt: skip
    return told.getvalue()


def rows(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_every_account_is_asked_every_prompt_by_itself_and_only_grades_are_kept(
    service, tmp_path
) -> None:
    out = tmp_path / "grades.jsonl"
    service.wrong = {"pretraining-pipelines"}
    told = ask(service, out, number=3)
    found = rows(out)
    assert len(found) == len(service.asked) == 3 * 72
    assert set(found[0]) == {"account", "item", "domain", "stratum", "round", "asked_on", "outcome"}
    assert {(row["round"], row["asked_on"]) for row in found} == {(3, str(date(2026, 11, 23)))}
    wrong = {row["domain"] for row in found if row["outcome"] == "wrong"}
    assert wrong == {"pretraining-pipelines"}
    assert sum(row["outcome"] == "wrong" for row in found) == 3 * 12
    for key in KEYS.values():
        asked = [body for bearer, body in service.asked if bearer == f"Bearer {key}"]
        assert len({body["messages"][0]["content"] for body in asked}) == 72
        assert {tuple(body) for body in asked} == {("model", "messages")}
        assert {(body["model"], len(body["messages"])) for body in asked} == {("maker-1", 1)}
    kept = out.read_text() + told
    assert not any(key in kept for key in KEYS.values())
    assert "That makes" not in kept
    assert '--suite "plumbline story 1.0" --grader "plumbline number 1.0"' in told


def test_what_it_writes_can_be_imported(service, tmp_path) -> None:
    out = tmp_path / "grades.jsonl"
    for number in range(4):
        ask(service, out, number=number)
    series = make_probes(rows(out))
    assert (series.n_answers, series.n_accounts, series.n_items, series.n_rounds) == (864, 3, 72, 4)


def test_after_a_failure_only_the_rest_is_asked(service, tmp_path) -> None:
    out = tmp_path / "grades.jsonl"
    service.statuses = [200] * 40 + [400]
    with pytest.raises(CommandError, match=r"answered 400\. What was graded so far is kept"):
        ask(service, out)
    kept = len(rows(out))
    assert 30 <= kept <= 44
    service.asked.clear()
    ask(service, out)
    assert len(service.asked) == 3 * 72 - kept
    assert len({(row["account"], row["item"]) for row in rows(out)}) == len(rows(out)) == 3 * 72


def test_trouble_that_passes_is_waited_out(service, tmp_path) -> None:
    service.statuses = [429, 503, 502]
    ask(service, tmp_path / "grades.jsonl", accounts=["first=KEY_A"])
    assert len(rows(tmp_path / "grades.jsonl")) == 72
    assert len(service.asked) == 75


@pytest.mark.parametrize(
    ("statuses", "body", "what"),
    [([401] * 9, None, "answered 401"), ([302] * 9, None, "answered 302"),
     ([500] * 40, None, "answered 500"), ([], b"<html>", "gave no chat completion"),
     ([], b'{"choices": []}', "gave no chat completion"),
     ([], b"x" * (asking.ANSWER_BYTES_MAX + 1), "answered with more than 2,000,000 bytes")],
)  # fmt: skip
def test_what_goes_wrong_is_said_without_key_or_text(
    service, tmp_path, statuses, body, what: str
) -> None:
    service.statuses, service.body = statuses, body
    with pytest.raises(CommandError, match=what) as refused:
        ask(service, tmp_path / "grades.jsonl", accounts=["first=KEY_A"])
    assert "key-of-a" not in str(refused.value)
    assert service.address in str(refused.value)


def test_a_refusal_in_a_field_of_its_own_is_one(service, tmp_path) -> None:
    message = {"role": "assistant", "content": None, "refusal": "I can't help with that."}
    service.body = json.dumps({"choices": [{"message": message}]}).encode()
    ask(service, tmp_path / "grades.jsonl", accounts=["first=KEY_A"])
    assert {row["outcome"] for row in rows(tmp_path / "grades.jsonl")} == {"refused"}


@pytest.mark.parametrize(
    ("changes", "what"),
    [({"endpoint": "http://api.example/v1"}, "no https address"),
     ({"endpoint": "api.example"}, "no https address"), ({"round": -1}, "Rounds begin with 0"),
     ({"account": ["first"]}, "write it as LABEL=VARIABLE"),
     ({"account": ["first=NOT_SET"]}, "the environment variable NOT_SET has no key")],
)  # fmt: skip
def test_what_is_asked_for_wrongly_is_refused(tmp_path, monkeypatch, changes, what: str) -> None:
    monkeypatch.setenv("KEY_A", "key-of-a")
    given = {
        "endpoint": "https://api.example/v1",
        "model": "m",
        "round": 0,
        "account": ["first=KEY_A"],
    }
    with pytest.raises(CommandError, match=what):
        call_command("ask_probes", tmp_path / "grades.jsonl", **given | changes)
    assert not (tmp_path / "grades.jsonl").exists()


def test_a_file_of_something_else_is_not_written_to(service, tmp_path) -> None:
    out = tmp_path / "grades.jsonl"
    out.write_text("my notes\n")
    with pytest.raises(CommandError, match=r"Line 1 of .* is no grade"):
        ask(service, out)
    assert (out.read_text(), service.asked) == ("my notes\n", [])


# --- grading what another client was answered


def answered(**changes: Any) -> str:
    item = suite_items()[0]
    row = {"account": "a", "item": item.id, "round": 0, "asked_on": "2026-09-01",
           "response": f"{float(item.answer)}"}  # fmt: skip
    return json.dumps(row | changes)


def test_answers_of_any_client_are_graded(tmp_path) -> None:
    answers, out = tmp_path / "answers.jsonl", tmp_path / "grades.jsonl"
    answers.write_text(
        f"{answered()}\n\n{answered(response='7')}\n{answered(response='I cannot answer.')}\n"
    )
    told = StringIO()
    call_command("grade_probes", answers, out, stdout=told)
    assert [row["outcome"] for row in rows(out)] == ["right", "wrong", "refused"]
    assert "3 grades are in" in told.getvalue()
    assert "I cannot" not in out.read_text()
    with pytest.raises(CommandError, match="can't be written"):
        call_command("grade_probes", answers, out)


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
