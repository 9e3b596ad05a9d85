"""Nothing unreleased appears anywhere public, and what is released does."""

from __future__ import annotations

import gzip

import pytest

from backend.exports.services import dataset_build
from tests.factories import make_finding, make_report, make_run
from tests.routes import PUBLIC_API, PUBLIC_PAGES

HIDDEN = ["pending", "embargoed", "quarantined", "rejected", "withdrawn"]


def canary(state: str) -> str:
    return f"canary{state}canary"


@pytest.fixture
def addresses(catalogue: None) -> list[str]:
    """Every public address, with one report per state and a finding that all of them stand for."""
    reports = [
        make_report(state=state, prompt=f"About restart {canary(state)}", response=canary(state))
        for state in [*HIDDEN, "released"]
    ]
    finding = make_finding(run=make_run(), representatives=tuple(reports))
    return [
        address.format(report=reports[-1].pk, finding=finding.pk)
        for address in [*PUBLIC_PAGES, *PUBLIC_API]
    ]


def test_no_canary_on_any_public_page_or_endpoint(visitor, addresses: list[str]) -> None:
    shown = []
    for address in addresses:
        response = visitor.get(address)
        assert response.status_code == 200, address
        text = response.content.decode()
        assert [state for state in HIDDEN if canary(state) in text] == [], address
        if canary("released") in text:
            shown.append(address)
    for part in ("/findings/", "/reports/", "/api/v1/reports/"):
        assert any(address.startswith(part) for address in shown), part


def test_no_canary_in_a_dataset(addresses: list[str], settings) -> None:
    folder = settings.DATASET_DIR / dataset_build().version
    found = b""
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        found += gzip.decompress(data) if path.suffix == ".gz" else data
    assert [state for state in HIDDEN if canary(state).encode() in found] == []
    assert canary("released").encode() in found
