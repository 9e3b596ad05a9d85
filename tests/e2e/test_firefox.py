"""The same flow in a real Firefox ESR, driven over WebDriver BiDi."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import requests

from tests.e2e.browser import chat_page_server, fixture_pages
from tests.e2e.system import ROOT, System, wait_for

EMAIL = "casey.rivers@example.org"
KEY = "sk-proj-Zq8vT2mXw4Lb7NcR9dKf3HsJ6pYgA1uE5iVoQxBt"


def firefox() -> str:
    """The browser's path: $FIREFOX, or the one that the system has."""
    found = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
    assert found, "No Firefox. `apt-get install firefox-esr`, or set FIREFOX to its path."
    return found


def test_a_report_is_sent_and_withdrawn_from_firefox(
    system: System, tmp_path: Path, artefacts: Path
) -> None:
    system.manage(
        "shell", "-c", "from backend.credentials.services import keys_renew; keys_renew()"
    )
    (tmp_path / "profile").mkdir()
    with chat_page_server(fixture_pages()) as chat_port:
        told = subprocess.run(
            ["node", Path(__file__).parent / "firefox.mjs"],
            input=json.dumps({
                "root": str(ROOT), "firefox": firefox(), "profile": str(tmp_path / "profile"),
                "server": system.url, "chatPort": chat_port, "pictures": str(artefacts),
            }),
            stdout=subprocess.PIPE, text=True, timeout=240, check=True,
        ).stdout  # fmt: skip
    seen: list[dict[str, Any]] = [json.loads(line) for line in told.splitlines()]
    by_name = {one["what"]: one["value"] for one in seen}
    # It solved the challenge, and what was signed unseen is now a signature of the server's key: RSA's
    # arithmetic and its check are those of this browser.
    key_id = by_name["start"]["credential"]["key_id"]
    purposes = system.rows("SELECT purpose FROM credentials_signingkey WHERE id = %s", key_id)
    assert purposes == [("start",)]
    assert by_name["label"] == "Report this answer to Plumbline"
    assert by_name["removed"] == [EMAIL, KEY]
    preview = by_name["preview"]
    assert EMAIL not in json.dumps(preview)
    assert KEY not in json.dumps(preview)
    assert [one["value"] for one in seen if one["what"] == "state"] == ["received", "withdrawn"]
    report = preview["id"]
    assert system.rows("SELECT state, prompt FROM reports_report WHERE id = %s", report) == [
        ("withdrawn", "")
    ]
    url = f"{system.url}/api/v1/reports/{report}/"
    wait_for("the report to be gone", lambda: requests.get(url, timeout=30).status_code == 404)
    # Firefox's Origin names the install: it must not have reached the server's log either.
    assert "moz-extension" not in system.logs()
