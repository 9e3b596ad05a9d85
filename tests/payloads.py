"""What devices send: reports, ratings, counts and structures of pages. Texts are invented."""

from __future__ import annotations

import hashlib
import itertools
import uuid
from typing import Any

numbers = itertools.count(1)
"""One for each contributor."""


def make_receipt_key() -> str:
    """A receipt key as a device makes it: 32 lower-case hex characters."""
    return uuid.uuid4().hex


def make_payload(*, receipt_key: str | None = None, **overrides: Any) -> dict[str, Any]:
    """A report as the extension sends it; every call gives another exchange and another id."""
    number = next(numbers)
    key = receipt_key or make_receipt_key()
    return {
        "schema_version": 1,
        "id": str(uuid.uuid4()),
        "receipt_key_sha256": hashlib.sha256(key.encode()).hexdigest(),
        "contributor_tag": f"{number:016x}",
        "is_linked": True,
        "consent_version": "2026-11",
        "site": "chatgpt",
        "model_label": "gpt-4-0613",
        "model_label_source": "message_attribute",
        "observed_on": "2026-11-20",
        "prompt": f"How do I shard the optimiser state in example {number}?",
        "response": f"You can simply restart the job and hope for the best, variant {number}.",
        "symptoms": ["wrong_answer"],
        "domain": "distributed-training",
        "comment": "",
        "client": {"extension_version": "0.1.0", "adapter": "chatgpt"},
        "redaction": {"version": "1", "removed": {}},
    } | overrides


def make_rating_payload(**overrides: Any) -> dict[str, Any]:
    """A rating as the extension sends it; every call gives another contributor and another id."""
    return {
        "schema_version": 1,
        "id": str(uuid.uuid4()),
        "contributor_tag": f"{next(numbers):016x}",
        "is_linked": True,
        "site": "chatgpt",
        "model_label": "gpt-4-0613",
        "model_label_source": "message_attribute",
        "domain": "distributed-training",
        "domain_source": "device",
        "rated_on": "2026-11-20",
        "verdict": "not_fine",
        "sampling_probability": 0.02,
        "client": {"extension_version": "0.1.0", "adapter": "chatgpt"},
    } | overrides


def make_exposure_payload(
    counts: dict[str | None, int] | None = None, **overrides: Any
) -> dict[str, Any]:
    """A week's counts as the extension sends them: the whole grid, 0 where `counts` names nothing.

    Needs the catalogue.
    """
    from backend.catalogue.selectors import leaves_listed

    domains = [None, *leaves_listed().values_list("slug", flat=True)]
    return {
        "schema_version": 1,
        "id": str(uuid.uuid4()),
        "contributor_tag": f"{next(numbers):016x}",
        "is_linked": True,
        "iso_week": "2026-W47",
        "site": "chatgpt",
        "epsilon": 2,
        "clip_max": 20,
        "counts": [
            {"domain": domain, "count": (counts or {}).get(domain, 0)} for domain in domains
        ],
        "client": {"extension_version": "0.1.0", "adapter": "chatgpt"},
    } | overrides


def make_drift_payload(**overrides: Any) -> dict[str, Any]:
    """The structure of a page as the extension sends it."""
    node = {"depth": 0, "tag": "main", "classes": ["flex"], "attributes": [], "text_length": 12}
    return {
        "schema_version": 1,
        "id": str(uuid.uuid4()),
        "site": "chatgpt",
        "nodes": [node],
        "client": {"extension_version": "0.1.0", "adapter": "chatgpt"},
    } | overrides


class Contributor:
    """Sends reports over HTTP and keeps the keys of the receipts."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.keys: dict[str, str] = {}

    def send(self, **overrides: Any) -> Any:
        key = make_receipt_key()
        payload = make_payload(receipt_key=key, **overrides)
        self.keys[payload["id"]] = key
        return self.client.post("/api/v1/reports/", payload, content_type="application/json")

    def receipt(self, report_id: str) -> Any:
        return self.client.get(
            "/api/v1/receipts/", headers={"Plumbline-Receipt": self.keys[report_id]}
        )

    def withdraw(self, report_id: str) -> Any:
        return self.client.post(
            "/api/v1/receipts/withdraw/", headers={"Plumbline-Receipt": self.keys[report_id]}
        )
