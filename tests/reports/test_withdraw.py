"""Looking up and withdrawing a report with its receipt key."""

from __future__ import annotations

import hashlib
import json
import uuid

import pytest

from backend.reports import services
from backend.reports.contract import payload_digest
from backend.reports.models import (
    EarlyWithdrawal,
    ModerationEvent,
    Receipt,
    Report,
    Tombstone,
)
from tests.factories import make_report
from tests.payloads import make_payload, make_receipt_key

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ID = "5f0c3a52-4b7e-4f6a-9d38-0c6f6b1f2a11"


def test_the_sender_sees_what_became_of_the_report(contributor) -> None:
    contributor.send(id=ID)
    services.reports_release_due()
    response = contributor.receipt(ID)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response.json() == {
        "id": ID,
        "state": "released",
        "received_on": "2026-11-23",
        "public_from": "2026-11-23",
        "simulated": False,
    }


def test_withdrawing_erases_every_text_at_once(contributor, visitor) -> None:
    contributor.send(
        id=ID, prompt="canary-prompt words", comment="canary-comment", model_label="canary-label",
        expected="canary-expected", severity=2, circumstances={"earlier_turns": 7},
        redaction={"version": "1", "removed": {"EMAIL": 1}},
    )  # fmt: skip
    services.reports_release_due()
    Report.objects.update(embedding=[0.5] * 384, embedding_model="test")
    assert visitor.get(f"/api/v1/reports/{ID}/").status_code == 200
    response = contributor.withdraw(ID)
    assert (response.status_code, response.json()["state"]) == (200, "withdrawn")
    assert visitor.get(f"/api/v1/reports/{ID}/").status_code == 404
    assert visitor.get("/api/v1/reports/?q=canary").json()["results"] == []
    row = Report.objects.values().get()
    assert "canary" not in str(row)
    assert (row["prompt"], row["response"], row["comment"]) == ("", "", "")
    assert (row["expected"], row["severity"], row["earlier_turns"]) == ("", None, None)
    assert (row["embedding"], row["embedding_model"], row["text_fingerprint"]) == (None, "", "")
    assert (row["removed"], row["search"]) == ({}, "")
    assert Report.objects.get().symptoms.count() == 0
    receipt = Receipt.objects.get()
    assert (receipt.contributor_tag, receipt.payload_digest) == ("", "")
    assert visitor.get("/api/v1/tombstones/").json()["results"] == [
        {"id": ID, "withdrawn_on": "2026-11-23"}
    ]
    event = ModerationEvent.objects.order_by("-id").first()
    assert (event.actor, event.from_state, event.to_state) == ("sender", "released", "withdrawn")


@pytest.mark.parametrize("state", ["pending", "quarantined", "embargoed", "rejected"])
def test_what_was_never_public_leaves_no_tombstone(catalogue, state) -> None:
    key = make_receipt_key()
    make_report(state=state, receipt_key=key)
    services.report_withdraw(receipt_key=key)
    assert Report.objects.get().state == "withdrawn"
    assert Tombstone.objects.count() == 0


def test_what_was_taken_down_keeps_its_tombstone_when_withdrawn(catalogue) -> None:
    key = make_receipt_key()
    report = make_report(receipt_key=key)
    services.report_reject(report_id=report.pk, moderator="ada", reason="A third person asked.")
    services.report_withdraw(receipt_key=key)
    assert (Tombstone.objects.count(), Report.objects.get().prompt) == (1, "")


def test_withdrawing_twice_is_as_good_as_once(contributor, stored) -> None:
    contributor.send(id=ID)
    first, second = contributor.withdraw(ID), contributor.withdraw(ID)
    assert (second.status_code, second.json()) == (200, first.json())
    assert stored() == (1, 1, 1, 0)


def test_a_withdrawn_report_does_not_come_back_when_it_is_sent_again(visitor, stored) -> None:
    key = make_receipt_key()
    payload = make_payload(id=ID, receipt_key=key)
    visitor.post("/api/v1/reports/", payload, content_type="application/json")
    services.report_withdraw(receipt_key=key)
    again = visitor.post("/api/v1/reports/", payload, content_type="application/json")
    assert (again.status_code, again.json()["state"]) == (200, "withdrawn")
    stranger = payload | {"receipt_key_sha256": "0" * 64}
    other = visitor.post("/api/v1/reports/", stranger, content_type="application/json")
    assert (other.status_code, other.json()["error"]["code"]) == (409, "report_id_conflict")
    assert stored() == (1, 1, 1, 0)
    assert Report.objects.get().prompt == ""


def test_a_vector_computed_meanwhile_does_not_return_to_a_withdrawn_report(catalogue) -> None:
    gone, kept = make_report(state="withdrawn"), make_report()
    vectors = {gone.pk: [0.5] * 384, kept.pk: [0.5] * 384}
    assert services.embeddings_store(vectors=vectors, model_id="test") == 1
    assert list(Report.objects.filter(embedding__isnull=False)) == [kept]


@pytest.mark.parametrize(
    "request_line", ["get /api/v1/receipts/", "post /api/v1/receipts/withdraw/"]
)
@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        (None, 400, "receipt_key_invalid"),
        ("", 400, "receipt_key_invalid"),
        ("f" * 31, 400, "receipt_key_invalid"),
        ("f" * 33, 400, "receipt_key_invalid"),
        ("F" * 32, 400, "receipt_key_invalid"),
        ("0" * 32, 404, "receipt_unknown"),
    ],
)
def test_a_wrong_key_opens_nothing(contributor, request_line, key, status, code) -> None:
    contributor.send(id=ID)
    headers = {} if key is None else {"Plumbline-Receipt": key}
    method, path = request_line.split()
    response = getattr(contributor.client, method)(path, headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert Report.objects.get().state == "pending"


def test_a_key_in_the_address_is_ignored(visitor, contributor) -> None:
    contributor.send(id=ID)
    response = visitor.get(f"/api/v1/receipts/?key={contributor.keys[ID]}")
    assert response.status_code == 400


# --- the page


def test_the_page_withdraws_without_javascript(contributor) -> None:
    from django.test import Client

    contributor.send(id=ID)
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/withdraw/")
    assert page.status_code == 200
    assert "<script" not in page.content.decode()
    assert "no-store" not in page["Cache-Control"]
    form = {"key": contributor.keys[ID], "action": "withdraw"}
    response = browser.post("/withdraw/", form)
    assert not browser.cookies
    assert response.status_code == 200
    assert "The report is withdrawn" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert Report.objects.get().state == "withdrawn"


def test_the_page_shows_the_state_and_changes_nothing(contributor, visitor) -> None:
    contributor.send(id=ID)
    for action in ("look_up", "", "nonsense"):
        form = {"key": f" {contributor.keys[ID].upper()} ", "action": action}
        response = visitor.post("/withdraw/", form)
        assert response.status_code == 200
        assert f"<code>{ID}</code>" in response.content.decode()
    assert Report.objects.get().state == "pending"


@pytest.mark.parametrize(("key", "status"), [("", 400), ("nonsense", 400), ("0" * 32, 404)])
def test_the_page_says_when_a_key_is_wrong(visitor, key, status) -> None:
    response = visitor.post("/withdraw/", {"key": key, "action": "withdraw"})
    assert response.status_code == status
    assert uuid.UUID(ID).hex not in response.content.decode()
    assert 'class="errorlist"' in response.content.decode()


def test_the_page_remembers_a_withdrawal_that_overtakes_its_report_as_the_api_does(visitor) -> None:
    key = make_receipt_key()
    answer = visitor.post("/withdraw/", {"key": key, "action": "withdraw"})
    assert answer.status_code == 404
    assert (
        "No report with this receipt key is here yet. If one arrives within 30 days, it is withdrawn and "
        "erased on arrival." in answer.content.decode()
    )
    payload = make_payload(receipt_key=key, prompt="canary words")
    sent = visitor.post("/api/v1/reports/", payload, content_type="application/json")
    assert (sent.status_code, sent.json()["state"]) == (201, "withdrawn")
    assert "canary" not in str(Report.objects.values().get())


def test_to_look_up_an_unknown_key_on_the_page_withdraws_nothing(visitor) -> None:
    answer = visitor.post("/withdraw/", {"key": make_receipt_key(), "action": "look_up"})
    assert answer.status_code == 404
    assert "No report with this receipt key is here." in answer.content.decode()
    assert EarlyWithdrawal.objects.count() == 0


def test_unknown_keys_on_the_page_count_against_the_hourly_limit_and_known_ones_never(
    contributor, visitor, settings
) -> None:
    contributor.send(id=ID)
    settings.SUBMISSIONS_PER_HOUR = 2
    forms = [{"key": make_receipt_key(), "action": "withdraw"} for _ in range(2)]
    answers = [visitor.post("/withdraw/", form) for form in forms]
    assert [answer.status_code for answer in answers] == [404, 429]
    assert "Retry-After" not in answers[0]
    assert int(answers[1]["Retry-After"]) > 0
    assert EarlyWithdrawal.objects.count() == 1
    form = {"key": contributor.keys[ID], "action": "withdraw"}
    assert visitor.post("/withdraw/", form).status_code == 200


def withdraw(client, key):
    return client.post("/api/v1/receipts/withdraw/", headers={"Plumbline-Receipt": key})


def test_a_withdrawal_that_overtakes_its_report_erases_it_on_arrival(visitor, clock) -> None:
    key = make_receipt_key()
    payload = make_payload(receipt_key=key, prompt="canary words")
    assert withdraw(visitor, key).status_code == 404
    sent = visitor.post("/api/v1/reports/", payload, content_type="application/json")
    assert (sent.status_code, sent.json()["state"]) == (201, "withdrawn")
    row = Report.objects.values().get()
    assert "canary" not in str(row)
    assert (row["state"], row["public_from"]) == ("withdrawn", None)
    assert Report.objects.get().symptoms.count() == 0
    receipt = Receipt.objects.get()
    assert (receipt.contributor_tag, receipt.payload_digest) == ("", "")
    assert Tombstone.objects.count() == 0
    again = visitor.post("/api/v1/reports/", payload, content_type="application/json")
    assert (again.status_code, again.json()["state"]) == (200, "withdrawn")
    assert withdraw(visitor, key).json()["state"] == "withdrawn"


def test_a_report_that_arrived_a_moment_ago_is_erased_when_its_withdrawal_is_remembered(
    contributor,
) -> None:
    contributor.send(id=ID, prompt="canary words")
    services.withdrawal_remember(receipt_key=contributor.keys[ID])
    assert Report.objects.get().state == "withdrawn"


def test_an_early_withdrawal_is_kept_for_30_days_and_only_as_a_digest(visitor, clock) -> None:
    key = make_receipt_key()
    withdraw(visitor, key)
    assert key not in str(EarlyWithdrawal.objects.values().get())
    clock.move_to("2026-12-23T12:00:00Z", tick=False)
    services.expired_erase()
    assert EarlyWithdrawal.objects.count() == 1
    clock.move_to("2026-12-24T12:00:00Z", tick=False)
    services.expired_erase()
    assert EarlyWithdrawal.objects.count() == 0


def test_unknown_keys_count_against_the_hourly_limit_and_known_ones_never(
    contributor, visitor, settings
) -> None:
    contributor.send(id=ID)
    settings.SUBMISSIONS_PER_HOUR = 2
    keys = [make_receipt_key() for _ in range(2)]
    assert [withdraw(visitor, key).status_code for key in keys] == [404, 429]
    assert contributor.withdraw(ID).status_code == 200
    assert EarlyWithdrawal.objects.count() == 1


def test_a_quarantined_report_that_expires_leaves_no_tag_and_no_digest(catalogue, clock) -> None:
    make_report(state="quarantined")
    clock.move_to("2026-12-25T12:00:00Z", tick=False)
    services.expired_erase()
    receipt = Receipt.objects.get()
    assert (receipt.contributor_tag, receipt.payload_digest) == ("", "")


def test_what_is_kept_of_a_payload_can_not_be_guessed_from(catalogue, settings) -> None:
    payload = make_payload()
    first = payload_digest(payload)
    plain = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert first != hashlib.sha256(plain.encode()).hexdigest()
    settings.SECRET_KEY = "another"
    assert payload_digest(payload) != first
