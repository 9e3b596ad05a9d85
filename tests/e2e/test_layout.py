"""A chat page looks the same with the extension: nothing moves, and nothing but the flags is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.e2e.browser import chat_page_server, extension_page, fixture_pages, launch
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


def styled_pages() -> dict[str, bytes]:
    """ChatGPT's fixture pages with a style."""
    found = fixture_pages(FIXTURES / "chatgpt") | fixture_pages()
    return {
        path: body.replace(b"</head>", f"{STYLE}</head>".encode()) for path, body in found.items()
    }


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
    with chat_page_server(styled_pages()) as port, sync_playwright() as playwright:
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
