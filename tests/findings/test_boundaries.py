"""The map of a finding: stored with it, replaced by the next run, shown as far as it is public."""

from __future__ import annotations

import pytest

from backend.findings import services
from backend.findings.boundaries import BoundaryRow, boundary_public, boundary_store
from backend.findings.models import Boundary, BoundaryPoint, Finding
from tests.factories import make_finding, make_report, make_run
from tests.findings.test_runs import store

pytestmark = pytest.mark.usefixtures("catalogue")
DOMAIN = {
    "domain": "law", "n_cases": 4, "n_controls": 9, "n_contributors": 5,
    "share_affected": 0.5, "share_normal": 0.25, "ratio": 2.5,
}  # fmt: skip
FIELDS = {
    "model_id": "gpt-4-0613", "domain_id": "law", "symptom_kind": "silent", "state": "reported",
    "reason": "Many.", "onset": None, "onset_low": None, "onset_high": None, "offset": None,
    "offset_low": None, "offset_high": None, "n_reports": 30, "n_contributors": 20,
    "breakdown_number": 4, "peak": {"observed": 12}, "series": [], "is_simulated": False,
}  # fmt: skip


def point(report, **more) -> dict:
    return {
        "report_id": str(report.pk), "x": 0.1, "y": -0.2, "ratio": 3.0, "low": 2.2, "high": 4.0,
        "state": "affected", "is_case": True, "frontier_rank": None,
    } | more  # fmt: skip


def run_with(boundary: BoundaryRow | None) -> None:
    store(
        services.Conclusions(
            findings=[(FIELDS, [])], boundaries={} if boundary is None else {0: boundary}
        )
    )


def test_a_map_is_replaced_by_the_next_runs_and_goes_with_what_it_was_drawn_from() -> None:
    reports = [make_report() for _ in range(3)]
    fields = {"n_cases": 30, "n_controls": 40, "domains": [DOMAIN]}
    run_with(BoundaryRow(fields, [point(report) for report in reports]))
    assert BoundaryPoint.objects.count() == 3
    run_with(BoundaryRow(fields | {"n_cases": 31}, [point(reports[0])]))
    assert (Boundary.objects.get().n_cases, BoundaryPoint.objects.count()) == (31, 1)
    reports[0].delete()
    assert BoundaryPoint.objects.count() == 0
    run_with(None)
    assert not Boundary.objects.exists()


def test_a_finding_that_fades_has_no_map() -> None:
    run_with(BoundaryRow({"n_cases": 30, "n_controls": 40, "domains": []}))
    store(services.Conclusions())
    assert Finding.objects.get().state == "insufficient"
    assert not Boundary.objects.exists()


def test_page_and_api_show_public_reports_only_and_the_nearest_first(visitor) -> None:
    one, two, hidden = make_report(), make_report(), make_report(state="pending")
    other = make_report(model_label="gpt-5")
    finding = make_finding(run=make_run())
    boundary_store(
        finding,
        BoundaryRow(
            {"n_cases": 30, "n_controls": 40, "domains": [DOMAIN]},
            [
                point(one, frontier_rank=1),
                point(two, frontier_rank=0),
                point(hidden, frontier_rank=2),
                point(other, frontier_rank=3, is_case=False),
            ],
        ),
    )
    body = visitor.get(f"/api/v1/findings/{finding.pk}/map/").json()
    assert {p["report"] for p in body["points"]} == {str(one.pk), str(two.pk), str(other.pk)}
    assert body["domains"] == [
        {name: DOMAIN[name] for name in ("domain", "n_controls", "share_affected")}
        | {"n_cases": None, "share_normal": 0.25, "ratio": 2.5, "state": "insufficient"}
    ]
    page = visitor.get(f"/findings/{finding.name}/map/").content.decode()
    assert page.index(str(two.pk)) < page.index(str(one.pk))
    assert str(hidden.pk) not in page
    assert str(other.pk) not in page, "one about another model is not called affected"
    assert "3 affected" in page
    assert "Nor is it a finding about another subject" in page


@pytest.mark.parametrize(
    ("model", "is_simulated"), [("gpt-4-0613", False), ("demo-brook-deep", True)]
)
def test_the_map_says_whether_it_is_simulated(visitor, model: str, is_simulated: bool) -> None:
    finding = make_finding(run=make_run(), model_id=model, is_simulated=is_simulated)
    boundary_store(finding, BoundaryRow({"n_cases": 30, "n_controls": 40, "domains": [DOMAIN]}))
    body = visitor.get(f"/api/v1/findings/{finding.pk}/map/").json()
    assert body["is_simulated"] is is_simulated


def test_counts_of_fewer_than_five_people_are_not_told() -> None:
    finding = make_finding(run=make_run())
    few = DOMAIN | {"n_contributors": 4, "n_cases": 20}
    boundary_store(
        finding, BoundaryRow({"n_cases": 30, "n_controls": 40, "domains": [DOMAIN, few]})
    )
    shown = boundary_public(finding)
    assert shown is not None
    assert shown.domains_shown[1] == dict.fromkeys(DOMAIN) | {
        "domain": "law",
        "state": "insufficient",
    }


def test_beside_the_numbers_of_a_subject_stands_what_is_known_of_it(visitor) -> None:
    finding = make_finding(run=make_run())
    boundary_store(finding, BoundaryRow({"n_cases": 30, "n_controls": 40, "domains": [DOMAIN]}))
    address = f"/api/v1/findings/{finding.pk}/map/"

    def state() -> str:
        return str(visitor.get(address).json()["domains"][0]["state"])

    make_finding(run=finding.run, domain_id="law", model_id="gpt-5")
    make_finding(run=finding.run, domain_id="law", symptom_kind="stated")
    waiting = make_finding(run=finding.run, domain_id="law", is_published=False)
    assert state() == "insufficient", "of others, or not public"
    Finding.objects.filter(pk=waiting.pk).update(is_published=True, state="refuted")
    assert state() == "refuted"
    page = visitor.get(f"/findings/{finding.name}/map/").content.decode()
    assert "refuted" in page
    make_finding(run=finding.run, domain_id="law", state="corroborated")
    assert state() == "corroborated", "the firmest"


def test_a_finding_without_a_map_says_so(visitor) -> None:
    finding = make_finding(run=make_run())
    boundary_store(finding, None)
    assert visitor.get(f"/findings/{finding.name}/map/").status_code == 404
    answer = visitor.get(f"/api/v1/findings/{finding.pk}/map/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "map_unknown")
    assert b"/map/" not in visitor.get(f"/findings/{finding.name}/").content
