"""What the flags cost a chat page: main-thread time in Chromium.

`make bench BENCH=flags`. Pages are generated: 300 and 3,000 invented answers with prose, code and
controls, built as ChatGPT builds them; then some seconds of an answer being written, word by word.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from playwright.sync_api import BrowserContext, CDPSession, Page, sync_playwright
from tqdm import tqdm

from tests.e2e.browser import chat_page_server, launch

REPEATS = 5
LOAD_SECONDS = 3
IDLE_SECONDS = 3
WRITING_SECONDS = 5
# Invented.
PARAGRAPH = "Save a checkpoint of every shard before the job is moved, and compare the counts. " * 4
CODE = "def shard(n):\n    return n // 4\n" * 6
TURN = """<section data-testid="conversation-turn-{0}">
<div data-message-author-role="user" data-message-id="u{0}">
<div class="whitespace-pre-wrap">How do I shard example {0}?</div></div><button>Edit</button></section>
<section data-testid="conversation-turn-{1}">
<div data-message-author-role="assistant" data-message-id="a{1}" data-message-model-slug="gpt-4o">
<div class="markdown prose"><p>{2}</p><ul><li>One</li><li>Two</li></ul>
<pre><code class="language-python">{3}</code></pre><p>{2}</p></div></div>
<div><button>Copy</button><button>Good</button><button>Bad</button><button>Share</button></div></section>"""
WRITE = """seconds => new Promise(done => {
  const answers = [...document.querySelectorAll('[data-message-author-role=assistant]')];
  const text = answers.at(-1).querySelector('p');
  const end = performance.now() + seconds * 1000;
  const word = () => {
    if (performance.now() > end) return done();
    text.append(document.createTextNode(' word')); setTimeout(word, 25);
  };
  word();
})"""


def page_of(n_answers: int) -> bytes:
    turns = "".join(TURN.format(2 * n + 1, 2 * n + 2, PARAGRAPH, CODE) for n in range(n_answers))
    return (
        f"<!doctype html><html><head><title>Chat</title></head><body><main>{turns}</main>".encode()
    )


def spent_ms(session: CDPSession, work: Callable[[], object]) -> float:
    """Main-thread time in the extension's scripts, and in what they call, during the work."""
    session.send("Profiler.start")
    work()
    profile = session.send("Profiler.stop")["profile"]
    nodes = {node["id"]: node for node in profile["nodes"]}
    parents = {child: node["id"] for node in profile["nodes"] for child in node.get("children", [])}

    @cache
    def is_ours(node: int) -> bool:
        if nodes[node]["callFrame"]["url"].startswith("chrome-extension://"):
            return True
        return node in parents and is_ours(parents[node])

    samples = zip(profile["samples"], profile["timeDeltas"], strict=True)
    return sum(delta for node, delta in samples if is_ours(node)) / 1000


def measure(context: BrowserContext, size: int) -> dict[str, float]:
    page: Page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Profiler.enable")
    session.send("Profiler.setSamplingInterval", {"interval": 100})

    def load() -> None:
        page.goto(f"https://chatgpt.com/{size}", wait_until="load")
        time.sleep(LOAD_SECONDS)

    found = {
        "load, ms": spent_ms(session, load),
        "idle, % of the time": spent_ms(session, lambda: time.sleep(IDLE_SECONDS))
        / IDLE_SECONDS
        / 10,
        "while an answer is written, % of the time": spent_ms(
            session, lambda: page.evaluate(WRITE, WRITING_SECONDS)
        )
        / WRITING_SECONDS
        / 10,
    }
    page.close()
    return found


def main() -> None:
    sizes = [300, 3000]
    with (
        chat_page_server({f"/{size}": page_of(size) for size in sizes}) as port,
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as profile,
        tqdm(total=len(sizes) * REPEATS, desc="pages", unit="page") as bar,
    ):
        context = launch(playwright, Path(profile), port)
        for size in sizes:
            runs = []
            for _ in range(REPEATS):
                runs.append(measure(context, size))
                bar.update()
            for name in runs[0]:
                median = statistics.median(run[name] for run in runs)
                bar.write(f"{size:5} answers: {name:42} {median:6.2f}")
        context.close()


if __name__ == "__main__":
    main()
