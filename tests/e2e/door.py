"""A door before the server that can be shut in the ways in which a server fails."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter

PASSED_ON = ("Content-Type", "Plumbline-Receipt", "Plumbline-Credential", "Plumbline-Stamp")


class From(HTTPAdapter):
    """Asks from an address of this machine."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, source_address=(self.address, 0))


class Door:
    """What the door does with the next requests, and what came to it."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.url = ""
        self.status = 0
        """Answer with this status instead of asking the server; 0 asks it."""
        self.is_deaf = False
        """Ask the server, and cut the connection before its answer is passed on."""
        self.address = "127.0.0.1"
        """Where the server is asked from: all of 127.0.0.0/8 is here; its first /24 is known as here."""
        self.bodies: list[bytes] = []
        """Of each POST."""

    @contextmanager
    def opened(self) -> Iterator[Door]:
        """Serves on the loopback interface."""
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def _handler(door) -> type[http.server.BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.pass_on(None)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                door.bodies.append(body)
                self.pass_on(body)

            def pass_on(self, body: bytes | None) -> None:
                if door.status:
                    self.answer(door.status, "text/plain", b"The door is shut.")
                    return
                headers = {name: self.headers[name] for name in PASSED_ON if name in self.headers}
                with requests.Session() as session:
                    session.mount("http://", From(door.address))
                    told = session.request(
                        self.command,
                        door.server + self.path,
                        data=body,
                        headers=headers,
                        timeout=30,
                    )
                if door.is_deaf:
                    self.close_connection = True
                    return
                self.answer(told.status_code, told.headers["Content-Type"], told.content)

            def answer(self, status: int, kind: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                pass

        return Handler
