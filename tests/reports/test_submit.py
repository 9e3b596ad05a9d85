"""Sending one report: what is stored, what is refused, and that a refusal stores nothing."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import date

import pytest
from django.db import connection

from backend.reports.models import Receipt, Report
from tests.factories import make_report
from tests.payloads import make_payload, make_receipt_key

URL = "/api/v1/reports/"
NOTHING = (0, 0, 0, 0)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def send(client, payload, **headers):
    return client.post(URL, payload, content_type="application/json", headers=headers)


def test_a_report_is_stored_with_its_receipt(visitor) -> None:
    key = make_receipt_key()
    payload = make_payload(
        receipt_key=key,
        symptoms=["wrong_answer", "invented_facts"],
        comment="It was better in May.",
        expected="The steps, in order.",
        severity=1,
        circumstances={"turn_index": 4, "has_tools": True, "notice": "fallback", "effort": "high"},
    )
    response = send(visitor, payload)
    assert response.status_code == 201
    assert response.json() == {
        "id": payload["id"],
        "state": "pending",
        "received_on": "2026-11-23",
        "public_from": "2026-11-23",
        "simulated": False,
    }
    assert response["Cache-Control"] == "no-store"
    report = Report.objects.get()
    assert str(report.id) == payload["id"]
    assert (report.prompt, report.response) == (payload["prompt"], payload["response"])
    assert report.comment == "It was better in May."
    assert (report.expected, report.severity) == ("The steps, in order.", 1)
    assert (report.turn_index, report.earlier_turns) == (4, None)
    assert (report.has_attachments, report.has_tools) == (None, True)
    assert (report.notice, report.tier, report.effort) == ("fallback", "", "high")
    assert report.observed_on == date(2026, 11, 20)
    assert (report.site_id, report.model_id) == ("chatgpt", "gpt-4-0613")
    assert report.domain_stated_id == "distributed-training"
    assert report.client == "chatgpt/0.1.0"
    assert report.is_silent is True
    assert sorted(report.symptoms.values_list("slug", flat=True)) == [
        "invented_facts",
        "wrong_answer",
    ]
    receipt = Receipt.objects.get()
    assert receipt.key_sha256 == hashlib.sha256(key.encode()).hexdigest()
    assert receipt.contributor_tag == payload["contributor_tag"]
    assert receipt.expires_on == date(2029, 11, 22)  # 1,095 days after 2026-11-23


def test_the_same_report_sent_twice_returns_one_receipt(visitor, stored) -> None:
    payload = make_payload()
    first, second = send(visitor, payload), send(visitor, dict(reversed(payload.items())))
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert stored() == (1, 1, 0, 0)


def test_another_text_under_a_known_id_is_a_conflict(visitor, stored) -> None:
    payload = make_payload()
    send(visitor, payload)
    response = send(visitor, payload | {"comment": "changed"})
    assert response.status_code == 409
    assert response.json()["error"]["code"] == "report_id_conflict"
    assert stored() == (1, 1, 0, 0)
    assert Report.objects.get().comment == ""


def test_another_sender_under_a_known_id_is_a_conflict(visitor, stored) -> None:
    payload = make_payload()
    send(visitor, payload)
    other = payload | {"receipt_key_sha256": hashlib.sha256(b"another").hexdigest()}
    response = send(visitor, other)
    assert (response.status_code, response.json()["error"]["code"]) == (409, "report_id_conflict")
    assert Receipt.objects.get().key_sha256 == payload["receipt_key_sha256"]
    assert stored() == (1, 1, 0, 0)


def test_one_receipt_key_serves_one_report(visitor, stored) -> None:
    key = make_receipt_key()
    send(visitor, make_payload(receipt_key=key))
    response = send(visitor, make_payload(receipt_key=key))
    assert (response.status_code, response.json()["error"]["code"]) == (409, "receipt_key_conflict")
    assert stored() == (1, 1, 0, 0)


@pytest.mark.parametrize(
    ("symptoms", "is_silent"),
    [(["wrong_answer"], True), (["refusal"], False), (["wrong_answer", "refusal"], False)],
)
def test_a_symptom_that_is_said_openly_makes_the_report_stated(
    visitor, symptoms, is_silent
) -> None:
    send(visitor, make_payload(symptoms=symptoms))
    assert Report.objects.get().is_silent is is_silent


@pytest.mark.parametrize(
    ("label", "model"),
    [
        ("GPT-4-0613", "gpt-4-0613"),
        ("  gpt-4-0613 ", "gpt-4-0613"),
        ("Nobody 7", None),
        (None, None),
    ],
)
def test_a_model_label_is_mapped_whatever_its_case_and_spacing(visitor, label, model) -> None:
    source = "none" if label is None else "picker"
    assert (
        send(visitor, make_payload(model_label=label, model_label_source=source)).status_code == 201
    )
    assert Report.objects.get().model_id == model
    assert Report.objects.get().model_label == (label or "")


@pytest.mark.parametrize("field", ["prompt", "response"])
def test_a_text_may_have_60_000_characters_and_not_one_more(visitor, stored, field) -> None:
    # Characters beyond the basic plane count as one each, as in the contract.
    refused = send(visitor, make_payload(**{field: "é" * 30_000 + "𝛑" * 30_001}))
    assert refused.status_code == 400
    assert refused.json()["error"] == {
        "code": "report_invalid",
        "message": "The report does not have the right shape.",
        "fields": {field: ["This is too long: at most 60000 characters."]},
    }
    assert stored() == NOTHING
    assert send(visitor, make_payload(**{field: "é" * 30_000 + "𝛑" * 30_000})).status_code == 201


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("comment", "c" * 2000, "c" * 2001),
        ("expected", "e" * 2000, "e" * 2001),
        ("expected", "tab\t", "bell \x07"),
        ("severity", 1, 0),
        ("severity", 3, 4),

        ("model_label", "m" * 120, "m" * 121),
        (
            "symptoms",
            ["wrong_answer", "shallow_answer", "ignored_instruction", "invented_facts", "refusal",
             "broken_format"],
            ["wrong_answer", "shallow_answer", "ignored_instruction", "invented_facts", "refusal",
             "broken_format", "evasive_answer"],
        ),
        ("observed_on", "2022-11-30", "2022-11-29"),
        ("observed_on", "2026-11-24", "2026-11-25"),
        ("prompt", "p", ""),
        ("prompt", " p", " \n\t"),
        ("response", "r", "\u2003"),
        ("response", "a\tb\r\nc", "a\x0bc"),
        ("response", "ok \x85 \ufffe", "nul \x00"),
    ],
)  # fmt: skip
def test_both_sides_of_each_limit(visitor, stored, field, good, bad) -> None:
    response = send(visitor, make_payload(**{field: bad}))
    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == [field]
    assert stored() == NOTHING
    assert send(visitor, make_payload(**{field: good})).status_code == 201


@pytest.mark.parametrize(
    ("overrides", "code", "field"),
    [
        ({"site": "nowhere"}, "report_rule_broken", "site"),
        ({"domain": "nonsense"}, "report_rule_broken", "domain"),
        ({"symptoms": ["nonsense"]}, "report_rule_broken", "symptoms"),
        ({"observed_on": "2026-02-30"}, "report_rule_broken", "observed_on"),
        ({"observed_on": "2026-11-20\n"}, "report_invalid", "observed_on"),
        ({"observed_on": "2026-W47-5"}, "report_invalid", "observed_on"),
        ({"id": "not-a-uuid"}, "report_invalid", "id"),
        ({"id": "0F0E0D0C-0B0A-4908-8706-050403020100"}, "report_invalid", "id"),
        ({"id": "0f0e0d0c-0b0a-1908-8706-050403020100"}, "report_invalid", "id"),
        ({"schema_version": 2}, "report_invalid", "schema_version"),
        ({"schema_version": True}, "report_invalid", "schema_version"),
        ({"consent_version": "2020-01"}, "report_invalid", "consent_version"),
        ({"contributor_tag": "f" * 15}, "report_invalid", "contributor_tag"),
        ({"is_linked": 1}, "report_invalid", "is_linked"),
        ({"symptoms": []}, "report_invalid", "symptoms"),
        ({"symptoms": ["refusal", "refusal"]}, "report_invalid", "symptoms"),
        ({"symptoms": [["refusal"]] * 200_000}, "report_invalid", "symptoms"),
        ({"prompt": 7}, "report_invalid", "prompt"),
        ({"prompt": "half \ud800 a pair"}, "text_unclean", "prompt"),
        ({"comment": "\x1b[31m"}, "text_unclean", "comment"),
        ({"model_label": "x\x00"}, "text_unclean", "model_label"),
        ({"account_name": "x"}, "report_invalid", "body"),
        ({"client": {"adapter": "chatgpt"}}, "report_invalid", "client.extension_version"),
        ({"redaction": {"version": "1", "removed": {"email": 1}}}, "report_invalid",
         "redaction.removed"),
        ({"redaction": {"version": "1", "removed": {"EMAIL": -1}}}, "report_invalid",
         "redaction.removed.EMAIL"),
        ({"redaction": {"version": "1", "removed": {"\ud800": "x"}}}, "report_invalid",
         "redaction.removed"),
    ],
)  # fmt: skip
def test_a_broken_report_is_refused_and_not_stored(visitor, stored, overrides, code, field) -> None:
    # json.dumps escapes lone surrogates, as a hostile client would.
    response = send(visitor, json.dumps(make_payload(**overrides)))
    assert response.status_code == 400, response.content
    error = response.json()["error"]
    assert error["code"] == code
    assert field in error["fields"]
    assert stored() == NOTHING


@pytest.mark.parametrize(
    ("overrides", "fields"),
    [
        ({"site": "demo-brook-chat"}, ["site"]),
        ({"model_label": "Brook  Deep (fictional)"}, ["model_label"]),
        ({"site": "demo-brook-chat", "model_label": "brook-deep"}, ["model_label", "site"]),
    ],
)
def test_nobody_reports_what_is_fictional_but_the_demo(visitor, stored, overrides, fields) -> None:
    error = send(visitor, make_payload(**overrides)).json()["error"]
    assert (error["code"], sorted(error["fields"])) == ("report_rule_broken", fields)
    assert stored() == (0, 0, 0, 0)
    report = make_report(provenance="simulated", collection="demo", **overrides)
    assert (report.state, report.provenance) == ("released", "simulated")


def test_a_family_of_domains_is_no_leaf(visitor, stored) -> None:
    from backend.catalogue.selectors import domains_public

    family = domains_public().filter(kind="family").first()
    response = send(visitor, make_payload(domain=family.pk))
    assert list(response.json()["error"]["fields"]) == ["domain"]
    assert stored() == NOTHING


@pytest.mark.parametrize("name", sorted(make_payload()))
def test_every_field_is_required(visitor, stored, name) -> None:
    payload = make_payload()
    del payload[name]
    response = send(visitor, payload)
    assert response.status_code == 400
    assert response.json()["error"]["fields"] == {name: ["This field is required."]}
    assert stored() == NOTHING


def test_an_error_never_quotes_what_was_sent(visitor) -> None:
    secret = "My-secret-XYZZY"
    response = send(
        visitor, make_payload(site=secret, prompt=[secret], client={"adapter": secret, secret: 1})
    )
    assert response.status_code == 400
    assert secret not in response.content.decode()


def test_no_body_is_written_to_a_log(visitor, caplog, capsys) -> None:
    secret = "My-secret-XYZZY"
    send(visitor, make_payload(prompt=secret + "\x00"))
    send(visitor, '{"prompt": "' + secret)
    send(visitor, make_payload(prompt=secret))
    printed = capsys.readouterr()
    assert secret not in caplog.text + printed.out + printed.err


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_the_same_report_sent_by_many_connections_at_once_is_stored_once(
    catalogue, stored, attempt
) -> None:
    from django.test import Client

    payload = make_payload()
    start = threading.Barrier(6)
    statuses: list[int] = []

    def deliver() -> None:
        start.wait()
        try:
            statuses.append(send(Client(), payload).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 200, 200, 200, 200, 201]
    assert stored() == (1, 1, 0, 0)


def test_the_id_of_a_report_whose_receipt_is_forgotten_stays_taken(visitor, stored) -> None:
    payload = make_payload()
    send(visitor, payload)
    Receipt.objects.all().delete()
    response = send(visitor, payload)
    assert (response.status_code, response.json()["error"]["code"]) == (409, "report_id_conflict")
    assert stored() == (1, 0, 0, 0)


def test_a_type_of_removal_that_is_none_is_not_kept(contributor) -> None:
    redaction = {"version": "2", "removed": {"JANE_DOE_12_ACACIA": 3, "EMAIL": 1, "HIDDEN": 2}}
    answer = contributor.send(redaction=redaction)
    assert answer.status_code == 201
    report = Report.objects.get(pk=answer.json()["id"])
    assert report.removed == {"EMAIL": 1, "HIDDEN": 2}


def test_a_label_that_redaction_makes_longer_is_cut(visitor, stored) -> None:
    payload = make_payload(model_label=("a@bb.co;" * 15)[:119])
    response = visitor.post("/api/v1/reports/", payload, content_type="application/json")
    assert response.status_code == 201
    label = Report.objects.get().model_label
    assert len(label) == 120
    assert "@" not in label


@pytest.mark.parametrize("name", ["turn_index", "earlier_turns"])
def test_both_sides_of_the_limit_of_a_count(visitor, stored, name) -> None:
    refused = send(visitor, make_payload(circumstances={name: 100_001}))
    assert list(refused.json()["error"]["fields"]) == [f"circumstances.{name}"]
    assert stored() == NOTHING
    assert send(visitor, make_payload(circumstances={name: 100_000})).status_code == 201
