"""Processes are killed in the middle of their work; nothing acknowledged is lost or counted twice."""

from __future__ import annotations

import threading

import requests

from tests.e2e.system import System, wait_for
from tests.payloads import make_payload


def send(system: System, payload: dict) -> int:
    """Status of the answer; 0 where there was none."""
    try:
        return requests.post(f"{system.url}/api/v1/reports/", json=payload, timeout=60).status_code
    except requests.RequestException:
        return 0


def released(system: System) -> int:
    return system.rows("SELECT count(*) FROM reports_report WHERE state = 'released'")[0][0]


def test_a_worker_killed_during_an_analysis_leaves_one_complete_run(system: System) -> None:
    for _ in range(30):
        assert send(system, make_payload()) == 201
    wait_for("30 released reports", lambda: released(system) == 30)
    wait_for("their vectors", lambda: system.rows(
        "SELECT count(*) FROM reports_report WHERE embedding IS NULL")[0][0] == 0)  # fmt: skip

    system.rows(
        "INSERT INTO findings_analysisrun (state, queued_at, attempts, error, as_of, seed, config,"
        " method_version, embedding_model, input_digest, summary, resolutions,"
        " has_simulated, is_current, evidence_digest, incidents, scans)"
        " VALUES ('queued', now(), 0, '', '2026-11-23', 1, '{}', '', '', '', '{}', '{}', false, false,"
        " '', '[]', '[]')"
        " RETURNING id"
    )
    wait_for("a running analysis", lambda: system.rows(
        "SELECT 1 FROM findings_analysisrun WHERE state = 'running'"))  # fmt: skip
    system.kill("worker")
    assert system.rows("SELECT state, attempts FROM findings_analysisrun") == [("running", 1)]
    assert system.rows("SELECT count(*) FROM findings_reportdomain") == [(0,)]

    system.start("worker")
    wait_for("the run, done again", lambda: system.rows(
        "SELECT 1 FROM findings_analysisrun WHERE state = 'done'"))  # fmt: skip
    assert system.rows("SELECT state, attempts, is_current FROM findings_analysisrun") == [
        ("done", 2, True)
    ]
    assert system.rows("SELECT count(*), count(DISTINCT report_id) FROM findings_reportdomain") == [
        (30, 30)
    ]


def test_a_database_killed_during_submissions_keeps_what_was_acknowledged(system: System) -> None:
    payloads = [make_payload() for _ in range(120)]
    status: dict[str, int] = {}

    def submit(share: list[dict]) -> None:
        for payload in share:
            status[payload["id"]] = send(system, payload)

    threads = [threading.Thread(target=submit, args=(payloads[n::3],)) for n in range(3)]
    for thread in threads:
        thread.start()
    wait_for("the first thirty answers", lambda: len(status) >= 30)
    system.kill_database()
    for thread in threads:
        thread.join()

    wait_for("a database that is back", system._is_ready)
    stored = {str(row[0]) for row in system.rows("SELECT id FROM reports_report")}
    acknowledged = {report_id for report_id, code in status.items() if code == 201}
    assert len(acknowledged) >= 30
    assert acknowledged - stored == set()

    for payload in payloads:  # what the extension's outbox does: send again what got no answer
        if payload["id"] not in acknowledged:
            assert send(system, payload) in (200, 201)
    assert system.rows("SELECT count(*), count(DISTINCT id) FROM reports_report") == [(120, 120)]
    assert system.rows("SELECT count(*) FROM reports_receipt") == [(120,)]
