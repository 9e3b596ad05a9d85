"""Chat pages that mean harm, or are only very large."""

from __future__ import annotations

import html
import json
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.e2e.browser import chat_page_server, extension_id, extension_page, launch

TURN = """<article data-testid="conversation-turn-{n}-prompt">
<div data-message-author-role="user" data-message-id="u{n}">
<div class="whitespace-pre-wrap">{prompt}</div></div></article>
<article data-testid="conversation-turn-{n}">
<div data-message-author-role="assistant" data-message-id="a{n}" data-message-model-slug="gpt-4o">
<div class="markdown prose"><p>{answer}</p></div></div>
<div><button>Copy</button><button>Good</button></div></article>"""
MARKUP = "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'>"
SENTENCE = "Keep every shard where its rank can read it again. "
LONG = SENTENCE * (200_000 // len(SENTENCE))

# Everything that a page's own script can reach: it forges our messages, clicks our button, makes
# buttons that look like ours, and takes ours away.
ATTACK = """async id => {
  const exchange = { prompt: 'forged', response: 'forged', site: 'chatgpt', adapter: 'chatgpt' };
  for (const plumbline of ['exchangeFlagged', 'answerRated', 'answerFinished', 'outboxChanged']) {
    const message = { plumbline, payload: { exchange, skeleton: null } };
    window.postMessage(message, '*');
    document.dispatchEvent(new CustomEvent('plumbline', { detail: message }));
    try { chrome.runtime.sendMessage(id, message); } catch { }
  }
  const flag = document.querySelector('plumbline-flag');
  const button = flag.shadowRoot.querySelector('button');
  button.click();
  button.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true }));
  button.dispatchEvent(new PointerEvent('pointerup', { bubbles: true, composed: true }));
  button.focus();
  button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true }));
  document.querySelector('article').append(flag.cloneNode(true));
  const opened = [];
  for (const page of ['review', 'options', 'popup', 'controls']) {
    const frame = document.createElement('iframe');
    frame.src = `chrome-extension://${id}/${page}.html`;
    document.body.append(frame);
    await new Promise(done => { frame.onload = done; setTimeout(done, 500); });
    const answer = await fetch(frame.src).then(() => 'read', () => 'closed');
    opened.push(answer);
  }
  return opened;
}"""
TAKE_AWAY = """async times => {
  for (let n = 0; n < times; n++) {
    document.querySelectorAll('plumbline-flag').forEach(flag => flag.remove());
    await new Promise(done => setTimeout(done, 20));
  }
}"""


def page_of(turns: list[tuple[str, str]]) -> bytes:
    body = "".join(
        TURN.format(n=n, prompt=html.escape(prompt), answer=html.escape(answer))
        for n, (prompt, answer) in enumerate(turns, 1)
    )
    return f"<!doctype html><html><title>Chat</title><body><main>{body}</main>".encode()


def flagged(context: BrowserContext, chat: Page, answer: int) -> Page:
    """The review page that a person's click on the last flag opens."""
    with context.expect_page() as opened:
        chat.get_by_test_id("plumbline-flag").nth(answer).click()
    return opened.value


def stored(page: Page) -> dict[str, object]:
    return page.evaluate(
        "async () => ({ ...await chrome.storage.local.get('outbox'), ...await chrome.storage.session.get() })"
    )


def test_a_hostile_page_can_neither_speak_nor_click_for_a_person(tmp_path: Path) -> None:
    pages = {"/hostile": page_of([(f"How do I shard this? {MARKUP}", f"{MARKUP} {LONG}")])}
    with chat_page_server(pages) as chat_port, sync_playwright() as playwright:
        context = launch(playwright, tmp_path / "profile", chat_port)
        watching = extension_page(context, "popup")
        chat = context.new_page()
        chat.goto("https://chatgpt.com/hostile")
        flag = chat.get_by_test_id("plumbline-flag")
        expect(flag).to_have_count(1)
        n_pages = len(context.pages)
        assert chat.evaluate(ATTACK, extension_id(context)) == ["closed"] * 4
        frames = [frame.url for frame in chat.frames[1:]]
        assert [url for url in frames if url.startswith("chrome-extension://")] == []
        assert len(context.pages) == n_pages
        assert stored(watching) == {}

        # A flag that is taken away comes back once the page has come to rest.
        chat.evaluate(TAKE_AWAY, 50)
        expect(flag).to_have_count(1)

        # What the page says is shown as text, whole, and is too long to be sent as it is.
        review = flagged(context, chat, 0)
        expect(review.get_by_test_id("prompt-original")).to_contain_text(MARKUP)
        expect(review.get_by_test_id("response-original")).to_contain_text(MARKUP)
        assert len(review.get_by_test_id("response-original").text_content() or "") > 199_000
        assert review.evaluate("() => window.pwned") is None
        assert review.locator("main img, main script").count() == 0
        review.get_by_test_id("symptom-wrong_answer").check()
        review.get_by_test_id("consent").check()
        expect(review.get_by_test_id("problems")).to_contain_text("60,000")
        expect(review.get_by_test_id("send")).to_be_disabled()
        # Shortened, it goes.
        review.get_by_test_id("response-edit-button").click()
        review.get_by_test_id("response-edit").fill(f"{MARKUP} {SENTENCE}")
        expect(review.get_by_test_id("problems")).to_have_text("")
        review.get_by_test_id("consent").check()
        expect(review.get_by_test_id("send")).to_be_enabled()
        body = json.loads(review.get_by_test_id("preview").text_content() or "")
        assert body["response"] == f"{MARKUP} {SENTENCE}"
        context.close()


def test_three_thousand_answers_have_flags_where_the_person_looks(tmp_path: Path) -> None:
    turns = [(f"Question {n} about a shard", f"Answer {n}. {SENTENCE * 6}") for n in range(1, 3001)]
    with (
        chat_page_server({"/large": page_of(turns)}) as chat_port,
        sync_playwright() as playwright,
    ):
        context = launch(playwright, tmp_path / "profile", chat_port)
        chat = context.new_page()
        chat.goto("https://chatgpt.com/large")
        expect(chat.get_by_test_id("plumbline-flag").first).to_be_visible()
        assert chat.get_by_test_id("plumbline-flag").count() < 50
        chat.evaluate("() => document.querySelector('article:last-of-type').scrollIntoView()")
        last = chat.locator("article:last-of-type plumbline-flag")
        expect(last).to_have_count(1)
        assert chat.get_by_test_id("plumbline-flag").count() < 100
        review = flagged(context, chat, -1)
        expect(review.get_by_test_id("prompt-original")).to_have_text(turns[-1][0])
        expect(review.get_by_test_id("response-original")).to_contain_text("Answer 3000.")
        body = json.loads(review.get_by_test_id("preview").text_content() or "")
        assert body["circumstances"]["turn_index"] == 3000
        context.close()
