"""A moderator, in a browser, reads what the server held back and releases it."""

from __future__ import annotations

from pathlib import Path

import requests
from playwright.sync_api import expect, sync_playwright

from tests.e2e.browser import launch_plain
from tests.e2e.system import System
from tests.payloads import make_payload

NAME, PASSWORD = "moderator", "not-a-real-password"


def test_a_moderator_releases_what_was_quarantined(system: System, artefacts: Path) -> None:
    payload = make_payload(prompt="Please ask casey.rivers@example.org about the restart.")
    answer = requests.post(f"{system.url}/api/v1/reports/", json=payload, timeout=60).json()
    assert answer["state"] == "quarantined"
    system.environment["DJANGO_SUPERUSER_PASSWORD"] = PASSWORD
    system.manage("createsuperuser", "--noinput", "--username", NAME, "--email", "")

    with sync_playwright() as playwright:
        browser = launch_plain(playwright)
        desk = browser.new_page()
        complaints: list[str] = []
        desk.on("console", lambda message: complaints.append(message.text))
        desk.goto(f"{system.url}/admin/reports/report/")
        desk.get_by_label("Username").fill(NAME)
        desk.get_by_label("Password").fill(PASSWORD)
        desk.get_by_role("button", name="Log in").click()
        desk.screenshot(path=artefacts / "desk-queue.png", full_page=True)
        desk.get_by_role("link", name=payload["id"]).click()
        expect(desk.locator("#content")).to_contain_text("Please ask [EMAIL_1] about the restart.")
        desk.get_by_label("Reason").fill("Nothing is left in it.")
        desk.screenshot(path=artefacts / "desk-report.png", full_page=True)
        desk.get_by_role("button", name="Release", exact=True).click()
        expect(desk.locator(".messagelist")).to_contain_text("1 decided.")

        public = browser.new_page()
        assert public.goto(f"{system.url}/reports/{payload['id']}/").status == 200
        expect(public.locator("main")).to_contain_text("Please ask [EMAIL_1] about the restart.")
        assert complaints == []
        browser.close()
    assert PASSWORD not in system.logs()
