"""What the extension does when the server fails, the browser ends, or a person clicks twice."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import requests
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.e2e.browser import chat_page_server, extension_page, fixture_pages, launch
from tests.e2e.door import Door
from tests.e2e.system import System, wait_for
from tests.payloads import make_payload

STORED = "() => chrome.storage.local.get('outbox').then(({ outbox }) => outbox ?? [])"


def use_server(context: BrowserContext, url: str) -> None:
    """Sets the server, and that reports go at once."""
    options = extension_page(context, "options")
    options.get_by_test_id("server").fill(url)
    options.get_by_test_id("hold").fill("0")
    options.get_by_test_id("save").click()
    expect(options.get_by_test_id("said")).to_have_text("Saved.")
    options.close()


def reviewed(context: BrowserContext) -> Page:
    """The flagged answer of the fixture page, ready to be sent."""
    chat = context.new_page()
    chat.goto("https://chatgpt.com/chatgpt.html")
    with context.expect_page() as opened:
        chat.get_by_test_id("plumbline-flag").click()
    review = opened.value
    review.get_by_test_id("symptom-wrong_answer").check()
    review.get_by_test_id("consent").check()
    expect(review.get_by_test_id("send")).to_be_enabled()
    chat.close()
    return review


def expect_state(page: Page, state: str) -> None:
    expect(page.get_by_test_id("held-state")).to_have_attribute("data-state", state, timeout=60_000)


def outbox(page: Page) -> list[dict[str, Any]]:
    return page.evaluate(STORED)


def count(system: System) -> int:
    return system.rows("SELECT count(*) FROM reports_report")[0][0]


def test_a_failing_server_and_a_restart_lose_and_double_nothing(
    system: System, tmp_path: Path
) -> None:
    with (
        chat_page_server(fixture_pages()) as chat_port,
        Door(system.url).opened() as door,
        sync_playwright() as playwright,
    ):
        context = launch(playwright, tmp_path / "profile", chat_port)
        use_server(context, door.url)

        # 5xx: it waits, says why, and waits longer after the second time.
        door.status = 503
        review = reviewed(context)
        review.get_by_test_id("send").click()
        expect(review.get_by_test_id("message")).to_contain_text("503")
        expect_state(review, "queued")
        (entry,) = outbox(review)
        body = entry["body"]
        assert entry["attempts"] == 1
        assert 0 < entry["notBefore"] - time.time() * 1000 <= 30_000

        # The server stores it, and its answer is lost on the way: still waiting, sent again later.
        door.status, door.is_deaf = 0, True
        popup = extension_page(context, "popup")
        popup.get_by_test_id("try-again").click()
        expect(popup.get_by_test_id("message")).to_contain_text("reached")
        (entry,) = outbox(popup)
        assert entry["attempts"] == 2
        assert 30_000 < entry["notBefore"] - time.time() * 1000 <= 60_000
        assert count(system) == 1
        assert entry["body"] == body

        # The browser ends with a full outbox; at its next start the report goes by itself, once.
        context.close()
        door.is_deaf = False
        context = launch(playwright, tmp_path / "profile", chat_port)
        popup = extension_page(context, "popup")
        expect(popup.get_by_test_id("state")).to_have_text(
            re.compile("received|public"), timeout=120_000
        )
        assert [sent["body"] for sent in outbox(popup)] == [""]
        assert count(system) == 1
        assert {json.loads(sent)["id"] for sent in door.bodies} == {entry["id"]}
        assert len(set(door.bodies)) == 1

        # 429: the person is told, nothing is given up.
        door.status = 429
        review = reviewed(context)
        review.get_by_test_id("send").click()
        expect_state(review, "queued")
        door.status = 0
        popup.reload()
        popup.get_by_test_id("try-again").click()
        expect_state(review, "pending")
        assert count(system) == 2

        # 4xx: refused, with the server's words; asking again is the person's choice.
        review = reviewed(context)
        taken = json.loads(review.get_by_test_id("preview").text_content() or "")["id"]
        other = requests.post(
            f"{system.url}/api/v1/reports/", json=make_payload(id=taken), timeout=30
        )
        assert other.status_code == 201
        review.get_by_test_id("send").click()
        expect_state(review, "refused")
        expect(review.get_by_test_id("message")).to_contain_text("id")
        popup.reload()
        expect(popup.get_by_test_id("reports")).to_contain_text("Try again")
        assert count(system) == 3
        context.close()


def test_two_clicks_send_one_report_and_a_closed_tab_none(system: System, tmp_path: Path) -> None:
    with chat_page_server(fixture_pages()) as chat_port, sync_playwright() as playwright:
        context = launch(playwright, tmp_path / "profile", chat_port)
        use_server(context, system.url)

        reviewed(context).close()
        watching = extension_page(context, "popup")
        expect(watching.get_by_test_id("no-reports")).to_be_visible()
        assert outbox(watching) == []

        review = reviewed(context)
        review.evaluate(
            "() => { const b = document.querySelector('[data-testid=send]'); b.click(); b.click(); }"
        )
        expect_state(review, "pending")
        assert len(outbox(review)) == 1
        wait_for("the report", lambda: count(system) == 1)

        # A reload shows the report on its way, not a second chance to send it.
        review.reload()
        expect_state(review, "pending")
        expect(review.get_by_test_id("send")).to_have_count(0)
        assert count(system) == 1
        context.close()


def test_receipts_go_to_another_machine_and_withdraw_there(system: System, tmp_path: Path) -> None:
    file = tmp_path / "receipts.json"
    with chat_page_server(fixture_pages()) as chat_port, sync_playwright() as playwright:
        context = launch(playwright, tmp_path / "first", chat_port)
        use_server(context, system.url)
        review = reviewed(context)
        prompt = json.loads(review.get_by_test_id("preview").text_content() or "")["prompt"]
        review.get_by_test_id("send").click()
        expect_state(review, "pending")
        options = extension_page(context, "options")
        with options.expect_download() as download:
            options.get_by_test_id("receipts-export").click()
        download.value.save_as(file)
        assert prompt[:40] not in file.read_text()
        context.close()

        context = launch(playwright, tmp_path / "second", chat_port)
        options = extension_page(context, "options")
        options.get_by_test_id("receipts-file").set_input_files(file)
        expect(options.get_by_test_id("said")).to_contain_text("1")
        popup = extension_page(context, "popup")
        popup.get_by_test_id("withdraw").click()
        popup.get_by_test_id("withdraw").click()
        expect(popup.get_by_test_id("state")).to_have_text("withdrawn")
        assert system.rows("SELECT state, prompt FROM reports_report") == [("withdrawn", "")]

        options.get_by_test_id("receipts-file").set_input_files(
            {"name": "x.json", "mimeType": "application/json", "buffer": b"{}"}
        )
        expect(options.get_by_test_id("said")).to_have_class("bad")
        context.close()
