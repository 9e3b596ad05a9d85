"""manage.py serve: the web process."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from typing import Any

import waitress  # type: ignore[import-untyped]
from django.conf import settings
from django.core.management.base import BaseCommand
from waitress.adjustments import Adjustments  # type: ignore[import-untyped]

from backend.common.web_processes import serve_together, sockets_bound

THREADS = 8
CONNECTIONS_MAX = 500
IDLE_SECONDS = 30
HEADER_BYTES_MAX = 16 * 1024
"""Address and headers together; longer ones are answered with 431. Links on pages repeat the address."""
BODY_BYTES_MAX = 8 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
"""Beyond this the server refuses by itself, in plain text; up to here the application does."""

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def heads_answered(application: Application) -> Application:
    """The application, which answers HEAD with the headers of GET, and with nothing after them.

    Django and waitress both leave the body to each other. Whoever keeps the connection would take it for
    the beginning of the next answer (RFC 9110, 9.3.2).
    """

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "HEAD":
            return application(environ, start_response)
        body = application(environ | {"REQUEST_METHOD": "GET"}, start_response)
        getattr(body, "close", lambda: None)()
        return []

    return answer


class Command(BaseCommand):
    help = (
        "Serve pages and API. Requests are read whole, without a thread, before they are answered."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--listen", default=f"127.0.0.1:{settings.PLUMBLINE_PORT}", metavar="HOST:PORT",
            help="default: %(default)s",
        )  # fmt: skip

    def handle(self, *args: Any, **options: Any) -> None:
        from backend.wsgi import application

        def serve(sockets: list[socket.socket]) -> None:
            waitress.serve(
                heads_answered(application),
                sockets=sockets,
                threads=THREADS,
                connection_limit=CONNECTIONS_MAX,
                channel_timeout=IDLE_SECONDS,
                cleanup_interval=IDLE_SECONDS // 3,
                max_request_body_size=BODY_BYTES_MAX,
                max_request_header_size=HEADER_BYTES_MAX,
                asyncore_use_poll=True,
                clear_untrusted_proxy_headers=False,  # throttles.network_of decides which to believe
                ident=None,
                _quiet=True,
            )

        sockets = sockets_bound(Adjustments(listen=options["listen"]).listen)
        n_processes: int = settings.WEB_PROCESSES
        if n_processes > 1:
            serve_together(serve, sockets, n=n_processes)
            return
        signal.signal(
            signal.SIGTERM, lambda *_: sys.exit(0)
        )  # let requests that run come to an end
        serve(sockets)
