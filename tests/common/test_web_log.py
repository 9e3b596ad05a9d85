"""gunicorn itself logs nothing of a request that it could not read."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from backend.common.processes import commands
from tests.common.embedded_servers import eventually

SECRET = "canarysecretcanary"


@pytest.mark.loopback
def test_a_malformed_request_is_not_quoted(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "app.py").write_text("def app(environ, start):\n    raise RuntimeError\n")
    chosen = [one for one in commands(port=port)["web"] if one.startswith("--logger-class")]
    assert chosen
    log = tmp_path / "log"
    with log.open("wb") as output, subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "app:app", f"--chdir={tmp_path}", f"--bind=127.0.0.1:{port}",
         "--no-control-socket", *chosen], stdout=output, stderr=output,
    ) as process:  # fmt: skip
        try:
            eventually(lambda: "Booting worker" in log.read_text())
            for line in (
                f"GET / HTTP/1.1\r\nPlumbline-Receipt {SECRET}\r\n\r\n",
                f"GET /?q=my {SECRET} HTTP/1.1\r\n\r\n",
                f"GET /?q={SECRET} HTTP/1.1\r\nHost: x\r\n\r\n",
            ):
                with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
                    client.sendall(line.encode())
                    client.recv(4096)
            eventually(lambda: "Invalid request" in log.read_text())
        finally:
            process.terminate()
    assert SECRET not in log.read_text()
    assert "ip=" not in log.read_text()
