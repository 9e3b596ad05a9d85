"""Sending many reports at once."""

from __future__ import annotations

import pytest

from backend.common.errors import ConflictError, RuleError
from backend.reports.models import Report
from backend.reports.services import reports_submit_many
from tests.payloads import make_payload

URL = "/api/v1/reports/"
NOTHING = (0, 0, 0, 0)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def send(client, payload):
    return client.post(URL, payload, content_type="application/json")


def test_a_batch_answers_for_each_report_in_order(visitor, stored) -> None:
    first, wrong, last = make_payload(), make_payload(site="nowhere"), make_payload()
    response = send(visitor, [first, wrong, "no report", first, last])
    assert response.status_code == 207
    results = response.json()["results"]
    assert [result.get("id") for result in results] == [
        first["id"], None, None, first["id"], last["id"],
    ]  # fmt: skip
    assert results[1]["error"]["code"] == "report_rule_broken"
    assert results[2]["error"]["fields"] == {"body": ["The type must be one of: object."]}
    assert stored() == (2, 2, 0, 0)


def test_a_batch_of_which_nothing_is_stored_is_refused(visitor, stored) -> None:
    response = send(visitor, [make_payload(site="nowhere"), "no report"])
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["code"] == "batch_refused"
    assert {n: text.split(":")[0] for n, (text,) in error["fields"].items()} == {
        "0": "report_rule_broken",
        "1": "report_invalid",
    }
    assert stored() == NOTHING


@pytest.mark.parametrize("size", [0, 51])
def test_a_batch_that_is_empty_or_too_large_is_refused_whole(visitor, stored, size) -> None:
    response = send(visitor, [make_payload() for _ in range(size)])
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "batch_size_invalid"
    assert stored() == NOTHING


def test_a_batch_of_50_is_taken(visitor, stored) -> None:
    response = send(visitor, [make_payload() for _ in range(50)])
    assert response.status_code == 200
    assert {result["state"] for result in response.json()["results"]} == {"pending"}
    assert stored() == (50, 50, 0, 0)


@pytest.mark.parametrize(("n_chars", "status"), [(60_000, 200), (60_001, 400)])
def test_the_texts_of_a_batch_have_a_limit_together(visitor, stored, n_chars, status) -> None:
    payloads = [make_payload(prompt="x" * 60_000, response="y" * 60_000) for _ in range(2)]
    payloads.append(make_payload(prompt="x", response="y" * (n_chars - 1)))
    response = send(visitor, payloads)
    assert response.status_code == status
    if status == 400:
        assert response.json()["error"]["code"] == "batch_too_long"
        assert stored() == NOTHING


def test_while_too_much_is_being_sent_a_sender_is_asked_to_wait(
    visitor, stored, monkeypatch
) -> None:
    from backend.reports import api

    monkeypatch.setattr(api, "SLOT_SECONDS", 0)
    for _ in range(api.SLOTS):
        api._slots.acquire()
    try:
        refused = send(visitor, make_payload())
    finally:
        for _ in range(api.SLOTS):
            api._slots.release()
    assert (refused.status_code, refused["Retry-After"]) == (429, "60")
    assert refused.json()["error"]["code"] == "busy"
    assert stored() == NOTHING
    assert send(visitor, make_payload()).status_code == 201


def test_two_reports_of_a_batch_with_one_id_are_a_conflict(visitor, stored) -> None:
    first = make_payload()
    response = send(visitor, [first, make_payload(id=first["id"])])
    assert response.json()["results"][1]["error"]["code"] == "report_id_conflict"
    assert stored() == (1, 1, 0, 0)


def test_an_import_stores_all_or_nothing(catalogue, stored) -> None:
    with pytest.raises(RuleError) as caught:
        reports_submit_many(
            payloads=[make_payload(), make_payload(site="nowhere")],
            provenance="import",
            collection="old-answers",
        )
    assert caught.value.code == "report_rule_broken"
    first = make_payload()
    with pytest.raises(ConflictError):
        reports_submit_many(
            payloads=[first, make_payload(id=first["id"])],
            provenance="import",
            collection="old-answers",
        )
    assert stored() == NOTHING


@pytest.mark.parametrize("provenance", ["import", "simulated"])
def test_imported_and_simulated_reports_are_released_at_once(catalogue, stored, provenance) -> None:
    payloads = [make_payload() for _ in range(3)]
    for is_new in (True, False):
        submissions = reports_submit_many(
            payloads=payloads, provenance=provenance, collection="episode"
        )
        assert [submission.is_new for submission in submissions] == [is_new] * 3
    assert stored() == (3, 3, 3, 0)
    assert set(
        Report.objects.values_list("state", "provenance", "collection", "public_from__day")
    ) == {("released", provenance, "episode", 23)}


def test_a_batch_costs_the_same_number_of_queries_however_long_it_is(
    catalogue, django_assert_max_num_queries
) -> None:
    payloads = [make_payload() for _ in range(60)]
    with django_assert_max_num_queries(20):
        reports_submit_many(payloads=payloads, provenance="import", collection="old-answers")
    assert Report.objects.count() == 60
