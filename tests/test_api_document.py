"""The API's own document: valid, complete, with true examples; and every answer is as it says.

To write the example of a new operation:

    PLUMBLINE_WRITE_EXAMPLES=1 pytest tests/test_api_document.py -k answers
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from backend.common import schema
from backend.common.openapi import METHODS
from backend.credentials import challenge
from backend.credentials.services import keys_renew
from backend.exports.services import dataset_build
from tests.credentials.device import Device, renewal_request
from tests.explorer.conftest import make_comparison
from tests.factories import (
    acknowledge,
    make_acknowledgement,
    make_cell,
    make_charts,
    make_cluster,
    make_disclosure,
    make_finding,
    make_incident,
    make_probes,
    make_report,
    make_run,
    make_signal,
)
from tests.payloads import (
    make_drift_payload,
    make_exposure_payload,
    make_payload,
    make_rating_payload,
    make_receipt_key,
)

pytestmark = pytest.mark.usefixtures("clock")
ROOT = Path(__file__).resolve().parent.parent
KEY = make_receipt_key()
QUERIES = {
    "compare": "?left=model:demo-brook-deep&right=model:demo-brook-swift",
    "oembed": "?url=http://testserver/c/{chart_id}/",
}
"""Of operations that answer only when they are told what to look at."""
EMPTY = {"reports_similar"}
"""Of lists that have nothing in them without vectors; their own tests fill them."""
FICTIONAL = "demo-brook-deep"
"""What becomes an example accuses nobody."""
IS_WRITING = os.environ.get("PLUMBLINE_WRITE_EXAMPLES") == "1"
SENT = {
    "reports_submit": make_payload, "ratings_submit": make_rating_payload,
    "exposures_submit": make_exposure_payload, "drift_reports_submit": make_drift_payload,
    "receipts_withdraw": None,
    "credentials_start": lambda: Device().start_request()[1],
    "credentials_issue": lambda: renewal_request(epoch=371),
}  # fmt: skip


@pytest.fixture
def document(catalogue: None) -> dict[str, Any]:
    return Client().get("/api/v1/schema/").json()


@pytest.fixture
def ids(catalogue: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A world in which every list has something in it, and what stands for each path parameter."""
    monkeypatch.setattr(challenge, "COST", 10)
    keys_renew()
    report = make_report(
        prompt="Why does the restart lose its optimiser state?", provenance="simulated",
        site="demo-brook-chat", model_label="brook-deep",
    )  # fmt: skip
    run = make_run(
        config={"window_weeks": 8, "contributors_min": 5}, has_simulated=True,
        incidents=[make_incident(model=FICTIONAL, provenance="simulated")],
    )  # fmt: skip
    finding = make_finding(
        run=run, representatives=(report,), outlook="More contributors.", model_id=FICTIONAL,
        is_simulated=True,
    )  # fmt: skip
    acknowledge(finding, make_acknowledgement(finding))
    make_cell(run=run, model_id=FICTIONAL, is_simulated=True)
    make_signal(run=run, model_id=FICTIONAL)
    make_comparison(run, family="demo", earlier_id="demo-brook-swift", later_id=FICTIONAL)
    cluster = make_cluster(run=run, reports=[report])
    charts = make_charts(finding)
    disclosure = make_disclosure()
    version = dataset_build().version
    make_probes(model=FICTIONAL, site="demo-brook-chat", is_simulated=True)
    make_report(receipt_key=KEY)  # this one is withdrawn
    return {
        "report_id": report.pk, "finding_id": finding.pk, "track_id": cluster.track_id,
        "run_id": run.pk, "version": version, "place": "model", "slug": FICTIONAL,
        "domain": "distributed-training",
        "chart_id": charts["chart"], "disclosure_id": disclosure.pk,
    }  # fmt: skip


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def strict(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """A validator that also refuses fields that the document does not name."""

    def close(node: Any) -> Any:
        if isinstance(node, list):
            return [close(value) for value in node]
        if not isinstance(node, dict):
            return node
        closed = {key: close(value) for key, value in node.items()}
        if isinstance(node.get("properties"), dict) and "additionalProperties" not in node:
            closed["additionalProperties"] = False
        return closed

    return Draft202012Validator(close({**schema, "components": document["components"]}))


def test_the_document_is_valid_openapi_3_1(document) -> None:
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_is_made_without_a_warning(catalogue, capsys) -> None:
    Client().get("/api/v1/schema/")
    assert capsys.readouterr().err == ""


def test_every_operation_says_what_it_is_for(document) -> None:
    without = [
        operation["operationId"]
        for _, _, operation in operations(document)
        if not (operation.get("summary") and operation.get("description"))
    ]
    assert without == []
    parameters = [
        (operation["operationId"], parameter["name"])
        for _, _, operation in operations(document)
        for parameter in operation.get("parameters", [])
        if not parameter.get("description")
        and parameter["in"] != "path"
    ]  # fmt: skip
    plain = ("page_size", "kind", "maxwidth", "maxheight")
    assert [parameter for parameter in parameters if parameter[1] not in plain] == []


def contents(operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every body of an operation, sent or answered, with its name."""
    found = [
        (status, content)
        for status, response in operation["responses"].items()
        for content in response.get("content", {}).values()
    ]
    sent = operation.get("requestBody", {}).get("content", {}).values()
    return [*found, *(("request", content) for content in sent)]


def test_every_body_has_an_example_that_keeps_its_schema(document) -> None:
    wrong: list[tuple[str, str, str]] = []
    for _, _, operation in operations(document):
        name = operation["operationId"]
        for part, content in contents(operation):
            examples = list(content.get("examples", {}).values())
            if not examples:
                wrong.append((name, part, "no example: see the top of this file"))
            check = strict(document, content["schema"])
            wrong += [
                (name, part, error.message[:200])
                for example in examples
                for error in check.iter_errors(example["value"])
            ]
    assert wrong == []


def test_every_error_has_the_one_shape(document) -> None:
    shapes = {
        content["schema"]["$ref"]
        for _, _, operation in operations(document)
        for status, content in contents(operation)
        if status.isdigit() and int(status) >= 400
    }
    assert shapes == {"#/components/schemas/Error"}


def test_every_reading_operation_announces_versions_and_limits(document) -> None:
    for path, method, operation in operations(document):
        if method == "get" and not path.startswith("/api/v1/receipts/"):
            assert {"304", "401", "429"} <= set(operation["responses"]), path
            headers = set(operation["responses"]["200"]["headers"])
            assert headers == {"ETag", "RateLimit", "RateLimit-Policy"}, path
            assert "Retry-After" in operation["responses"]["429"]["headers"], path


def test_all_answers_are_as_the_document_says(document, ids) -> None:
    wrong: list[tuple[str, str]] = []
    for path, method, operation in operations(document):
        name = operation["operationId"]
        address = path.format(**ids) + QUERIES.get(name, "").format(**ids)
        for sent in bodies_of(name):
            response = Client().generic(
                method.upper(), address, json.dumps(sent) if sent else "",
                content_type="application/json", headers={"Plumbline-Receipt": KEY},
            )  # fmt: skip
            assert response.status_code < 300, (name, response.content)
            status, body = str(response.status_code), response.json()
            (content,) = operation["responses"][status]["content"].values()
            check = strict(document, content["schema"])
            wrong += [(name, error.message[:200]) for error in check.iter_errors(body)]
            assert name in EMPTY or body.get("results") != [], (
                f"{name} is empty in this test's world"
            )
            if IS_WRITING:
                write_example(name, address, sent, status, body)
            example = json.loads(example_of(name, address).read_text())["responses"][status]
            if shape(example) != shape(shortened(body)):
                wrong.append((name, "The example is older than the answer."))
    assert wrong == []


def bodies_of(name: str) -> list[Any]:
    """What is sent to an operation, one after the other: new, known, and a batch half of it broken."""
    make = SENT.get(name)
    if make is None:
        return [None]
    sent = make()
    batch = [[sent, {"id": 1}]] if name == "reports_submit" else []
    return [*batch, make(), sent, sent] if batch else [sent, sent]


def write_example(name: str, address: str, sent: Any, status: str, body: Any) -> None:
    """Keep a true answer as an example."""
    path = example_of(name, address)
    path.parent.mkdir(exist_ok=True)
    known = json.loads(path.read_text()) if path.is_file() else {"responses": {}}
    known["responses"][status] = shortened(body)
    if isinstance(sent, dict):
        known["request"] = sent
    text = json.dumps(known, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def example_of(name: str, address: str) -> Path:
    app = resolve(urlsplit(address).path).func.__module__.split(".")[1]
    return ROOT / "backend" / app / "api_examples" / f"{name}.json"


def shortened(node: Any) -> Any:
    """An answer with short lists and an invented host."""
    if isinstance(node, list):
        return [shortened(value) for value in node[:2]]
    if isinstance(node, dict):
        return {key: shortened(value) for key, value in node.items()}
    if isinstance(node, str):
        for host in ("http://testserver", "http://127.0.0.1:8000"):
            node = node.replace(host, "https://plumbline.example")
    return node


def shape(node: Any) -> Any:
    """What an answer is made of: its names and the lengths of its lists."""
    if isinstance(node, list):
        return [shape(value) for value in node]
    return {key: shape(value) for key, value in node.items()} if isinstance(node, dict) else None


def test_several_who_ask_at_once_after_a_start_all_get_the_document() -> None:
    """The library's generator breaks where two threads make the document at the same time."""
    schema._document_made.cache_clear()
    together, found = threading.Barrier(4), []

    def ask() -> None:
        together.wait()
        found.append(schema.document("en")[1])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
