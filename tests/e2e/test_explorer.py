"""Every page type of the explorer in a real browser: accessible, valid, light, still, and ours alone.

On the SIMULATED episode, on a desk and on a phone, light and dark, in other languages too. The pictures are
kept: `test-artefacts/explorer`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Response,
    expect,
    sync_playwright,
)

from tests import routes
from tests.e2e.axe import violations
from tests.e2e.browser import launch_plain
from tests.e2e.lighthouse import complaints
from tests.e2e.slow_line import slow_line
from tests.e2e.system import ROOT, System

PICTURES = ROOT / "test-artefacts" / "explorer"
PAGE_BYTES_MAX = 150_000
"""Of a page with all its assets, as they travel."""

SHIFT_MAX = 0.0
DESK: Any = {"width": 1280, "height": 900}
LOOKS: list[dict[str, Any]] = [
    {"name": "desk", "viewport": DESK, "color_scheme": "light"},
    {"name": "phone-dark", "viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
]
WIDTHS = (768, 320)
"""At which nothing may scroll sideways: a tablet, and a desk at four times its size (WCAG 1.4.10)."""
SHIFTS = """window.shift = 0; window.shifted = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    window.shift += entry.value;
    window.shifted.push(...entry.sources.map((one) => one.node?.outerHTML?.slice(0, 200)));
  }
}).observe({type: 'layout-shift', buffered: true});"""


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    """A running Plumbline with the SIMULATED episode, analysed, and a dataset."""
    data = Path(tempfile.mkdtemp(prefix="plumbline-explorer-"))
    data.chmod(0o711)  # for root: the database's account must reach its cluster in it
    running = System(data)
    try:
        running.prepare()
        for command in ("fill_demo", "run_analysis", "build_dataset"):
            running.manage(command)
        running.start("web", "worker", "beat")
        yield running
    finally:
        running.stop()
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="module")
def pages(system: System) -> dict[str, bytes]:
    """Every public page, as it is sent, by its address."""
    ids = ids_of(system)
    found = {}
    for route in dict.fromkeys([*routes.PUBLIC_PAGES, routes.WITHDRAW_PAGE]):
        address = route.format(**ids)
        answer = requests.get(system.url + address, timeout=60)
        assert answer.status_code == 200, address
        if answer.headers["Content-Type"].startswith("text/html"):
            found[address] = answer.content
    found["/nothing-here/"] = requests.get(f"{system.url}/nothing-here/", timeout=60).content
    return found


def ids_of(system: System) -> dict[str, str]:
    """What fills the placeholders of the table of routes."""

    def first(path: str, name: str) -> str:
        rows = requests.get(f"{system.url}/api/v1/{path}/", timeout=60).json()["results"]
        return str(rows[0][name])

    finding = first("findings", "id")

    def chart(kind: str) -> str:
        query = {"kind": kind, "subject": finding}
        rows = requests.get(f"{system.url}/api/v1/charts/", query, timeout=60).json()["results"]
        return str(rows[0]["id"])

    return {
        "chart": chart("finding"),
        "map": chart("map"),
        "report": first("reports", "id"),
        "finding": finding,
        "cluster": first("clusters", "id"),
        "version": first("datasets", "version"),
        "run": first("runs", "id"),
        "disclosure": first("disclosures", "id"),
    }


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    with sync_playwright() as playwright:
        running = launch_plain(playwright)
        yield running
        running.close()


def visit(context: BrowserContext, system: System, address: str) -> tuple[Page, list[str]]:
    """The page, fully loaded, and what is wrong with how it came."""
    page = context.new_page()
    wrong: list[str] = []
    answers: list[Response] = []
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - Playwright takes no built-in
    page.add_init_script(SHIFTS)
    page.goto(system.url + address, wait_until="networkidle")
    size = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
    if size > PAGE_BYTES_MAX:
        wrong.append(f"weight: {size:,} bytes with all assets")
    wrong += [
        f"foreign host: {answer.url}" for answer in answers if not answer.url.startswith(system.url)
    ]
    if (shift := page.evaluate("window.shift")) > SHIFT_MAX:
        wrong.append(f"layout shift: {shift} of {page.evaluate('window.shifted')}")
    return page, wrong


def sideways(page: Page) -> list[str]:
    """Whether the page scrolls sideways as it is, or narrower, also unfolded. Last: it is then narrow."""
    wrong = []
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    for width in (page.evaluate("window.innerWidth"), *WIDTHS):
        page.set_viewport_size({"width": width, "height": 844})
        root = "document.documentElement"
        if page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"):
            wrong.append(f"it scrolls sideways at {width} pixels")
    return wrong


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look["name"])
def test_every_page_is_accessible_light_still_and_ours(system, pages, browser, look) -> None:
    options = {name: value for name, value in look.items() if name != "name"}
    problems: dict[str, list[str]] = {}
    with browser.new_context(**options) as context:
        for number, address in enumerate(pages):
            page, wrong = visit(context, system, address)
            if address == "/nothing-here/":  # the browser itself tells the console of a 404
                wrong = [one for one in wrong if "404" not in one]
            wrong += violations(page)
            page.screenshot(path=PICTURES / f"{number:02}-{look['name']}.png", full_page=True)
            wrong += sideways(page)
            page.close()
            if wrong:
                problems[address] = wrong
        assert not context.cookies(), "readers get no cookie"
    assert problems == {}


def test_nothing_moves_while_a_page_comes_in_over_a_slow_line(system, pages, browser) -> None:
    """A number above its name, a column that a later row widens: drawn half, they would move."""
    moved = {}
    with slow_line(system.url) as line, browser.new_context(viewport=DESK) as context:
        for address in pages:
            page = context.new_page()
            page.add_init_script(SHIFTS)
            page.goto(line + address, wait_until="networkidle")
            if page.evaluate("window.shift"):
                moved[address] = page.evaluate("window.shifted")
            page.close()
    assert moved == {}


def test_every_page_is_valid_html(pages, tmp_path) -> None:
    """By html-validate's standard rules, without those of style."""
    (tmp_path / ".htmlvalidate.json").write_text(
        json.dumps({"root": True, "extends": ["html-validate:standard"], "rules": RULES_OF_STYLE})
    )
    for number, (address, body) in enumerate(pages.items()):
        (tmp_path / f"{number:02}.html").write_bytes(body + f"<!-- {address} -->".encode())
    tool = ROOT / "extension/node_modules/html-validate/bin/html-validate.mjs"
    told = tmp_path / "told.json"  # a pipe may be closed before node has written it all
    subprocess.run(
        ["node", str(tool), "--formatter", f"json={told}", str(tmp_path / "*.html")],
        cwd=tmp_path, check=False,
    )  # fmt: skip
    addresses = list(pages)
    assert {
        f"{addresses[int(Path(one['filePath']).stem)]}:{message['line']}: {message['message']}"
        for one in json.loads(told.read_text())
        for message in one["messages"]
    } == set()


MAIN_PAGES = [
    "/",
    "/findings/{finding}-now-at/",
    "/reports/",
    "/reports/{report}/",
    "/domains/distributed-training/",
    "/compare/?left=model:demo-aster-large&right=model:demo-brook-deep",
    "/map/",
    "/c/{chart}/",
    "/data/",
]


def test_the_main_pages_pass_lighthouse_without_its_clocks(system) -> None:
    """Accessibility, best practices and search in full, and what of performance is no time.

    Reports are kept from search engines on purpose: a withdrawal would not reach those. The data page is long
    on purpose: the dictionary of all tables can be searched and printed in one piece.
    """
    ids = ids_of(system)
    addresses = [
        requests.get(system.url + page.format(**ids), timeout=60).url for page in MAIN_PAGES
    ]
    expected: dict[str, set[str]] = {address: set() for address in addresses}
    expected[f"{system.url}/reports/"] = {"is-crawlable"}
    expected[f"{system.url}/reports/{ids['report']}/"] = {"is-crawlable"}
    expected[f"{system.url}/data/"] = {"dom-size"}
    assert complaints(addresses, first=f"{system.url}/healthz") == expected


RULES_OF_STYLE = {
    "void-style": "off",
    "no-trailing-whitespace": "off",
    "doctype-style": "off",
    "long-title": "off",
    "no-redundant-role": "off",  # a table that is stacked on a phone has to say that it is one
    "prefer-native-element": "off",
}


OTHERS = [code for code, _ in settings.LANGUAGES if code != "en"]


@pytest.mark.parametrize("language", OTHERS)
def test_pages_are_accessible_in_each_language(system, pages, browser, language) -> None:
    """The first page in every language; each other page in one of them, in turn."""
    problems: dict[str, list[str]] = {}
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        for address in ["/", *list(pages)[OTHERS.index(language) :: len(OTHERS)]]:
            path = f"/{language}{address}"
            if requests.get(system.url + path, timeout=60).status_code == 404:
                continue  # what is no page for people has no languages
            page, wrong = visit(context, system, path)
            wrong += violations(page)
            tongue = page.locator("html").get_attribute("lang")
            if str(tongue).lower() != language:
                wrong.append(f"it says that it is in {tongue}")
            wrong += sideways(page)
            page.close()
            if wrong:
                problems[path] = wrong
    assert problems == {}


def test_the_keyboard_reaches_the_content_first(system, browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(system.url)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.evaluate("location.hash") == "#content"


def test_pages_work_without_scripts(system, pages, browser) -> None:
    """What matters is in the page itself: a search, the first finding, the next page of reports."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{system.url}/reports/")
        page.get_by_role("searchbox").or_(page.locator("input[name=q]")).first.fill("checkpoint")
        page.locator("form[role=search] button[type=submit]").first.click()
        assert "q=checkpoint" in page.url
        assert page.locator("ul.rows > li").count() > 0
        page.goto(system.url)
        page.locator(".card a").first.click()
        assert "/findings/" in page.url


def test_back_and_forward_show_the_list_of_their_address(system, browser) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        count, words = page.locator("#listing-count"), page.locator("input[name=q]")
        page.goto(f"{system.url}/reports/")
        every = count.inner_text()
        words.fill("checkpoint")
        page.locator("form[role=search] button[type=submit]").click()
        expect(count).not_to_have_text(every)
        some = count.inner_text()
        page.locator("nav.pager a[rel=next]").click()
        page.wait_for_url("**cursor=**")
        second = page.locator("ul.rows a").first.get_attribute("href")
        page.go_back()
        expect(words).to_have_value("checkpoint")
        expect(page.locator("ul.rows a").first).not_to_have_attribute("href", str(second))
        page.go_back()
        expect(count).to_have_text(every)
        expect(words).to_have_value("")
        page.go_forward()
        expect(count).to_have_text(some)
        expect(words).to_have_value("checkpoint")


def test_what_is_to_be_cited_is_copied_with_one_click(system, pages, browser) -> None:
    """The whole text, also of what is folded away; and no button where it could do nothing."""
    address = next(one for one in pages if one.startswith("/findings/") and one.count("/") == 3)
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(system.url + address)
        page.locator("button[data-copy=citation]").click()
        expect(page.locator("button[data-copy=citation]")).to_have_text("Copied")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.locator("#citation").inner_text()
        page.locator("#bibtex-title").click()
        page.locator("button[data-copy=bibtex]").click()
        expect(page.locator("button[data-copy=bibtex]")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()").startswith("@misc{")
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(system.url + address)
        assert not page.locator("button[data-copy=citation]").is_visible()


@pytest.mark.parametrize("width", [720, 600, 300])
def test_a_frame_for_the_pages_of_others_holds_all_that_is_in_it(system, browser, width) -> None:
    ids = ids_of(system)
    for chart in (ids["chart"], ids["map"]):
        asked = {"url": f"{system.url}/c/{chart}/", "maxwidth": str(width)}
        told = requests.get(f"{system.url}/oembed/", asked, timeout=60).json()
        size = {"width": told["width"], "height": told["height"]}
        with browser.new_context(viewport=size) as context:
            page = context.new_page()
            page.goto(f"{system.url}/c/{chart}/embed/", wait_until="networkidle")
            needed = page.evaluate("document.documentElement.scrollHeight")
            assert needed <= told["height"], (chart, size)
