"""From a new install to a contributor who counts: the real extension, server and keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.browser import chat_page_server, extension_page, fixture_pages, launch
from tests.e2e.door import Door
from tests.e2e.system import System, wait_for
from tests.e2e.test_bad_days import expect_state, reviewed
from tests.e2e.test_controls import ALARM, DRAWN, DUE_NOW, FINISH, controls

KEPT = "() => chrome.storage.local.get('credentials').then(({ credentials }) => credentials ?? {})"
STEP_NOW = """async () => {
  const { credentials } = await chrome.storage.local.get('credentials');
  credentials.plan.at = 0;
  await chrome.storage.local.set({ credentials });
  await chrome.storage.session.remove('sentAt');  // as if the last report had gone a while ago
}"""
# At most one answer of a day is asked about: this makes it another day.
ANOTHER_DAY = """() => chrome.storage.local.get('controls').then(({ controls }) => {
  controls.draw = null;
  return chrome.storage.local.set({ controls });
})"""
FOUR_WEEKS_AGO = """() => chrome.storage.local.get('credentials').then(({ credentials }) => {
  const day = new Date(`${credentials.start.endsOn}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() - 28);
  credentials.start.endsOn = day.toISOString().slice(0, 10);
  return chrome.storage.local.set({ credentials });
})"""
AWAY = "127.1.2.3"
"""An address that is not the machine's own network, as far as the server can tell."""


def kept(page: Page) -> dict[str, Any]:
    return page.evaluate(KEPT)


def take_step(page: Page, step: str) -> None:
    """Wakes the extension: it plans the step, hours ahead, and then takes it."""
    page.evaluate(ALARM)
    wait_for(f"the plan of {step}", lambda: (kept(page).get("plan") or {}).get("step") == step)
    page.evaluate(STEP_NOW)
    page.evaluate(ALARM)


def counted(system: System) -> list[bool]:
    return sorted(row[0] for row in system.rows("SELECT is_counted FROM reports_receipt"))


def test_an_install_becomes_a_contributor_who_counts(system: System, tmp_path: Path) -> None:
    system.manage(
        "shell", "-c", "from backend.credentials.services import keys_renew; keys_renew()"
    )
    with (
        chat_page_server(fixture_pages()) as chat_port,
        Door(system.url).opened() as door,
        sync_playwright() as playwright,
    ):
        door.address = AWAY
        context = launch(playwright, tmp_path / "profile", chat_port)
        options = extension_page(context, "options")
        options.get_by_test_id("server").fill(door.url)
        options.get_by_test_id("hold").fill("0")
        options.get_by_test_id("ratings").check()
        options.get_by_test_id("save").click()
        expect(options.get_by_test_id("said")).to_have_text("Saved.")
        standing = options.get_by_test_id("standing")
        expect(standing).to_have_attribute("data-standing", "own")

        # New: its report is stored, and does not count.
        review = reviewed(context)
        review.get_by_test_id("send").click()
        expect_state(review, "pending")
        assert counted(system) == [False]
        review.close()

        take_step(options, "start")
        wait_for("the start", lambda: kept(options).get("start"))

        # Five questions of five days are answered, and each brings its stamp.
        chat = context.new_page()
        chat.goto("https://chatgpt.com/chatgpt.html")
        expect(chat.get_by_test_id("plumbline-flag")).to_have_count(1)
        for number in range(1, 6):
            context.service_workers[0].evaluate(DRAWN)
            chat.bring_to_front()
            chat.evaluate(FINISH, number)
            chat.get_by_test_id("rate-fine").click()
            expect(chat.get_by_test_id("rate-fine")).to_have_count(0)
            context.service_workers[0].evaluate("() => { delete crypto.getRandomValues; }")
            # What this test writes over it would be lost: first it must be there, and then be gone.
            wait_for(f"rating {number}", lambda: controls(options).get("outgoing"))
            options.evaluate(DUE_NOW)
            options.evaluate(ALARM)
            wait_for(f"stamp {number}", lambda n=number: len(kept(options)["rated"]) == n)
            wait_for("that it went", lambda: not controls(options)["outgoing"])
            options.evaluate(ANOTHER_DAY)

        # Four weeks pass, for the key as for the extension: it is established, for every site alike.
        with_days = (
            "begins_on = begins_on - 28, ends_on = ends_on - 28, signs_until = signs_until - 28"
        )
        system.change(f"UPDATE credentials_signingkey SET {with_days} WHERE purpose = 'start'")
        options.evaluate(FOUR_WEEKS_AGO)
        take_step(options, "establish")
        wait_for("the renewal", lambda: kept(options).get("renewal"))
        n_sites = system.rows("SELECT count(*) FROM catalogue_site")[0][0]
        assert len({one["tag"] for one in kept(options)["signatures"]}) == n_sites

        # Its next report counts; the first stays as it was.
        review = reviewed(context)
        review.get_by_test_id("send").click()
        expect_state(review, "pending")
        assert counted(system) == [False, True]
        stored = str(system.rows("SELECT * FROM credentials_spentcredential"))
        for one in kept(options)["signatures"]:
            assert one["tag"] not in stored
        context.close()
