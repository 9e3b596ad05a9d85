"""Ratings and exposures: from an answer that finishes on a chat page to the server's tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.e2e.browser import chat_page_server, extension_page, fixture_pages, launch
from tests.e2e.system import System, wait_for

SECRET = "watermelon"
# A new turn, as the chat page draws it when an answer has been finished.
FINISH = """n => {
  const main = document.querySelector('main');
  const turns = [...main.querySelectorAll('article')].slice(0, 2).map(turn => turn.cloneNode(true));
  for (const turn of turns) {
    turn.querySelector('[data-message-id]').dataset.messageId += n;
    turn.querySelectorAll('plumbline-flag').forEach(flag => flag.remove());
  }
  turns[0].querySelector('.whitespace-pre-wrap').textContent = `Question ${n}: how do I shard a checkpoint?`;
  turns[1].querySelector('p').textContent = `Answer ${n}: one file for each rank.`;
  main.querySelector('form').before(...turns);
}"""
# The draw is as likely as ever; here its number comes out as the one that asks.
DRAWN = "() => { crypto.getRandomValues = array => array.fill(0); }"
AS_EVER = "() => { delete crypto.getRandomValues; }"
ALARM = "() => chrome.alarms.create('controls', { when: Date.now() + 50, periodInMinutes: 30 })"
CONTROLS = "() => chrome.storage.local.get('controls').then(({ controls }) => controls)"
DUE_NOW = """() => chrome.storage.local.get('controls').then(({ controls }) => {
  controls.outgoing.forEach(one => { one.notBefore = 0; });
  return chrome.storage.local.set({ controls });
})"""
WEEK_OVER = """() => chrome.storage.local.get('controls').then(({ controls }) => {
  const day = new Date(`${controls.weeks[0].monday}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() - 7);
  controls.weeks[0].monday = day.toISOString().slice(0, 10);
  return chrome.storage.local.set({ controls });
})"""


def controls(page: Page) -> dict[str, Any]:
    return page.evaluate(CONTROLS) or {}


def turn_controls_on(context: BrowserContext, server: str) -> Page:
    options = extension_page(context, "options")
    options.get_by_test_id("server").fill(server)
    expect(options.get_by_test_id("ratings")).not_to_be_checked()
    expect(options.get_by_test_id("exposures")).not_to_be_checked()
    options.get_by_test_id("ratings").check()
    options.get_by_test_id("exposures").check()
    options.get_by_test_id("save").click()
    expect(options.get_by_test_id("said")).to_have_text("Saved.")
    return options


def test_a_rating_and_a_week_of_exposures_arrive(system: System, tmp_path: Path) -> None:
    with chat_page_server(fixture_pages()) as chat_port, sync_playwright() as playwright:
        context = launch(playwright, tmp_path / "profile", chat_port)
        chat = context.new_page()
        chat.goto("https://chatgpt.com/chatgpt.html")
        expect(chat.get_by_test_id("plumbline-flag")).to_have_count(1)

        # Off: an answer that finishes is neither counted nor asked about.
        chat.evaluate(FINISH, 1)
        expect(chat.get_by_test_id("plumbline-flag")).to_have_count(2)
        options = turn_controls_on(context, system.url)
        assert controls(options).get("weeks", []) == []

        context.service_workers[0].evaluate(DRAWN)
        chat.bring_to_front()
        chat.evaluate(FINISH, 2)
        chat.get_by_test_id("rate-not_fine").click()
        expect(chat.get_by_test_id("rate-not_fine")).to_have_count(0)
        context.service_workers[0].evaluate(AS_EVER)
        page = extension_page(context, "controls")
        expect(page.get_by_test_id("week")).to_contain_text("ChatGPT")
        waiting = page.get_by_test_id("waiting").get_by_test_id("body")
        expect(waiting).to_have_count(1)
        shown = waiting.locator("pre").text_content() or ""
        assert json.loads(shown)["sampling_probability"] == 0.02
        for text in (SECRET, "Question 2", "Answer 2", "shard a checkpoint"):
            assert text not in shown

        # The hold is over: it goes, byte for byte, and no second answer of the day is asked about.
        page.evaluate(DUE_NOW)
        page.evaluate(ALARM)
        expect(page.get_by_test_id("sent").locator("pre")).to_have_text(shown)
        assert system.rows(
            "SELECT verdict, sampling_probability, site_id FROM measurements_rating"
        ) == [("not_fine", 0.02, "chatgpt")]
        chat.bring_to_front()
        chat.evaluate(FINISH, 3)
        wait_for("the second count", lambda: controls(page)["weeks"][0]["seen"] == 2)
        expect(chat.get_by_test_id("rate-fine")).to_have_count(0)

        # The week is over: one body for each site that is on, with noise in every cell.
        page.evaluate(WEEK_OVER)
        page.evaluate(ALARM)
        wait_for("the week's body", lambda: len(controls(page)["outgoing"]) == 1)
        (body,) = [json.loads(one["body"]) for one in controls(page)["outgoing"]]
        assert (body["site"], body["epsilon"], body["clip_max"]) == ("chatgpt", 2, 20)
        assert SECRET not in json.dumps(body)
        page.evaluate(DUE_NOW)
        page.evaluate(ALARM)
        expect(page.get_by_test_id("sent").get_by_test_id("body")).to_have_count(2)
        rows = system.rows("SELECT coalesce(domain_id, ''), count FROM measurements_exposure")
        assert sorted(rows) == sorted(
            (cell["domain"] or "", cell["count"]) for cell in body["counts"]
        )

        # Off again: what was gathered is forgotten.
        options.bring_to_front()
        options.get_by_test_id("exposures").uncheck()
        options.get_by_test_id("save").click()
        wait_for("the forgotten weeks", lambda: controls(page)["weeks"] == [])
        context.close()
