"""Pages on paper and with what strangers write: nothing is cut off, nothing reaches beyond its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from tests.e2e.browser import launch_plain
from tests.e2e.system import ROOT
from tests.explorer.conftest import (
    OBSERVED,
    world,  # noqa: F401 - a fixture
)
from tests.factories import make_report

pytestmark = pytest.mark.django_db
STATIC = ROOT / "backend" / "explorer" / "static" / "explorer"
PAPER = {"width": 700, "height": 1000}  # A4 between margins of 12 mm
PHONE = {"width": 320, "height": 640}
BEYOND = """selector => [...document.querySelectorAll(selector)]
  .filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent)"""
HEAP = "\u0301" * 150


@contextmanager
def shown(
    html: bytes, size: dict[str, int], *, script: str = "", before: str = "", **media: Any
) -> Iterator[Page]:
    """A page that was rendered before, with the style sheets of the sources and, if named, one script."""

    def answer(route: Route) -> None:
        name = route.request.url.rsplit("/", 1)[-1]
        if name == "page":
            route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif name.endswith(".css"):
            route.fulfill(path=STATIC / f"{name.split('.')[0]}.css")
        elif script and name.startswith(script):
            route.fulfill(path=STATIC / f"{script}.js")
        else:
            route.abort()

    with sync_playwright() as playwright, launch_plain(playwright) as browser:
        page = browser.new_page(viewport=size)
        page.emulate_media(**media)
        page.add_init_script(before)
        page.route("**/*", answer)
        page.goto("http://127.0.0.1/page")
        yield page


def test_the_dictionary_is_on_paper_with_its_columns_and_no_command_is_cut_off(visitor) -> None:
    with shown(visitor.get("/data/").content, PAPER, media="print") as page:
        tables = on_paper(page, "#dictionary ~ details table")
        assert len(tables) > 10
        assert all(tables)
        assert page.evaluate(BEYOND, "pre, html") == []


def on_paper(page: Page, selector: str) -> list[bool]:
    """Whether each of these takes room on the page and is drawn."""
    return [
        each.evaluate("each => each.checkVisibility() && each.getBoundingClientRect().height > 5")
        for each in page.locator(selector).all()
    ]


def test_a_finding_on_paper_has_the_numbers_of_its_chart_and_its_citation(visitor, world) -> None:  # noqa: F811
    html = visitor.get(f"/findings/{world.finding.name}/").content
    with shown(html, PAPER, media="print") as page:
        assert page.locator("details[open]").count() == 0
        assert on_paper(page, "#when ~ details tbody tr") == [True] * len(OBSERVED)
        assert on_paper(page, "#bibtex, #bibtex-title, #citation") == [True] * 3
        assert on_paper(page, "#when ~ details:has(table) > summary") == [False], (
            "the caption says it"
        )
        assert page.evaluate(BEYOND, "pre, html") == []


def test_on_the_screen_it_stays_folded(visitor, world) -> None:  # noqa: F811
    html = visitor.get(f"/findings/{world.finding.name}/").content
    with shown(html, PAPER, media="screen") as page:
        assert not page.locator("#bibtex").is_visible()
        assert not page.locator("#when ~ details table").is_visible()


def test_what_would_fill_many_pages_says_that_it_is_left_out_unless_unfolded(visitor) -> None:
    """Some fifty pages of measured numbers, where somebody may want to read how it is judged."""
    with shown(visitor.get("/method/").content, PAPER, media="print") as page:
        tables = page.locator("#error-rates ~ details")
        first, second = tables.nth(0), tables.nth(1)
        assert "(folded, so not on the paper)" in first.locator("summary").inner_text()
        assert not first.locator("table").is_visible()
        first.evaluate("each => { each.open = true; }")
        assert first.locator("table").is_visible()
        assert not first.locator(".paper").is_visible()
        assert second.locator(".paper").is_visible()
    with shown(visitor.get("/method/").content, PAPER, media="screen") as page:
        assert not page.locator(".paper").first.is_visible()


@pytest.mark.parametrize("address", ["/", "/domains/distributed-training/"])
def test_every_folded_table_is_on_paper(visitor, world, address: str) -> None:  # noqa: F811
    with shown(visitor.get(address).content, PAPER, media="print") as page:
        tables = on_paper(page, "main details table")
        assert tables
        assert all(tables)


def test_folded_filters_are_not_on_paper(visitor, world) -> None:  # noqa: F811
    with shown(visitor.get("/findings/").content, PAPER, media="print") as page:
        assert (
            on_paper(page, "main details select") == [False] * page.locator("select").count() != []
        )


def test_where_style_sheets_cannot_unfold_a_script_does_and_folds_again(visitor, world) -> None:  # noqa: F811
    html = visitor.get(f"/findings/{world.finding.name}/").content
    older = "CSS.supports = () => false"
    with shown(html, PAPER, script="copy", before=older, media="screen") as page:
        page.locator("#bibtex-title").click()
        n_folds = page.locator("main details:not(.long)").count()
        assert n_folds > 1
        assert page.locator("main details.long").count() == 1
        for event in ("beforeprint", "beforeprint"):
            page.evaluate(f"window.dispatchEvent(new Event('{event}'))")
            assert page.locator("main details[open]").count() == n_folds
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator("main details[open]").count() == 1
        assert page.locator("#bibtex").is_visible()


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
