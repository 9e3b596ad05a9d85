"""Several web processes at one address: all answer, a dead one is replaced, all end together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.common.postgres import REPOSITORY
from tests.common.embedded_servers import eventually, is_alive
from tests.common.test_serve import Server

N_PROCESSES = 3
SERVE = """
import os, sys, time, django
from django.core.management import call_command
import backend.wsgi

def answer(environ, start):
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    start("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]

backend.wsgi.application = answer
call_command("serve", f"--listen=127.0.0.1:{sys.argv[1]}")
"""

pytestmark = pytest.mark.loopback


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The server, of which every process answers with its number."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path / "log"
    environment = {
        **os.environ, "PLUMBLINE_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "backend.settings",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none", "WEB_PROCESSES": str(N_PROCESSES),
    }  # fmt: skip
    with log.open("wb") as output, subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)], cwd=REPOSITORY, env=environment,
        stdout=output, stderr=output,
    ) as process:  # fmt: skip
        here = Server(port, log, process)
        try:
            eventually(lambda: len(who_answers(here)) == N_PROCESSES)
            yield here
        finally:
            process.kill()


def who_answers(server: Server) -> set[int]:
    """The numbers of the processes that answer twenty requests sent at once."""
    try:
        clients = [server.connect() for _ in range(20)]
    except OSError:
        return set()
    for client in clients:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
    found = {int(server.read(client).rpartition("\r\n")[2] or 0) for client in clients}
    for client in clients:
        client.close()
    return found - {0}


def test_all_processes_answer_at_one_address_and_the_first_one_watches(server) -> None:
    assert server.process.pid not in who_answers(server)


def test_a_process_that_dies_is_replaced(server) -> None:
    victim = min(who_answers(server))
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: not is_alive(victim) and len(who_answers(server)) == N_PROCESSES)


def test_a_signal_ends_all_of_them_after_the_requests_that_run(server) -> None:
    processes = who_answers(server)
    with server.connect() as client:
        client.sendall(b"GET /slow HTTP/1.0\r\n\r\n")
        eventually(lambda: len(who_answers(server)) > 0)
        server.process.send_signal(signal.SIGTERM)
        assert "200 OK" in server.read(client)
    assert server.process.wait(timeout=30) == 0
    assert not any(is_alive(process) for process in processes)
    assert server.log.read_text() == ""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_they_end_when_the_first_one_is_killed(server) -> None:
    processes = who_answers(server)
    server.process.kill()
    eventually(lambda: not any(is_alive(process) for process in processes))
