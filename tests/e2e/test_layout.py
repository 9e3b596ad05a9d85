"""A chat page looks the same with the extension: nothing moves, and nothing but the flags is drawn."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trustme
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.e2e.browser import PAGES, extension_page, launch
from tests.e2e.system import ROOT

FIXTURES = ROOT / "extension" / "tests" / "fixtures"
# Parents that space their children, as chat pages have them.
STYLE = """<style>
  body { font: 16px/1.6 sans-serif; max-width: 46rem; margin: 2rem auto; }
  main { display: flex; flex-direction: column; gap: 24px; }
  main > * { display: flex; flex-direction: column; gap: 12px; }
  * { animation: none !important; caret-color: transparent; }
</style>"""
BOXES = """() => [...document.querySelectorAll('body, body *:not(plumbline-flag)')].map((element) => {
  const { x, y, width, height } = element.getBoundingClientRect();
  return [element.tagName, x, y, width, height];
})"""
HIDDEN = "plumbline-flag { visibility: hidden !important; }"


@contextmanager
def fixture_server(certificates: Path) -> Iterator[int]:
    """Serves ChatGPT's fixture pages, styled; yields the port."""
    bodies = {
        f"/{path.name}": path.read_text(encoding="utf-8").replace("</head>", f"{STYLE}</head>")
        for path in [*(FIXTURES / "chatgpt").glob("*.html"), *PAGES.glob("*.html")]
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = bodies.get(self.path, "").encode()
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
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def look(context: BrowserContext, name: str, n_flags: int) -> tuple[list[Any], bytes]:
    """Where everything on a page is, and its picture with the flags made invisible."""
    page: Page = context.new_page()
    page.goto(f"https://chatgpt.com/{name}")
    expect(page.locator("plumbline-flag")).to_have_count(n_flags)
    page.wait_for_timeout(600)  # the flags look for their places
    boxes = page.evaluate(BOXES)
    page.add_style_tag(content=HIDDEN)
    picture = page.screenshot(full_page=True)
    page.close()
    return boxes, picture


def test_nothing_moves_and_nothing_but_the_flags_is_drawn(tmp_path: Path) -> None:
    pages = {"chatgpt.html": 1, "two-turns.html": 2, "code-and-math.html": 1, "regenerated.html": 1}
    with fixture_server(tmp_path) as port, sync_playwright() as playwright:
        context = launch(playwright, tmp_path / "profile", port)
        with_flags = {name: look(context, name, n) for name, n in pages.items()}
        turn_off(context, "chatgpt")
        for name in pages:
            boxes, picture = look(context, name, 0)
            assert with_flags[name][0] == boxes, name
            assert with_flags[name][1] == picture, name
        context.close()


def turn_off(context: BrowserContext, site: str) -> None:
    """Turns a chat site off, by its switch."""
    page = extension_page(context, "options")
    page.get_by_test_id(f"site-{site}").click()
    page.locator(f"[data-testid=site-{site}][aria-checked=false]").wait_for()
    page.close()
