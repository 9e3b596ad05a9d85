"""docs/api.md: every snippet works as printed, against a real server on this machine."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.test.testcases import LiveServerThread, _StaticFilesHandler
from django.utils import timezone
from standardwebhooks import Webhook

from backend.access.services import api_key_create
from tests.factories import make_cell, make_finding, make_report, make_run, make_signal

GUIDE = (Path(__file__).resolve().parent.parent / "docs" / "api.md").read_text(encoding="utf-8")
SHELL = re.findall(r"^```sh\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
PYTHON = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def server(catalogue: None, settings, monkeypatch) -> Iterator[str]:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    connection = connections[DEFAULT_DB_ALIAS]
    connection.inc_thread_sharing()
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's own, to the end
    thread = LiveServerThread("127.0.0.1", _StaticFilesHandler, {connection.alias: connection})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    assert thread.error is None
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()
    connection.dec_thread_sharing()


def run(snippet: str, server: str, **environment: str) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", snippet.replace("https://plumbline.example", server)],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.loopback
def test_every_shell_snippet_works_as_printed(server: str) -> None:
    report = make_report(prompt="Why does the restart lose its state?")
    make_report(), make_report()
    now = make_run()
    finding = make_finding(run=now, representatives=(report,))
    make_cell(run=now)
    make_signal(run=now)
    _, key = api_key_create(name="A reader", per_minute=60)
    outputs = [
        run(snippet.replace("/12/", f"/{finding.pk}/").replace("=12", f"={finding.pk}"), server,
            PLUMBLINE_KEY=key)
        for snippet in SHELL
    ]  # fmt: skip
    first, pages, unchanged, keyed, error, feeds = outputs
    assert '"error":{' not in first + pages + keyed + feeds
    assert first.count('"model":"gpt-4-0613"') >= 4
    assert pages.count('"prompt"') == 3
    assert unchanged == "304\n"
    assert '"results":[{' in keyed
    assert '"code":"filter_unknown"' in error
    assert feeds.count(f"findings/{finding.pk}-{finding.slug}/#event-") >= 5


def test_the_snippet_for_receivers_tells_genuine_messages_from_others() -> None:
    (snippet,) = PYTHON
    names: dict[str, Any] = {}
    exec(snippet, names)
    is_genuine = names["is_genuine"]
    secret, now, body = "whsec_" + "QUJD" * 10 + "QUI=", timezone.now(), '{"data": "“x”"}'
    headers = {
        "webhook-id": "event-7", "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": "v1a,abc " + Webhook(secret).sign("event-7", now, body),
    }  # fmt: skip
    assert is_genuine(secret, headers, body.encode())
    assert not is_genuine(secret, headers, body.encode() + b" ")
    assert not is_genuine(secret, headers | {"webhook-id": "event-8"}, body.encode())
    assert not is_genuine("whsec_" + "QUJE" * 10 + "QUI=", headers, body.encode())
    old = now.replace(year=now.year - 1)
    late = headers | {
        "webhook-timestamp": str(int(old.timestamp())),
        "webhook-signature": Webhook(secret).sign("event-7", old, body),
    }
    assert not is_genuine(secret, late, body.encode())
