"""The signed list of what must be deleted from every copy."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from backend.exports.services import dataset_build
from backend.reports.services import report_reject
from tests.factories import make_report

pytestmark = pytest.mark.django_db
KEY = "00112233445566778899aabbccddeeff"


def withdraw(client, key: str) -> None:
    client.post("/api/v1/receipts/withdraw/", headers={"Plumbline-Receipt": key})


def test_the_list_names_the_versions_that_hold_each_report(
    visitor, clock, django_assert_num_queries
) -> None:
    early, late, never = (make_report(receipt_key=KEY[i:] + KEY[:i]) for i in range(3))
    withdraw(visitor, KEY[2:] + KEY[:2])
    dataset_build()
    kept = make_report()
    dataset_build()
    withdraw(visitor, KEY)
    dataset_build()
    report_reject(report_id=late.pk, moderator="moderator", reason="A test.")
    with django_assert_num_queries(1):
        said = visitor.get("/data/withdrawals.json").json()
    assert said["end"] == {"complete": True, "n": 3}
    spans = {
        row["report_id"]: (row["first_version"], row["last_version"]) for row in said["withdrawals"]
    }
    assert spans == {
        str(never.pk): (None, None),
        str(early.pk): ("2026-11-23.1", "2026-11-23.2"),
        str(late.pk): ("2026-11-23.1", "2026-11-23.3"),
    }
    assert str(kept.pk) not in spans
    assert {row["withdrawn_on"] for row in said["withdrawals"]} == {"2026-11-23"}


def test_the_signature_is_over_the_very_bytes(visitor, clock) -> None:
    make_report(receipt_key=KEY)
    withdraw(visitor, KEY)
    answer = visitor.get("/data/withdrawals.json")
    key = load_pem_public_key(visitor.get("/data/signing-key.pem").content)
    signature = visitor.get("/data/withdrawals.json.sig").content
    key.verify(signature, answer.content)
    assert base64.b64decode(answer["Plumbline-Signature"]) == signature
    assert visitor.get("/data/withdrawals.json").content == answer.content


def test_whoever_has_the_list_already_gets_304_until_it_changes(visitor, clock) -> None:
    etag = visitor.get("/data/withdrawals.json")["ETag"]
    again = visitor.get("/data/withdrawals.json", headers={"If-None-Match": etag})
    assert again.status_code == 304
    make_report(receipt_key=KEY)
    withdraw(visitor, KEY)
    changed = visitor.get("/data/withdrawals.json", headers={"If-None-Match": etag})
    assert (changed.status_code, changed["Cache-Control"]) == (200, "public, no-cache")


def test_a_list_of_nothing_is_signed_too(visitor) -> None:
    answer = visitor.get("/data/withdrawals.json")
    key = load_pem_public_key(visitor.get("/data/signing-key.pem").content)
    key.verify(visitor.get("/data/withdrawals.json.sig").content, answer.content)
    assert answer.json()["withdrawals"] == []
