"""What the buttons of a report's page put on the clipboard: the texts as they were sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect, sync_playwright

from backend.reports.models import Report
from tests.e2e.browser import launch_plain
from tests.e2e.system import ROOT
from tests.factories import make_report

pytestmark = pytest.mark.django_db
STATIC = ROOT / "backend" / "explorer" / "static" / "explorer"
PROMPT = "Why does *this* fail for [NAME_1]?\n\n```python\nx = '<b>&amp;'\n```\n"
RESPONSE = "# Title\n\n- **bold** for [NAME_1]\n- `code`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```sh\nls\n```"


@contextmanager
def opened(visitor, address: str) -> Iterator[Page]:
    """A page of a report under its own rules for scripts; what it asks for later was rendered before."""
    answers = {
        query: visitor.get(address, {"view": "plain"} if query else {})
        for query in ("", "view=plain")
    }

    def answer(route: Route) -> None:
        name, _, query = route.request.url.rsplit("/", 1)[-1].partition("?")
        if name == "":
            page = answers[query]
            route.fulfill(body=page.content, headers=dict(page.headers))
        elif name.startswith("copy."):
            route.fulfill(path=STATIC / "copy.js")
        else:
            route.abort()

    with sync_playwright() as playwright, launch_plain(playwright) as browser:
        page = browser.new_page()
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.route("**/*", answer)
        page.goto(f"http://127.0.0.1{address}")
        yield page


def copied(page: Page, of: str) -> str:
    """The clipboard, once the button has said that it is done."""
    button = page.locator(f"button[data-copy={of}]")
    button.click()
    expect(button).to_have_text("Copied")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


@pytest.fixture
def report(visitor, clock) -> Report:
    found = make_report()
    Report.objects.filter(pk=found.pk).update(prompt=PROMPT, response=RESPONSE)
    return found


@pytest.mark.parametrize("view", ["", "?view=plain"], ids=["formatted", "plain"])
def test_both_texts_are_copied_with_their_markdown(visitor, report, view: str) -> None:
    with opened(visitor, f"/reports/{report.pk}/") as page:
        if view:
            page.goto(page.url + view)
        assert copied(page, "answer-text") == RESPONSE
        assert copied(page, "prompt-text") == PROMPT


def test_a_text_that_cannot_be_had_is_not_called_copied(visitor, report) -> None:
    with opened(visitor, f"/reports/{report.pk}/") as page:
        page.evaluate("navigator.clipboard.writeText('what was there')")
        page.route("**/*view=plain", lambda route: route.fulfill(status=503))
        button = page.locator("button[data-copy=answer-text]")
        button.click()
        expect(button).to_have_text("Copying failed")
        assert page.evaluate("navigator.clipboard.readText()") == "what was there"


def test_the_page_holds_a_long_answer_once(visitor, report) -> None:
    Report.objects.filter(pk=report.pk).update(response="**word** " * 3000)
    page = visitor.get(f"/reports/{report.pk}/").content.decode()
    assert page.count("word") == 3000
    assert page.count(' data-from="?view=plain"') == 2
