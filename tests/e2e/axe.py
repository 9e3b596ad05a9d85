"""What the accessibility rules say about a page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.e2e.system import ROOT

AXE = (ROOT / "extension/node_modules/axe-core/axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """Each rule that is broken, with the elements that break it."""
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}" for one in found["violations"]
    ]
