"""The site as it comes over a slow line: every page in small pieces, so that the browser meets it half."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

PIECE_BYTES = 700
PAUSE_SECONDS = 0.03
"""Longer than a frame of the browser: it could draw after every piece."""


@contextmanager
def slow_line(site: str) -> Iterator[str]:
    """The address at which another site's pages arrive in pieces, and its other files whole."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = requests.get(
                site + self.path, headers={"Accept-Encoding": "identity"}, timeout=60
            )
            kind = answer.headers["Content-Type"]
            self.send_response(answer.status_code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            if not kind.startswith("text/html"):
                self.wfile.write(answer.content)
                return
            for start in range(0, len(answer.content), PIECE_BYTES):
                self.wfile.write(answer.content[start : start + PIECE_BYTES])
                time.sleep(PAUSE_SECONDS)

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
