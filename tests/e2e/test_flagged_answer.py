"""The whole way: a flagged answer, redacted, reviewed, sent, published, looked up and withdrawn."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.browser import chat_page_server, extension_page, fixture_pages, launch
from tests.e2e.datasets import addresses_of, dataset_text
from tests.e2e.system import System, wait_for

EMAIL = "casey.rivers@example.org"
KEY = "sk-proj-Zq8vT2mXw4Lb7NcR9dKf3HsJ6pYgA1uE5iVoQxBt"
CANARY = "watermelon"


@pytest.fixture
def shoot(artefacts: Path):
    numbers = iter(range(1, 100))

    def take(page: Page, name: str) -> None:
        page.screenshot(path=artefacts / f"{next(numbers):02}-{name}.png", full_page=True)

    return take


def test_from_a_flag_to_a_public_report_and_back(system: System, tmp_path: Path, shoot) -> None:
    with chat_page_server(fixture_pages()) as chat_port, sync_playwright() as playwright:
        context = launch(playwright, tmp_path / "profile", chat_port)

        options = extension_page(context, "options")
        options.get_by_test_id("server").fill(system.url)
        options.get_by_test_id("hold").fill("0")
        options.get_by_test_id("save").click()
        expect(options.get_by_test_id("said")).to_have_text("Saved.")
        shoot(options, "options")

        chat = context.new_page()
        chat.goto("https://chatgpt.com/chatgpt.html")
        flag = chat.get_by_test_id("plumbline-flag")
        expect(flag).to_have_count(1)
        shoot(chat, "chat-page-with-flag")
        with context.expect_page() as opened:
            flag.click()
        review = opened.value
        review.set_viewport_size({"width": 1180, "height": 900})

        # Both are seen as removed, in the prompt and in the answer, before anything is sent.
        expect(review.get_by_test_id("prompt-original").get_by_test_id("removal")).to_have_text(
            [EMAIL, KEY]
        )
        expect(review.get_by_test_id("prompt-redacted").get_by_test_id("placeholder")).to_have_text(
            ["[EMAIL_1]", "[SECRET_1]"]
        )
        expect(review.get_by_test_id("response-redacted")).to_contain_text(
            "I will write to [EMAIL_1]"
        )
        expect(review.get_by_test_id("send")).to_be_disabled()
        assert system.rows("SELECT count(*) FROM reports_report") == [(0,)]
        review.get_by_test_id("symptom-wrong_answer").check()
        review.get_by_test_id("domain").select_option("distributed-training")
        review.get_by_test_id("say-more").locator("summary").click()
        review.get_by_test_id("comment-edit").fill(
            "It ignored the question. Ask casey.rivers@example.org"
        )
        expect(review.get_by_test_id("comment-redacted")).to_contain_text("[EMAIL_1]")
        preview = json.loads(review.get_by_test_id("preview").text_content() or "")
        assert EMAIL not in json.dumps(preview)
        assert KEY not in json.dumps(preview)
        shoot(review, "review")
        review.get_by_test_id("consent").check()
        review.get_by_test_id("send").click()
        expect(review.get_by_test_id("held-state")).to_be_visible()
        shoot(review, "sent")

        # A real worker releases it; the public page shows it without them.
        report_id = preview["id"]
        wait_for("the released report", lambda: system.rows(
            "SELECT 1 FROM reports_report WHERE id = %s AND state = 'released'", report_id))  # fmt: skip
        public = context.new_page()
        public.goto(f"{system.url}/reports/{report_id}/")
        expect(public.locator("main")).to_contain_text("[EMAIL_1]")
        expect(public.locator("main")).to_contain_text(CANARY)
        content = public.content()
        assert EMAIL not in content
        assert KEY not in content
        shoot(public, "public-report")
        public.goto(f"{system.url}/reports/?q={CANARY}")
        expect(public.locator("main")).to_contain_text("1 report")
        shoot(public, "explorer-search")

        # What is public is what was shown: the stored texts equal the preview's.
        stored = requests.get(f"{system.url}/api/v1/reports/{report_id}/", timeout=30).json()
        for field in ("prompt", "response", "comment"):
            assert stored[field] == preview[field]
        assert CANARY in dataset_text(system)

        popup = extension_page(context, "popup")
        state = popup.get_by_test_id("report").get_by_test_id("state")
        expect(state).to_have_text("public")
        shoot(popup, "popup-public")

        # The receipt's key works without the extension too.
        receipt = popup.get_by_test_id("receipt")
        receipt.locator("summary").click()
        public.goto(f"{system.url}/withdraw/")
        public.get_by_label("Receipt key").fill(receipt.locator("code").inner_text())
        public.get_by_role("button", name="Show its state").click()
        expect(public.locator("main")).to_contain_text(report_id)
        expect(public.locator("main dl")).to_contain_text("released")
        shoot(public, "receipt-page")

        popup.get_by_test_id("withdraw").click()
        popup.get_by_test_id("withdraw").click()
        expect(state).to_have_text("withdrawn")
        shoot(popup, "popup-withdrawn")

        # Gone from page, list, API and the next dataset; the old dataset is no longer served.
        assert public.goto(f"{system.url}/reports/{report_id}/").status == 404
        shoot(public, "gone")
        public.goto(f"{system.url}/reports/?q={CANARY}")
        expect(public.locator("main")).to_contain_text("0 reports")
        answer = requests.get(f"{system.url}/api/v1/reports/{report_id}/", timeout=30)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "report_unknown")
        assert CANARY not in dataset_text(system)
        older = requests.get(f"{system.url}/api/v1/datasets/", timeout=30).json()["results"][1]
        assert older["is_served"] is False
        for address in addresses_of(system, older["version"]):
            assert requests.get(address, timeout=30).status_code == 410
        context.close()

    for value in (EMAIL, KEY, CANARY):
        assert value not in system.logs()
    (rows,) = system.rows("SELECT count(*) FROM reports_report WHERE prompt <> ''")
    assert rows == (0,)
