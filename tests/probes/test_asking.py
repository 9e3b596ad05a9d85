"""Asking at an API: a real server on loopback, which answers as OpenAI's API does."""

from __future__ import annotations

import json
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backend.common.errors import RuleError
from backend.probes import endpoint
from backend.probes.endpoint import Account, Endpoint
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
        self.more: dict[str, Any] = {}
        """Beside the choices."""
        self.finish = "stop"
        self.waits: list[tuple[str, str]] = []
        """Headers of the next responses."""
        self.drip = 0.0
        """Seconds between two bytes."""
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["Content-Length"]))
                service.asked.append((self.headers["Authorization"], json.loads(data)))
                status = service.statuses.pop(0) if service.statuses else 200
                body = service.body or service.answer(json.loads(data)["messages"][0]["content"])
                self.send_response(status)
                self.send_header("Location", "/elsewhere")
                if service.waits:
                    self.send_header(*service.waits.pop(0))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if not service.drip:
                    self.wfile.write(body)
                    return
                with suppress(OSError):  # the other side gives up
                    for byte in body:
                        time.sleep(service.drip)
                        self.wfile.write(bytes([byte]))

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/v1"

    def answer(self, prompt: str) -> bytes:
        item = next(item for item in suite_items() if item.prompt == prompt)
        number = float(item.answer) * (2 if item.domain in self.wrong else 1)
        message = {"role": "assistant", "content": f"That makes {number:.6g}"}
        choice = {"message": message, "finish_reason": self.finish}
        more = {
            name: value.pop(0) if isinstance(value, list) else value
            for name, value in self.more.items()
        }
        return json.dumps({"choices": [choice]} | more).encode()


@pytest.fixture
def service(monkeypatch, socket_enabled) -> Iterator[Service]:
    monkeypatch.setattr(endpoint, "BACKOFF", 0)
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


def test_what_it_writes_can_be_imported(service, tmp_path, clock) -> None:
    out = tmp_path / "grades.jsonl"
    for number in range(4):
        clock.move_to(f"2026-11-{20 + number}T12:00:00Z")
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
     ([], b"x" * (endpoint.ANSWER_BYTES_MAX + 1), "answered with more than 2,000,000 bytes")],
)  # fmt: skip
def test_what_goes_wrong_is_said_without_key_or_text(
    service, tmp_path, statuses, body, what: str
) -> None:
    service.statuses, service.body = statuses, body
    with pytest.raises(CommandError, match=what) as refused:
        ask(service, tmp_path / "grades.jsonl", accounts=["first=KEY_A"])
    assert "key-of-a" not in str(refused.value)
    assert service.address.removesuffix("/v1") in str(refused.value)


def test_a_refusal_in_a_field_of_its_own_is_one(service, tmp_path) -> None:
    message = {"role": "assistant", "content": None, "refusal": "I can't help with that."}
    service.body = json.dumps({"choices": [{"message": message}]}).encode()
    ask(service, tmp_path / "grades.jsonl", accounts=["first=KEY_A"])
    assert {row["outcome"] for row in rows(tmp_path / "grades.jsonl")} == {"refused"}


@pytest.mark.parametrize(
    ("finish", "outcomes"), [("content_filter", {"refused"}), ("length", set())]
)
def test_an_answer_that_was_filtered_or_cut_off_is_not_graded_by_its_text(
    service, tmp_path, finish: str, outcomes: set[str]
) -> None:
    service.finish = finish
    told = ask(service, tmp_path / "grades.jsonl", accounts=["first=KEY_A"])
    assert {row["outcome"] for row in rows(tmp_path / "grades.jsonl")} == outcomes
    assert f"left out as unreadable: {0 if outcomes else 72}." in told


def test_what_is_unreadable_is_left_out_and_counted(service, tmp_path) -> None:
    message = {"role": "assistant", "content": "7 or 8"}
    service.body = json.dumps({"choices": [{"message": message}]}).encode()
    told = ask(service, tmp_path / "grades.jsonl")
    assert rows(tmp_path / "grades.jsonl") == []
    assert "left out as unreadable: 216." in told


@pytest.mark.parametrize("error", [
    {"code": "content_filter"}, {"type": "content_policy_violation"},
    {"innererror": {"code": "ContentFilter"}},
])  # fmt: skip
def test_a_filter_that_answers_as_an_error_refuses(
    service, tmp_path, error: dict[str, Any]
) -> None:
    service.statuses = [400] * 72
    service.body = json.dumps({"error": {"message": "..."} | error}).encode()
    ask(service, tmp_path / "grades.jsonl", accounts=["first=KEY_A"])
    assert {row["outcome"] for row in rows(tmp_path / "grades.jsonl")} == {"refused"}


def test_a_name_that_moves_to_another_model_stops_the_run(service, tmp_path) -> None:
    out = tmp_path / "grades.jsonl"
    service.more = {"model": ["maker-1-0901"] * 100 + ["maker-1-1001"] * 200}
    with pytest.raises(
        CommandError, match="answered as maker-1-0901 first, and now as maker-1-1001"
    ):
        ask(service, out)
    assert 72 <= len(rows(out)) <= 100
    service.more = {"model": "maker-1-0901"}
    assert "it answered as: maker-1-0901." in ask(service, tmp_path / "other.jsonl")


def test_an_answer_has_a_limit_of_time_as_a_whole(service, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(endpoint, "ANSWER_SECONDS_MAX", 0.3)
    service.drip = 0.02
    with pytest.raises(CommandError, match=r"took more than 0\.3 seconds for an answer"):
        ask(service, tmp_path / "grades.jsonl", accounts=["first=KEY_A"])
    service.drip, service.statuses = 0.0, [503] * 400
    service.waits = [("Retry-After", "1")] * 400
    service.asked.clear()
    with pytest.raises(CommandError, match=r"answered 503|took more than"):
        ask(service, tmp_path / "grades.jsonl", accounts=["first=KEY_A"])
    # Four at once, twice each, and whatever these begin before all is stopped; without a limit seven times.
    assert len(service.asked) <= 16


def test_no_service_makes_it_wait_for_long(service, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(endpoint, "RETRY_AFTER_SECONDS_MAX", 0.1)
    service.statuses, service.waits = [429], [("Retry-After", "90000")]
    ask(service, tmp_path / "grades.jsonl", accounts=["first=KEY_A"])
    assert len(rows(tmp_path / "grades.jsonl")) == 72


def test_a_wait_that_is_none_is_told(service, tmp_path) -> None:
    service.statuses, service.waits = [429], [("Retry-After", "soon")]
    with pytest.raises(CommandError, match="can't be reached"):
        ask(service, tmp_path / "grades.jsonl", accounts=["first=KEY_A"])


def test_a_key_that_no_header_can_hold_is_told_without_it(service, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("KEY_A", "key-\u4e00")
    with pytest.raises(CommandError, match="can't be reached") as refused:
        ask(service, tmp_path / "grades.jsonl", accounts=["first=KEY_A"])
    assert "\u4e00" not in str(refused.value)
    assert "sk-1" not in repr(Account("first", "sk-1"))


@pytest.mark.parametrize("address", [
    "http://api.example/v1", "api.example", "https://", "https:///v1", "https://a:b@api.example/v1",
    "https://localhost@api.example/v1", "http://localhost\\@api.example/v1", "http://localhost\\.api.example",
    "https://api.example/v1?to=x", "https://api.example/v1#x", "https://api.example /v1",
    "ftp://localhost/v1",
    "http://127.0.0.1.api.example", "http://localhost.api.example", "https://api.example:x/v1", "https://..",
])  # fmt: skip
def test_no_key_goes_to_an_address_that_may_be_another(address: str) -> None:
    with pytest.raises(RuleError, match="no https address, or has more than") as refused:
        Endpoint(address, "m").check()
    assert "@" not in str(refused.value)
    assert "/to=x" not in str(refused.value)


@pytest.mark.parametrize("address", [
    "https://api.example/v1", "https://api.example:8443", "http://localhost:8000/v1/", "http://127.0.0.1/v1",
    "http://[::1]:8000/v1", "https://API.example/openai/v1",
])  # fmt: skip
def test_a_key_goes_to_a_plain_address(address: str) -> None:
    Endpoint(address, "m").check()


@pytest.mark.parametrize(
    ("changes", "what"),
    [({"endpoint": "http://api.example/v1"}, "no https address"),
     ({"round": -1}, "Rounds begin with 0"),
     ({"account": ["first"]}, "--account 1: write it as LABEL=VARIABLE"),
     ({"account": ["first=KEY_A", "b=sk-live-1234"]}, "--account 2: write it as LABEL=VARIABLE"),
     ({"account": ["first=sk_live_1234"]}, "--account 1: its environment variable has no key"),
     ({"account": [" first=KEY_A"]}, "--account 1: a label is"),
     ({"account": ["first =KEY_A"]}, "--account 1: a label is"),
     ({"account": ["first=KEY_A", "first=KEY_B"]}, "--account 2: it has the label or the key of another"),
     ({"account": ["first=KEY_A", "second=KEY_A"]}, "--account 2: it has the label or the key of another"),
     ({"account": ["first=KEY_A", "second=KEY_C"]}, "--account 2: it has the label or the key of another")],
)  # fmt: skip
def test_what_is_asked_for_wrongly_is_refused(tmp_path, monkeypatch, changes, what: str) -> None:
    for name, key in {"KEY_A": "key-of-a", "KEY_B": "key-of-b", "KEY_C": "key-of-a"}.items():
        monkeypatch.setenv(name, key)
    given = {"endpoint": "https://api.example/v1", "round": 0, "account": ["first=KEY_A"]} | changes
    accounts = [f"--account={account}" for account in given["account"]]
    with pytest.raises(CommandError, match=what) as refused:
        call_command(
            "ask_probes", tmp_path / "grades.jsonl", f"--endpoint={given['endpoint']}", "--model=m",
            f"--round={given['round']}", *accounts,
        )  # fmt: skip
    assert not (tmp_path / "grades.jsonl").exists()
    assert [word for word in ("sk-live", "sk_live", "key-of", "api.example/v1") if word in
            str(refused.value).replace("https://api.example.com/v1", "")] == []  # fmt: skip


def test_a_file_of_grades_is_its_owners_alone(service, tmp_path) -> None:
    out = tmp_path / "grades.jsonl"
    ask(service, out, accounts=["first=KEY_A"])
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_line_that_was_cut_off_is_asked_again_and_written_over(service, tmp_path) -> None:
    out = tmp_path / "grades.jsonl"
    ask(service, out, accounts=["first=KEY_A"])
    out.write_bytes(out.read_bytes()[:-30])
    service.asked.clear()
    ask(service, out, accounts=["first=KEY_A"])
    assert len(service.asked) == 1
    assert len({row["item"] for row in rows(out)}) == len(rows(out)) == 72


@pytest.mark.parametrize(
    "text", ["my notes", '{"account": "a", "item": "b", "round": 0}\nmy notes']
)
def test_notes_without_an_end_are_no_line_that_was_cut_off(service, tmp_path, text: str) -> None:
    out = tmp_path / "grades.jsonl"
    out.write_text(text)
    with pytest.raises(CommandError, match="is no grade"):
        ask(service, out)
    assert out.read_text() == text


def test_a_file_of_something_else_is_not_written_to(service, tmp_path) -> None:
    out = tmp_path / "grades.jsonl"
    out.write_text("my notes\n")
    with pytest.raises(CommandError, match=r"Line 1 of .* is no grade"):
        ask(service, out)
    assert (out.read_text(), service.asked) == ("my notes\n", [])
