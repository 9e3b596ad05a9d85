"""The real web server: who sends slowly stops nobody, and nothing of a request is logged."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from backend.common.management.commands.serve import HEADER_BYTES_MAX, THREADS
from backend.common.postgres import REPOSITORY
from tests.common.embedded_servers import eventually

SECRET = "canarysecretcanary"
SERVE = """
import sys, django
from django.core.management import call_command
import backend.wsgi

def answer(environ, start):
    if environ["PATH_INFO"].startswith("/fail"):
        raise RuntimeError(environ["PATH_INFO"])
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    text = str(len(body)).encode()
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text))),
                     ("Method", environ["REQUEST_METHOD"])])
    return [text]

if len(sys.argv) > 2:
    backend.wsgi.application = answer
call_command("serve", f"--listen=127.0.0.1:{sys.argv[1]}")
"""

pytestmark = pytest.mark.loopback


@dataclass
class Server:
    """A running web process."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def ask(self, request: str) -> str:
        with self.connect() as client:
            client.sendall(request.encode())
            return self.read(client)

    def read(self, client: socket.socket) -> str:
        """All that the server says until it closes the connection."""
        with client.makefile("rb") as answer:
            return answer.read().decode()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The server with a small application in Plumbline's place."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log"
    environment = {
        **os.environ, "PLUMBLINE_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "backend.settings",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none",
    }  # fmt: skip
    with log.open("wb") as output, subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port), "small"], cwd=REPOSITORY, env=environment,
        stdout=output, stderr=output,
    ) as process:  # fmt: skip
        here = Server(port, log, process)
        try:
            eventually(lambda: _answers(here))
            yield here
        finally:
            process.kill()


def _answers(server: Server) -> bool:
    try:
        return "200 OK" in server.ask("GET / HTTP/1.0\r\n\r\n")
    except OSError:
        return False


def test_head_is_answered_with_the_headers_of_get_and_no_body(server) -> None:
    with server.connect() as client:
        for last in ("", "Connection: close\r\n"):
            client.sendall(f"HEAD / HTTP/1.1\r\nHost: x\r\n{last}\r\n".encode())
        first, second, after = server.read(client).split("\r\n\r\n")
    assert "Content-Length: 1\r\n" in first
    assert "Method: GET" in first
    assert second.startswith("HTTP/1.1 200 OK\r\n")
    assert after == ""


@pytest.mark.parametrize(
    "part",
    [
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n{half a body",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhal",
        "GET / HTTP/1.1\r\nHost: x\r\nHalf-a-head",
        "",
    ],
    ids=["body", "chunk", "head", "nothing"],
)
def test_who_sends_half_a_request_stops_nobody(server, part) -> None:
    with ExitStack() as stack:
        for _ in range(8 * THREADS):
            client = stack.enter_context(server.connect())
            client.sendall(part.encode())
        assert "200 OK" in server.ask("GET / HTTP/1.0\r\n\r\n")


def test_a_body_in_chunks_is_read_whole(server) -> None:
    answer = server.ask(
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n"
    )
    assert answer.startswith("HTTP/1.1 200 OK")
    assert answer.endswith("\r\n\r\n7")


def test_a_large_body_reaches_the_application_so_that_its_own_answer_can_be_read(server) -> None:
    n_bytes = 3 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    with server.connect() as client:
        client.sendall(f"POST / HTTP/1.0\r\nContent-Length: {n_bytes}\r\n\r\n".encode())
        client.sendall(b"x" * n_bytes)
        assert server.read(client).endswith(f"\r\n\r\n{n_bytes}")


def test_a_body_beyond_every_limit_is_refused_unread(server) -> None:
    assert " 413 " in server.ask(
        f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {10**12}\r\nConnection: close\r\n\r\n"
    )


def test_an_address_beyond_every_limit_is_refused(server) -> None:
    rest = " HTTP/1.0\r\n\r\n"
    least_refused = HEADER_BYTES_MAX - len(f"GET /?q={rest}")
    assert server.ask(f"GET /?q={'a' * (least_refused - 1)}{rest}").startswith("HTTP/1.0 200")
    assert server.ask(f"GET /?q={'a' * least_refused}{rest}").startswith("HTTP/1.0 431")


def test_nothing_of_a_request_is_logged_and_the_server_does_not_name_itself(server) -> None:
    answers = [
        server.ask(f"GET / HTTP/1.1\r\nPlumbline-Receipt {SECRET}\r\n\r\n"),
        server.ask(f"GET /?q=my {SECRET} HTTP/1.1\r\n\r\n"),
        server.ask(f"GET /fail/{SECRET}?q={SECRET} HTTP/1.0\r\n\r\n"),
    ]
    assert [answer.split()[1] for answer in answers] == ["400", "400", "500"]
    assert not any("erver: " in answer or "RuntimeError" in answer for answer in answers)
    eventually(lambda: "RuntimeError" in server.log.read_text())
    assert SECRET not in server.log.read_text()
    assert "127.0.0.1" not in server.log.read_text()


def test_a_signal_ends_it_in_good_order(server) -> None:
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(timeout=30) == 0
