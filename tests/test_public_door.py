"""Nothing unreleased appears anywhere public, nor whose it is; what is released does."""

from __future__ import annotations

import pytest

from backend.exports.columns import DICTIONARY
from backend.exports.services import dataset_build
from backend.measurements.services import (
    drift_report_submit,
    exposures_submit,
    rating_submit,
)
from tests import routes
from tests.exports.reading import files_of, names_of, unpacked
from tests.factories import (
    acknowledge,
    make_acknowledgement,
    make_cell,
    make_charts,
    make_cluster,
    make_disclosure,
    make_finding,
    make_probe_lines,
    make_probes,
    make_reply,
    make_report,
    make_run,
)
from tests.payloads import (
    make_drift_payload,
    make_exposure_payload,
    make_rating_payload,
    make_receipt_key,
)

HIDDEN = ["pending", "embargoed", "quarantined", "rejected", "withdrawn"]
KEY = make_receipt_key()
TAG = "feedfacefeedface"
CONTROL = "canarycontrolcanary"
EVIDENCE = "canaryevidencecanary"
ACCOUNT = "canaryaccountcanary"


def canary(state: str) -> str:
    return f"canary{state}canary"


@pytest.fixture
def reports(catalogue: None) -> dict[str, object]:
    """One report per state, each with its canary, and a finding that all of them stand for."""
    made = {
        state: make_report(
            state=state,
            prompt=f"About restart {canary(state)}",
            response=canary(state),
            comment=canary(state),
            expected=canary(state),
            contributor_tag=TAG,
            **({"receipt_key": KEY} if state == "released" else {}),
        )
        for state in [*HIDDEN, "released"]
    }
    rating_submit(payload=make_rating_payload(model_label=CONTROL, contributor_tag=TAG))
    exposures_submit(payload=make_exposure_payload(contributor_tag=TAG))
    nodes = make_drift_payload()["nodes"]
    drift_report_submit(payload=make_drift_payload(nodes=[nodes[0] | {"classes": [CONTROL]}]))
    make_probes(make_probe_lines(accounts=[ACCOUNT]))
    from backend.findings.models import RunEvidence

    run, everything = make_run(), tuple(made.values())
    RunEvidence.objects.create(run=run, data=EVIDENCE.encode())
    make_cell(run=run, reason="What is known.")
    make_cell(run=run, symptom_kind="stated", state="reported", reason=canary("cell"))
    made["finding"] = make_finding(run=run, representatives=everything)
    held = make_finding(run=run, domain_id="law", reason=canary("finding"), is_published=False)
    make_reply(held, text=canary("finding"), state="published")
    make_reply(made["finding"], text=canary("reply"), state="entered")
    make_reply(made["finding"], text=canary("reply"), state="retracted")
    law = make_acknowledgement(held, passage=canary("finding"))
    acknowledge(held, law)
    words = [
        make_acknowledgement(made["finding"], passage=canary("word"), state=state)
        for state in ("entered", "retracted")
    ]
    acknowledge(made["finding"], make_acknowledgement(made["finding"]), *words)
    make_disclosure(passage=canary("disclosure"), state="entered")
    make_disclosure(summary=canary("disclosure"), state="retracted")
    made["disclosure"] = make_disclosure(vendor_id="openai")
    made["cluster"], made["run"] = make_cluster(run=run, reports=everything).track, run
    return made


def private_words(reports: dict[str, object]) -> list[str]:
    """What no reader may find: hidden texts, and what links a report to its writer."""
    from backend.probes.models import ProbeAccount
    from backend.reports.models import Receipt

    receipt = Receipt.objects.get(report=reports["released"])
    links = [KEY, receipt.key_sha256, receipt.contributor_tag, receipt.payload_digest]
    links += [ACCOUNT, ProbeAccount.objects.get().label_hash]
    assert all(len(link) >= 8 for link in links)
    waiting = [canary(name) for name in ("finding", "cell", "reply", "word", "disclosure")]
    return [*(canary(state) for state in HIDDEN), *links, *waiting, CONTROL, EVIDENCE]


def addresses(reports: dict[str, object], listed: list[str], version: str = "") -> list[str]:
    ids = {name: reports[name].pk for name in ("finding", "cluster", "run", "disclosure")}
    ids["report"] = reports["released"].pk
    ids |= make_charts(reports["finding"])
    return [address.format(**ids, version=version) for address in listed]


def test_no_canary_on_any_public_page_or_endpoint(visitor, reports) -> None:
    version = dataset_build().version
    private = private_words(reports)
    shown = []
    for address in addresses(reports, routes.PUBLIC, version):
        response = visitor.get(address)
        assert response.status_code == 200, address
        text = response.getvalue().decode(errors="replace")
        assert [word for word in private if word in text] == [], address
        if canary("released") in text:
            shown.append(address)
    for part in (
        "/findings/{}/",
        "/findings/{}/map/",
        "/clusters/",
        "/reports/",
        "/api/v1/reports/",
    ):
        start = part.format(reports["finding"].name)
        assert any(address.startswith(start) for address in shown), part


def test_nothing_unreleased_has_an_address(visitor, reports) -> None:
    for state in HIDDEN:
        for route in ("/reports/{}/", "/api/v1/reports/{}/"):
            response = visitor.get(route.format(reports[state].pk))
            assert response.status_code in (404, 410), (state, route)
            assert canary(state) not in response.content.decode()


def test_no_canary_in_any_file_of_a_dataset(reports) -> None:
    private = private_words(reports)
    dataset = dataset_build()
    found = {name: unpacked(dataset, name).decode() for name in names_of(dataset)}
    for table in DICTIONARY:
        for ending in ("parquet", "jsonl.zst", "csv.gz"):
            assert files_of(dataset, table.name, ending), (table.name, ending)
    for name, text in found.items():
        assert [word for word in private if word in text] == [], name
    holders = {name.split(".", 1)[1] for name, text in found.items() if canary("released") in text}
    assert holders == {"csv.gz", "jsonl.zst", "parquet"}
