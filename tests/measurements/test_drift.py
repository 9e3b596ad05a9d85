"""Structures of pages that could not be read: no text, for maintainers only, gone after 90 days."""

from __future__ import annotations

import json

import pytest

from backend.measurements.models import DriftReport
from backend.measurements.services import drift_report_submit, expired_erase
from tests.payloads import make_drift_payload

URL = "/api/v1/drift-reports/"
pytestmark = pytest.mark.usefixtures("catalogue", "clock")


def send(client, payload):
    return client.post(URL, payload, content_type="application/json")


def node(n_attributes: int = 0) -> dict:
    name = "a" * 40
    return {"depth": 1, "tag": "p", "classes": [], "attributes": [name] * n_attributes,
            "text_length": 3}  # fmt: skip


def test_the_structure_is_stored_for_the_maintainers(visitor, moderator) -> None:
    payload = make_drift_payload(nodes=[node(), node(2)])
    assert send(visitor, payload).status_code == 201
    report = DriftReport.objects.get()
    assert (report.site_id, report.adapter, report.extension_version) == (
        "chatgpt", "chatgpt", "0.1.0",
    )  # fmt: skip
    assert report.nodes == payload["nodes"]
    page = moderator.get(f"/admin/measurements/driftreport/{report.pk}/change/")
    assert page.status_code == 200
    assert b"text_length" in page.content
    assert visitor.get(URL).status_code == 405


def test_the_same_page_sent_twice_is_stored_once(visitor) -> None:
    payload = make_drift_payload()
    assert [send(visitor, payload).status_code for _ in range(2)] == [201, 200]
    refused = send(visitor, payload | {"nodes": [node()]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "drift_id_conflict")
    assert DriftReport.objects.get().nodes == payload["nodes"]


def test_an_unknown_site_is_refused(visitor) -> None:
    error = send(visitor, make_drift_payload(site="nowhere")).json()["error"]
    assert (error["code"], list(error["fields"])) == ("drift_rule_broken", ["site"])
    assert DriftReport.objects.count() == 0


def test_a_page_that_is_too_long_is_refused(visitor) -> None:
    # A node as JSON has 75 characters, 42 more for its first name and 44 for each further one; two
    # between nodes: 515 each with ten names. 389 nodes have 200,335 characters, 388 have 199,820.
    assert [len(json.dumps(node(n))) for n in (0, 1, 2)] == [75, 117, 161]
    nodes = [node(10)] * 389
    error = send(visitor, make_drift_payload(nodes=nodes)).json()["error"]
    assert error["code"] == "drift_too_long"
    assert DriftReport.objects.count() == 0
    assert send(visitor, make_drift_payload(nodes=nodes[1:])).status_code == 201


def test_long_pages_cost_more_of_the_hourly_limit(visitor, settings) -> None:
    settings.SUBMISSIONS_PER_HOUR = 8
    long = make_drift_payload(nodes=[node(1)] * 400)  # 400 * 119 characters: five units
    assert [send(visitor, long).status_code for _ in range(2)] == [201, 429]


def test_it_is_gone_after_90_days(clock) -> None:
    drift_report_submit(payload=make_drift_payload())
    clock.move_to("2027-02-21T00:00:00Z", tick=False)
    assert expired_erase() == (0, 0)
    clock.move_to("2027-02-22T00:00:00Z", tick=False)
    assert expired_erase() == (0, 1)
    assert DriftReport.objects.count() == 0


def test_the_sweep_is_on_the_schedule() -> None:
    from backend.celery import app

    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert "backend.measurements.tasks.expired_erase" in tasks
