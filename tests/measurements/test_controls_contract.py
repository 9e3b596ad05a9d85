"""The contracts of ratings, exposures and drift reports, as data that both sides are tested with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backend.measurements.models import (
    DriftReport,
    Exposure,
    ExposureBatch,
    ExposureSender,
    Rating,
    RatingSender,
)

CONTRACT = Path(__file__).resolve().parents[1] / "contract"
CONTROLS = {
    "ratings": ("/api/v1/ratings/", "rating_v1", Rating),
    "exposures": ("/api/v1/exposures/", "exposure_v1", ExposureBatch),
    "drift": ("/api/v1/drift-reports/", "drift_v1", DriftReport),
}
TABLES = [Rating, RatingSender, ExposureBatch, ExposureSender, Exposure, DriftReport]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def examples(kind: str) -> list[object]:
    return [
        pytest.param(name, path, id=f"{name}/{path.stem}")
        for name in CONTROLS
        for path in sorted((CONTRACT / name / kind).glob("*.json"))
    ]


def send(client, name: str, payload):
    return client.post(CONTROLS[name][0], json.dumps(payload), content_type="application/json")


@pytest.mark.parametrize("name", CONTROLS)
def test_there_are_examples_of_both_kinds(name: str) -> None:
    assert len(list((CONTRACT / name / "accepted").glob("*.json"))) >= 2
    assert len(list((CONTRACT / name / "rejected").glob("*.json"))) >= 15


@pytest.mark.parametrize(("name", "path"), examples("accepted"))
def test_what_the_extension_may_send_is_accepted(visitor, name, path) -> None:
    payload = json.loads(path.read_text(encoding="utf-8"))
    response = send(visitor, name, payload)
    assert response.status_code == 201, response.content
    stamp = {"blind_signature": None} if name == "ratings" else {}
    assert response.json() == {"id": payload["id"], "received_on": "2026-11-23"} | stamp
    assert str(CONTROLS[name][2].objects.get().pk) == payload["id"]


@pytest.mark.parametrize(("name", "path"), examples("rejected"))
def test_what_breaks_the_contract_is_refused_and_nothing_of_it_is_stored(
    visitor, name, path
) -> None:
    example = json.loads(path.read_text(encoding="utf-8"))
    assert example["why"]
    response = send(visitor, name, example["payload"])
    assert response.status_code == 400, example["why"]
    assert response.json()["error"]["code"].endswith("_invalid")
    assert [table.objects.count() for table in TABLES] == [0] * len(TABLES)


@pytest.mark.parametrize("name", CONTROLS)
def test_the_api_description_holds_the_contract_itself(visitor, name) -> None:
    address, schema_name, _ = CONTROLS[name]
    schema = json.loads((CONTRACT / f"{schema_name}.schema.json").read_text(encoding="utf-8"))
    operation = visitor.get("/api/v1/schema/").json()["paths"][address]["post"]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"] == schema["properties"]
    assert set(operation["responses"]) == {"200", "201", "400", "409", "413", "415", "429"}


@pytest.mark.parametrize("name", CONTROLS)
def test_each_counts_against_the_hourly_limit_and_answers_in_json(visitor, settings, name) -> None:
    settings.SUBMISSIONS_PER_HOUR = 2
    path = next((CONTRACT / name / "accepted").glob("*.json"))
    payload = json.loads(path.read_text(encoding="utf-8"))
    payload["nodes" if name == "drift" else "site"] = None
    assert [send(visitor, name, payload).status_code for _ in range(3)] == [400, 400, 429]
    assert send(visitor, name, payload).json()["error"]["code"] == "too_many_reports"
    assert CONTROLS[name][2].objects.count() == 0


@pytest.mark.parametrize("name", CONTROLS)
@pytest.mark.parametrize("body", ["{", "[]", "null", '{"id": 1, "id": 2}', '"' * 3])
def test_a_body_that_is_no_control_is_refused(visitor, name, body) -> None:
    response = visitor.post(CONTROLS[name][0], body, content_type="application/json")
    assert response.status_code == 400
    assert [table.objects.count() for table in TABLES] == [0] * len(TABLES)
