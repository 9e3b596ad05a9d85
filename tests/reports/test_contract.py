"""The contract with the extension, as data that both sides are tested with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.reports.models import Report

CONTRACT = Path(__file__).resolve().parents[1] / "contract"
ACCEPTED = sorted((CONTRACT / "accepted").glob("*.json"))
REJECTED = sorted((CONTRACT / "rejected").glob("*.json"))
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def send(client, payload):
    return client.post("/api/v1/reports/", json.dumps(payload), content_type="application/json")


def test_there_are_examples_of_both_kinds() -> None:
    assert len(ACCEPTED) >= 3
    assert len(REJECTED) >= 10


@pytest.mark.parametrize("path", ACCEPTED, ids=lambda path: path.stem)
def test_what_the_extension_may_send_is_accepted(visitor, path) -> None:
    payload = json.loads(path.read_text(encoding="utf-8"))
    response = send(visitor, payload)
    assert response.status_code == 201, response.content
    assert str(Report.objects.get().pk) == payload["id"]


@pytest.mark.parametrize("path", REJECTED, ids=lambda path: path.stem)
def test_what_breaks_the_contract_is_refused(visitor, stored, path) -> None:
    example = json.loads(path.read_text(encoding="utf-8"))
    assert example["why"]
    response = send(visitor, example["payload"])
    assert response.status_code == 400, example["why"]
    assert stored() == (0, 0, 0, 0)


def test_the_api_description_holds_the_contract_itself(visitor) -> None:
    schema = json.loads((CONTRACT / "report_v1.schema.json").read_text(encoding="utf-8"))
    document = visitor.get("/api/v1/schema/").json()
    body = document["paths"]["/api/v1/reports/"]["post"]["requestBody"]["content"]
    one, many = body["application/json"]["schema"]["oneOf"]
    assert one["properties"] == schema["properties"]
    assert (many["items"]["required"], many["maxItems"]) == (schema["required"], 50)
