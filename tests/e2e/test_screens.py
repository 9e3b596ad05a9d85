"""Every screen of the extension, light and dark, wide and narrow: and axe finds nothing.

The pictures are kept: `test-artefacts/screens`, and those for the stores at the size they ask for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.e2e.axe import violations
from tests.e2e.browser import extension_page, launch
from tests.e2e.system import ROOT

PICTURES = ROOT / "test-artefacts" / "screens"
NO_SERVER = "http://127.0.0.1:9"

# Invented.
DRAFT = {
    "exchange": {
        "site": "chatgpt",
        "adapter": "chatgpt",
        "prompt": "My name is Casey Rivers (casey.rivers@example.org), of Blue Lantern Ltd. How do I "
        "resume an eight-way sharded training job that lost one shard?",
        "response": "Dear Casey Rivers,\n\nyou can simply start again from the beginning.\n\n"
        "```python\nresume(token='ghp_a8Kq2LmZ0xYw7Rt5Vb3Nc9Sd1Fg4Hj6Pe2U')\n```",
        "modelLabel": "gpt-4o",
        "modelLabelSource": "message_attribute",
        "circumstances": {
            "turnIndex": 2,
            "earlierTurns": 0,
            "hasAttachments": None,
            "hasTools": None,
            "notice": "none",
        },
    },
    "skeleton": None,
}
ENTRY = {
    "receiptKey": "0123456789abcdef0123456789abcdef",
    "server": NO_SERVER,
    "site": "chatgpt",
    "domain": "distributed-training",
    "createdOn": "2026-11-20",
    "notBefore": 0,
    "attempts": 0,
    "body": "",
    "withdrawnAt": None,
    "checkedOn": "2026-11-21",
    "message": "",
}
CONTROLS = {
    "draw": None,
    "question": None,
    "weeks": [
        {"monday": "2026-11-16", "seen": 1, "answers": [{"site": "chatgpt", "domain": "law"}]}
    ],
    "outgoing": [
        {
            "id": "rating-1",
            "kind": "rating",
            "server": NO_SERVER,
            "body": '{\n "verdict": "fine"\n}',
            "notBefore": 4_000_000_000_000,
            "expiresAt": 4_000_000_000_001,
            "attempts": 0,
        }
    ],
    "sent": [{"sentOn": "2026-11-20", "body": '{\n "verdict": "not_fine"\n}'}],
}
STATES = [
    {"status": "held", "serverState": None, "notBefore": 4_000_000_000_000},
    {"status": "refused", "serverState": None, "message": "The report breaks a rule."},
    {"status": "sent", "serverState": "released"},
    {"status": "sent", "serverState": "quarantined"},
    {"status": "sent", "serverState": "withdrawn"},
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        context = launch(playwright, tmp_path_factory.mktemp("profile"), 9)
        page = extension_page(context, "options")
        entries = [ENTRY | state | {"id": f"entry-{n}"} for n, state in enumerate(STATES)]
        page.evaluate("outbox => chrome.storage.local.set({outbox})", entries)
        page.evaluate("controls => chrome.storage.local.set({controls})", CONTROLS)
        page.evaluate("draft => chrome.storage.session.set({'draft-example': draft})", DRAFT)
        page.close()
        yield context
        context.close()


def open_screen(browser: BrowserContext, screen: str) -> Page:
    if screen == "popup":
        page = extension_page(browser, "popup")
        expect(page.get_by_test_id("report")).to_have_count(len(STATES))
    elif screen == "review":
        page = extension_page(browser, "review", "example")
        expect(page.get_by_test_id("removed-value").first).to_be_visible()
        for closed in page.locator("summary").all():
            closed.click()
    elif screen == "paste":
        page = extension_page(browser, "review")
        expect(page.get_by_test_id("prompt-edit")).to_be_visible()
    elif screen == "held":
        page = extension_page(browser, "review", "sent-entry-0")
        expect(page.get_by_test_id("undo")).to_be_visible()
    else:
        page = extension_page(browser, screen)
        expect(page.locator("h1")).to_be_visible()
    return page


@pytest.mark.parametrize(
    "screen", ["onboarding", "options", "popup", "review", "paste", "held", "controls"]
)
def test_a_screen_is_accessible(browser: BrowserContext, screen: str) -> None:
    page = open_screen(browser, screen)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for name, width in (("wide", 1180), ("narrow", 360)):
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=PICTURES / f"{screen}-{name}-{scheme}.png", full_page=True)
            assert violations(page) == [], (screen, name, scheme)
            overflow = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
            assert screen == "popup" or not page.evaluate(overflow), (screen, name)
    page.close()


def test_a_report_can_be_sent_with_the_keyboard_alone(browser: BrowserContext) -> None:
    page = extension_page(browser, "options")
    page.evaluate("draft => chrome.storage.session.set({'draft-keys': draft})", DRAFT)
    page.close()
    page = extension_page(browser, "review", "keys")
    expect(page.get_by_test_id("removed-value").first).to_be_visible()

    def tab_to(testid: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement?.dataset.testid") == testid:
                return
        raise AssertionError(f"The Tab key does not reach {testid}.")

    tab_to("symptom-shallow_answer")
    page.keyboard.press("Space")
    tab_to("consent")
    page.keyboard.press("Space")
    expect(page.get_by_test_id("send")).to_be_enabled()
    tab_to("send")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("held-state")).to_have_attribute("data-state", "held")
    tab_to("undo")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("undone")).to_be_visible()
    page.close()


def test_pictures_for_the_stores(browser: BrowserContext) -> None:
    """1280 by 800, as the stores ask for."""
    for screen in ("review", "popup", "onboarding"):
        page = open_screen(browser, screen)
        page.set_viewport_size({"width": 1280, "height": 800})
        page.emulate_media(color_scheme="light")
        page.evaluate("scrollTo(0, 0)")
        picture = Path(PICTURES / f"store-{screen}.png")
        page.screenshot(path=picture)
        # The PNG header: width and height are its bytes 16 to 24.
        assert picture.read_bytes()[16:24] == (1280).to_bytes(4, "big") + (800).to_bytes(4, "big")
        page.close()
