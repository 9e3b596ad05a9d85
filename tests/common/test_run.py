"""`manage.py run`: what it refuses at once, and how its processes end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backend.common.postgres import REPOSITORY
from backend.common.processes import commands
from tests.common.embedded_servers import eventually, is_alive

# Programs that write their process number and then sleep stand in for web, worker and beat.
GROUP = """
import sys
from pathlib import Path
from backend.common import processes

folder = Path(sys.argv[1])
endings = {"web": "exec sleep 600", "worker": "exec sleep 600", "beat": sys.argv[2]}
processes.commands = lambda *, port: {
    name: ["sh", "-c", f"echo $$ > {folder}/{name}; {ending}"] for name, ending in endings.items()
}
print("begin", flush=True)
sys.exit(processes.run_together(port=9, root=folder, when_ready=lambda: None))
"""
NAMES = ("web", "worker", "beat")


def test_the_worker_sends_nothing_that_the_queue_in_postgresql_can_not_broadcast(db) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_proc WHERE proname = 'send_topic'"
            " AND pronamespace = 'pgmq'::regnamespace"
            " AND pg_get_function_identity_arguments(oid) = 'routing_key text, msg jsonb, headers jsonb'"
        )
        has_it = cursor.fetchone() == (1,)
    assert has_it or "--without-heartbeat" in commands(port=8000)["worker"]


@contextmanager
def group(folder: Path, *, beat: str = "exec sleep 600") -> Iterator[subprocess.Popen[bytes]]:
    with (
        (folder / "output").open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-c", GROUP, str(folder), beat], cwd=REPOSITORY, stdout=output
        ) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def numbers(folder: Path) -> list[int]:
    """The process numbers of the three, once all have started."""
    paths = [folder / name for name in NAMES]
    eventually(lambda: all(path.exists() and path.read_text().strip() for path in paths))
    return [int(path.read_text()) for path in paths]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_all_processes_and_is_no_failure(
    tmp_path: Path, number: signal.Signals
) -> None:
    with group(tmp_path) as process:
        running = numbers(tmp_path)
        process.send_signal(number)
        assert process.wait() == 0
    assert [is_alive(pid) for pid in running] == [False, False, False]


def test_when_one_process_ends_the_others_are_stopped_and_it_is_a_failure(tmp_path: Path) -> None:
    with group(tmp_path, beat="sleep 1; exit 3") as process:
        running = numbers(tmp_path)
        assert process.wait() == 3
    assert [is_alive(pid) for pid in running] == [False, False, False]


def test_a_process_that_ends_without_error_is_a_failure_too(tmp_path: Path) -> None:
    with group(tmp_path, beat="sleep 1; exit 0") as process:
        assert process.wait() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells of a parent's end")
def test_no_process_is_left_when_the_group_is_killed(tmp_path: Path) -> None:
    with group(tmp_path) as process:
        running = numbers(tmp_path)
        process.kill()
        process.wait()
    eventually(lambda: not any(is_alive(pid) for pid in running))


@pytest.mark.loopback
def test_a_port_in_use_is_refused_before_anything_is_made(settings, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        settings.PLUMBLINE_PORT = other.getsockname()[1]
        settings.PLUMBLINE_DATA = tmp_path / "data"

        with pytest.raises(CommandError, match=rf"PLUMBLINE_PORT={settings.PLUMBLINE_PORT + 1} "):
            call_command("run")

    assert not (tmp_path / "data").exists()


@pytest.mark.loopback
def test_too_little_room_is_refused_before_anything_is_made(
    settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PLUMBLINE_DATA = tmp_path / "data"
    settings.PLUMBLINE_PORT = 0  # whichever is free
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=300 * 2**20))

    with pytest.raises(CommandError, match=r"Only 300 MB are free for .*; 1024 MB are needed"):
        call_command("run")

    assert not (tmp_path / "data").exists()
