"""A report goes to the server that its review named, and no server learns who or what sends it."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.e2e.browser import chat_page_server, extension_page, fixture_pages, launch

TELLING = ("Origin", "Accept-Language", "Cookie", "Referer", "Sec-CH-UA", "Sec-CH-UA-Platform")
Asked = list[tuple[str, dict[str, str]]]


@contextmanager
def listening_server() -> Iterator[tuple[str, Asked]]:
    """A server that takes any report and knows no receipt; its address, and what it was asked."""
    asked: Asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append((self.path, dict(self.headers)))
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path == "/api/v1/reports/":
                days = {"received_on": "2026-11-20", "public_from": None}
                self._answer(201, {"id": json.loads(body)["id"], "state": "pending", **days})
            else:
                error = {"code": "receipt_unknown", "message": "No such receipt.", "fields": {}}
                self._answer(404, {"error": error})

        def _answer(self, status: int, body: object) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def choose_server(options: Page, server: str) -> None:
    options.get_by_test_id("server").fill(server)
    options.get_by_test_id("hold").fill("60")
    options.get_by_test_id("save").click()
    expect(options.get_by_test_id("said")).to_have_text("Saved.")


def hold_a_report(context: BrowserContext) -> None:
    """Reviews the chat page's answer, after a look at a label that somebody typed."""
    chat = context.new_page()
    chat.goto("https://chatgpt.com/chatgpt.html")
    with context.expect_page() as opened:
        chat.get_by_test_id("plumbline-flag").click()
    review = opened.value
    review.get_by_test_id("model").fill("tuned by casey.rivers@example.org")
    expect(review.get_by_test_id("preview")).to_contain_text('"model_label": "tuned by [EMAIL_1]"')
    review.get_by_test_id("symptom-wrong_answer").check()
    review.get_by_test_id("consent").check()
    review.get_by_test_id("send").click()
    expect(review.get_by_test_id("held-state")).to_have_attribute("data-state", "held")


def test_a_held_report_stays_with_its_server_when_the_options_change(tmp_path: Path) -> None:
    with (
        chat_page_server(fixture_pages()) as chat_port,
        listening_server() as (named, asked_named),
        listening_server() as (later, asked_later),
        sync_playwright() as playwright,
    ):
        context = launch(playwright, tmp_path / "profile", chat_port)
        options = extension_page(context, "options")
        choose_server(options, named)
        hold_a_report(context)
        choose_server(options, later)

        popup = extension_page(context, "popup")
        state = popup.get_by_test_id("report").get_by_test_id("state")
        popup.get_by_test_id("send-now").click()
        expect(state).to_have_text("received")
        popup.get_by_test_id("withdraw").click()
        popup.get_by_test_id("withdraw").click()
        expect(popup.get_by_test_id("message")).to_contain_text(
            "The server does not know this report"
        )
        expect(state).to_have_text("being withdrawn")
        expect(popup.get_by_test_id("receipt-key")).to_have_count(1)
        context.close()

    assert [path for path, _ in asked_named] == ["/api/v1/reports/", "/api/v1/receipts/withdraw/"]
    assert asked_later == []
    for _, headers in asked_named:
        assert headers["User-Agent"] == "Plumbline"
        assert [name for name in TELLING if name.lower() in {key.lower() for key in headers}] == []
