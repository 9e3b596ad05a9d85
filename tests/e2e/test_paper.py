"""Pages on paper and with what strangers write: nothing is cut off, nothing reaches beyond its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from tests.e2e.browser import launch_plain
from tests.e2e.system import ROOT
from tests.factories import make_report

pytestmark = pytest.mark.django_db
STATIC = ROOT / "backend" / "explorer" / "static" / "explorer"
PAPER = {"width": 700, "height": 1000}  # A4 between margins of 12 mm
PHONE = {"width": 320, "height": 640}
BEYOND = """selector => [...document.querySelectorAll(selector)]
  .filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent)"""
HEAP = "\u0301" * 150


@contextmanager
def shown(html: bytes, size: dict[str, int], **media: Any) -> Iterator[Page]:
    """A page that was rendered before, with the style sheets of the sources."""

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[-1]
        if name == "page":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif name.endswith(".css"):
            route.fulfill(path=STATIC / f"{name.split('.')[0]}.css")
        else:
            route.abort()

    with sync_playwright() as playwright, launch_plain(playwright) as browser:
        page = browser.new_page(viewport=size)
        page.emulate_media(**media)
        page.route("**/*", answer)
        page.goto("http://127.0.0.1/page")
        yield page


def test_the_dictionary_is_on_paper_with_its_columns_and_no_command_is_cut_off(visitor) -> None:
    with shown(visitor.get("/data/").content, PAPER, media="print") as page:
        tables = page.locator("#dictionary ~ details table")
        assert tables.count() > 10
        assert all(table.is_visible() for table in tables.all())
        assert page.evaluate(BEYOND, "pre, html") == []


def test_a_long_line_of_an_answers_code_goes_on_in_the_next_line_of_the_paper(visitor) -> None:
    report = make_report(response=f"So:\n\n```python\nx = '{'a b' * 200}'\n```\n")
    html = visitor.get(f"/reports/{report.pk}/").content
    with shown(html, PAPER, media="print") as page:
        assert page.locator(".code code").count() == 1
        assert page.evaluate(BEYOND, ".code code, html") == []


def test_a_list_on_paper_offers_no_way_to_filters_that_are_not_there(visitor) -> None:
    make_report()
    with shown(visitor.get("/reports/").content, PAPER, media="print") as page:
        assert page.locator("ul.rows > li").count() == 1
        assert not page.locator(".to-facets").is_visible()


@pytest.mark.parametrize("size", [PHONE, PAPER], ids=["320", "700"])
def test_a_prompt_of_one_long_word_does_not_widen_the_list(visitor, size) -> None:
    make_report(prompt="A" * 400)
    with shown(visitor.get("/reports/").content, size) as page:
        assert page.locator("ul.rows > li").count() == 1
        assert page.evaluate(BEYOND, "html") == []


def test_marks_heaped_upon_a_letter_do_not_reach_the_next_report(visitor) -> None:
    make_report(prompt="an ordinary question, before")
    make_report(prompt="the heap", response=f"a{HEAP} " * 4)
    make_report(prompt="an ordinary question, after")
    with shown(visitor.get("/reports/").content, PAPER) as page:
        heaped = page.locator("ul.rows > li", has_text="the heap")
        others = page.locator("ul.rows > li", has_text="ordinary").locator(".excerpt").all()
        assert heaped.locator(".excerpt").count() == 1
        before = [other.screenshot() for other in others]
        heaped.evaluate("each => each.style.visibility = 'hidden'")
        assert len(others) == 2
        assert [other.screenshot() for other in others] == before
