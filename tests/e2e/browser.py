"""A real Chromium with the built extension, and a chat page under its own host name on loopback."""

from __future__ import annotations

import http.server
import os
import shutil
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trustme
from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from tests.e2e.system import ROOT

EXTENSION = ROOT / "extension" / ".output" / "chrome-mv3"
PAGES = Path(__file__).parent / "pages"


def chromium() -> str:
    """The browser's path: $CHROMIUM, or the one that the system has."""
    found = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    assert found, "No Chromium. `apt-get install chromium`, or set CHROMIUM to its path."
    return found


def fixture_pages(folder: Path = PAGES) -> dict[str, bytes]:
    """The fixture pages of a folder, by the path under which they are served."""
    return {f"/{path.name}": path.read_bytes() for path in sorted(folder.glob("*.html"))}


@contextmanager
def chat_page_server(pages: Mapping[str, bytes]) -> Iterator[int]:
    """Serves pages over HTTPS on loopback, as chatgpt.com; yields the port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = pages.get(self.path.partition("?")[0], b"")
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("chatgpt.com").configure_cert(context)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NO_OTHER_HOST = "MAP * ~NOTFOUND,EXCLUDE 127.0.0.1"


def launch_plain(playwright: Playwright) -> Browser:
    """Chromium as a reader has it; no host but the loopback interface resolves."""
    return playwright.chromium.launch(
        executable_path=chromium(), args=[*QUIET, f"--host-resolver-rules={NO_OTHER_HOST}"]
    )


def launch(playwright: Playwright, profile: Path, chat_port: int) -> BrowserContext:
    """Chromium with the extension; `chatgpt.com` is the fixture server, and nothing else resolves.

    The flag is turned on for ChatGPT, by the switch that a person would use.
    """
    context = playwright.chromium.launch_persistent_context(
        str(profile),
        executable_path=chromium(),
        headless=True,
        ignore_https_errors=True,
        viewport={"width": 1180, "height": 900},
        args=[
            *QUIET,
            "--ignore-certificate-errors",
            f"--host-resolver-rules=MAP chatgpt.com:443 127.0.0.1:{chat_port},{NO_OTHER_HOST}",
            f"--disable-extensions-except={EXTENSION}",
            f"--load-extension={EXTENSION}",
        ],
    )
    turn_on(context, "chatgpt", ["https://chatgpt.com/*", "https://chat.openai.com/*"])
    return context


def turn_on(context: BrowserContext, site: str, patterns: list[str]) -> None:
    """Turns a chat site on. The browser's own question, which no page can answer, is answered before."""
    settings = context.new_page()
    settings.goto("chrome://extensions")
    for pattern in patterns:
        settings.evaluate(
            "([id, pattern]) => chrome.developerPrivate.addHostPermission(id, pattern)",
            [extension_id(context), pattern],
        )
    settings.close()
    page = extension_page(context, "onboarding")
    switch = page.get_by_test_id(f"site-{site}")
    if switch.get_attribute("aria-checked") == "false":
        switch.click()
    page.locator(f"[data-testid=site-{site}][aria-checked=true]").wait_for()
    page.close()


def extension_id(context: BrowserContext) -> str:
    """The id under which the browser has loaded the extension."""
    workers = context.service_workers or [context.wait_for_event("serviceworker")]
    return workers[0].url.split("/")[2]


def extension_page(context: BrowserContext, name: str, fragment: str = "") -> Page:
    """A page of the extension in a tab of its own."""
    page = context.new_page()
    page.goto(f"chrome-extension://{extension_id(context)}/{name}.html#{fragment}")
    return page
