"""500 planted secrets and contacts, sent through the extension: none of them is found anywhere afterwards."""

from __future__ import annotations

import subprocess
from pathlib import Path

import requests
from playwright.sync_api import BrowserContext, expect, sync_playwright

from tests.e2e.browser import extension_page, launch
from tests.e2e.canaries import Canary, Planter
from tests.e2e.datasets import dataset_text
from tests.e2e.system import System, wait_for

REPORTS, EACH = 10, 50
SEED = 20_261_124


def everything_stored(system: System) -> str:
    """Every row of every table of the database, as text."""
    tables = system.rows(
        "SELECT schemaname, tablename FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    rows = [
        str(system.rows(f'SELECT t::text FROM "{schema}"."{table}" t')) for schema, table in tables
    ]
    return "\n".join(rows)


def send(context: BrowserContext, prompt: str, answer: str) -> str:
    """Sends one report through the review page, with nothing put back and nothing hidden by hand; its id."""
    review = extension_page(context, "review")
    review.get_by_test_id("prompt-edit").fill(prompt)
    review.get_by_test_id("response-edit").fill(answer)
    review.get_by_test_id("symptom-wrong_answer").check()
    review.get_by_test_id("consent").check()
    expect(review.get_by_test_id("send")).to_be_enabled(timeout=30_000)
    body = review.get_by_test_id("preview").text_content() or ""
    review.get_by_test_id("send").click()
    expect(review.get_by_test_id("held-state")).to_have_attribute(
        "data-state", "pending", timeout=60_000
    )
    review.close()
    return body


def test_nothing_planted_is_found(system: System, tmp_path: Path) -> None:
    planter = Planter(SEED)
    canaries: list[Canary] = []
    bodies = []
    with sync_playwright() as playwright:
        context = launch(playwright, tmp_path / "profile", 9)
        options = extension_page(context, "options")
        options.get_by_test_id("server").fill(system.url)
        options.get_by_test_id("hold").fill("0")
        options.get_by_test_id("save").click()
        expect(options.get_by_test_id("said")).to_have_text("Saved.")
        for _ in range(REPORTS):
            prompt, answer, planted = planter.exchange(EACH)
            canaries += planted
            bodies.append(send(context, prompt, answer))
        context.close()
    assert len({one.value for one in canaries}) == REPORTS * EACH
    count = "SELECT count(*) FROM reports_report WHERE state IN ('released', 'quarantined')"
    wait_for("all reports", lambda: system.rows(count) == [(REPORTS,)])
    pages = "".join(
        requests.get(f"{system.url}{path}", timeout=30).text
        for path in ("/reports/", "/api/v1/reports/?page_size=100", "/")
    )
    places = {
        "sent": "\n".join(bodies),
        "database": everything_stored(system),
        "logs": system.logs(),
        "pages": pages,
        "datasets": dataset_text(system),
        "files": _files(system),
    }
    found = [
        (place, one.kind, one.sentence)
        for place, text in places.items()
        for one in canaries
        if one.value in text
    ]
    assert found == []
    assert "How do I shard this job?" in places["database"]
    assert "How do I shard this job?" in places["datasets"]


def _files(system: System) -> str:
    """What lies in the data folder as files, the database's own included."""
    listed = subprocess.run(
        ["grep", "-rlaE", "How do I shard this job", str(system.data)],
        capture_output=True,
        text=True,
        check=False,
    )
    return "".join(
        Path(name).read_bytes().decode("utf-8", "replace") for name in listed.stdout.splitlines()
    )
