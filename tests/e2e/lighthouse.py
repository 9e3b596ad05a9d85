"""What Lighthouse says about pages, without its clocks: a shared machine would make those a lottery."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.browser import NO_OTHER_HOST, QUIET, chromium
from tests.e2e.system import ROOT

CATEGORIES = ["accessibility", "best-practices", "seo"]
WITHOUT_CLOCK = [
    "cumulative-layout-shift",
    "layout-shifts",
    "unsized-images",
    "uses-responsive-images",
    "uses-optimized-images",
    "modern-image-formats",
    "efficient-animated-content",
    "uses-text-compression",
    "uses-long-cache-ttl",
    "unminified-css",
    "unminified-javascript",
    "unused-css-rules",
    "unused-javascript",
    "duplicated-javascript",
    "legacy-javascript",
    "total-byte-weight",
    "redirects",
    "third-party-summary",
    "font-display",
    "no-document-write",
    "uses-passive-event-listeners",
    "non-composited-animations",
]
"""Of the category performance: what a page is made of. Not `offscreen-images`: a page has a picture or two of
some kB, and one that loads only when it is scrolled to is missing from a saved page."""

OUR_MEASURE = ["dom-size", "render-blocking-resources"]
"""Lighthouse rates these two by the time that they seem to cost; `of_our_measure` counts."""

ELEMENTS_MAX = 1400
"""Where Lighthouse begins to call a page too large."""

SETTINGS = {
    "formFactor": "mobile",
    "onlyCategories": CATEGORIES,
    "onlyAudits": [*WITHOUT_CLOCK, *OUR_MEASURE],
    "disableFullPageScreenshot": True,
    # It waits this long for a page that loads more later. Ours don't.
    "pauseAfterFcpMs": 250,
    "pauseAfterLoadMs": 250,
    "networkQuietThresholdMs": 250,
    "cpuQuietThresholdMs": 250,
}


def complaints(addresses: list[str], *, first: str) -> dict[str, set[str]]:
    """For each address, the ids of the audits that it does not pass in full, on a phone.

    `first` is a small page of the same site, opened before each: the browser's process for the site is then
    at work, and traced, when the navigation begins. From about:blank it starts a new one, whose first steps
    are missing from the trace on a busy machine.

    AssertionError if Lighthouse could not load a page, or left an audit out.
    """
    told = subprocess.run(
        ["node", Path(__file__).parent / "lighthouse.mjs"],
        input=json.dumps({
            "root": str(ROOT), "chromium": chromium(), "addresses": addresses,
            "args": [*QUIET, f"--host-resolver-rules={NO_OTHER_HOST}"],
            "config": {"extends": "lighthouse:default", "settings": {**SETTINGS, "blankPage": first}},
        }),
        stdout=subprocess.PIPE, text=True, check=True, timeout=600,
    ).stdout  # fmt: skip
    found = {one["requestedUrl"]: failed(one) for one in map(json.loads, told.splitlines())}
    assert list(found) == addresses
    return found


def failed(result: dict[str, Any]) -> set[str]:
    """The ids of the audits in one page's result that did not pass."""
    assert "runtimeError" not in result, result["runtimeError"]
    audits: dict[str, dict[str, Any]] = result["audits"]
    assert set(audits) >= {*WITHOUT_CLOCK, *OUR_MEASURE}
    assert all(result["categories"][name]["score"] is not None for name in CATEGORIES)
    found = {
        name
        for name, audit in audits.items()
        if name not in OUR_MEASURE
        and (audit["scoreDisplayMode"] == "error" or audit["score"] not in (None, 1))
    }
    return found | of_our_measure(audits)


def of_our_measure(audits: dict[str, dict[str, Any]]) -> set[str]:
    """Those of OUR_MEASURE that a page does not pass: it is too large, or waits for more than its styles."""
    found = set()
    if audits["dom-size"]["numericValue"] > ELEMENTS_MAX:
        found.add("dom-size")
    blocking = [row["url"] for row in audits["render-blocking-resources"]["details"]["items"]]
    if not all(url.endswith(".css") for url in blocking):
        found.add("render-blocking-resources")
    return found
