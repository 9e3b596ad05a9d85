"""What pages show beside findings, the API tells: first page, subjects, clusters, reports, register."""

from __future__ import annotations

import re
from typing import Any

import pytest

from analysis.ladder import _figures
from backend.common.languages import in_figures
from backend.reports.services import report_reject
from tests.explorer.conftest import world  # noqa: F401 - the same small public world
from tests.factories import (
    make_cell,
    make_cluster,
    make_disclosure,
    make_finding,
    make_incident,
    make_report,
)
from tests.pages import day, words_of

pytestmark = pytest.mark.django_db


def words_at(visitor, address: str) -> str:
    answer = visitor.get(address)
    assert answer.status_code == 200, address
    return words_of(answer.content.decode())


def told(visitor, address: str, **query: str) -> Any:
    answer = visitor.get(f"/api/v1/{address}/", query)
    assert answer.status_code == 200, address
    return answer.json()


@pytest.fixture
def full(world):  # noqa: F811
    """The small world with something of everything that the first page has."""
    make_cell(run=world.run)
    make_report(provenance="import", collection="quiz", observed_on="2026-10-10")
    make_report(observed_on="2026-08-03", symptoms=["refusal"])
    world.run.incidents = [make_incident()]
    world.run.summary = {
        "n_contributors": 1203,
        "n_contributors_simulated": 4,
        "n_cell_windows_tested": 77,
    }
    world.run.save()
    make_finding(run=world.run, domain_id="law", state="resolved", n_contributors=8)
    make_disclosure(vendor_id="openai")
    return world


@pytest.mark.parametrize("kind", ["silent", "stated"])
def test_the_first_page(visitor, full, kind: str) -> None:
    page = visitor.get("/", {"kind": kind}).content.decode()
    words, body = words_of(page), told(visitor, "overview", kind=kind)
    counts, ratings = body["counts"], body["ratings"]
    assert counts == {
        "n_reports": 5, "n_people": 4, "n_imported": 1, "n_simulated": 0, "n_sites": 1, "n_models": 1,
    }  # fmt: skip
    for said, n in (
        ("public reports", counts["n_reports"]), ("from people", counts["n_people"]),
        ("from imported collections", counts["n_imported"]), ("site", counts["n_sites"]),
        ("model", counts["n_models"]), ("contributors at most", "1 203"),
        ("SIMULATED contributors", "fewer than 5"), ("weeks with reports", len(body["weeks"])),
    ):  # fmt: skip
        assert f" {said} {n} " in words, said
    assert (body["n_contributors"], body["n_contributors_simulated"]) == (1203, None)
    assert ratings == {"rating": 0, "imported": 0, "simulated": 0}
    assert f"{body['n_cell_windows_tested']} cells and windows tested" in words
    assert (body["standing"], len(body["ended"])) == ([full.finding.pk], 1)
    for week in body["weeks"]:
        assert f" {week['week']} {week['n']} " in words
    squares = [square for matrix in body["matrices"] for square in matrix["squares"]]
    if kind == "silent":
        assert {square["finding"] for square in squares} == {*body["standing"], *body["ended"]}
        assert [matrix["models"] for matrix in body["matrices"]] == [["gpt-4-0613"]]
    else:
        assert squares == []
    assert [moment["kind"] for moment in body["moments"]] == [
        "incident", "began", "began", "disclosure",
    ]  # fmt: skip
    assert page.count("<time datetime=") == len(body["moments"])
    for moment in body["moments"]:
        assert f" {moment['on']} " in words
        assert f'href="{moment["address"].removeprefix("http://127.0.0.1:8000")}"' in page
    assert f"{body['comparisons']['worse']} worse, 0 better" in words


def test_an_unknown_kind_is_refused(visitor, full) -> None:
    for query in (
        {"kind": "loud"},
        {"kind": ""},
        {"kind": ["silent", "stated"]},
        {"colour": "red"},
    ):
        refused = visitor.get("/api/v1/overview/", query)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "filter_invalid")


def test_the_subjects(visitor, full) -> None:
    page, body = visitor.get("/domains/").content.decode(), told(visitor, "domains")
    shown = dict(re.findall(r'<a href="/domains/([a-z-]+)/">.*?<td class="number"[^>]*>(.*?)</td>',
                            page, re.DOTALL))  # fmt: skip
    rows = {row["domain"]: row for row in body["results"]}
    assert rows["distributed-training"]["n_reports"] == 3
    assert {domain: str(row["n_reports"]) for domain, row in rows.items()} == shown
    assert rows["distributed-training"]["findings"] == [full.finding.pk]
    assert len(rows["law"]["findings"]) == 1
    assert body["n_unknown"] == 0


def test_one_subject(visitor, full) -> None:
    page, body = visitor.get("/domains/distributed-training/").content.decode(), None
    words, body = words_of(page), told(visitor, "domains/distributed-training")
    assert body["n_reports"] == sum(week["n_silent"] + week["n_stated"] for week in body["weeks"])
    for week in body["weeks"]:
        assert f" {week['week']} {week['n_silent']} {week['n_stated']} " in words
    assert body["models"] == [{"model": "gpt-4-0613", "n": 3, "is_simulated": False}]
    assert " GPT-4 (June 2023) 3 " in words
    assert body["clusters"] == [full.cluster.track_id]
    assert f'href="/clusters/{full.cluster.track_id}/"' in page
    assert [f"#disclosure-{pk}" in page for pk in body["disclosures"]] == [True]
    assert body["findings"] == [full.finding.pk]
    refused = visitor.get("/api/v1/domains/no-such/")
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "domain_unknown")


def test_a_cluster(visitor, full) -> None:
    full.cluster.model_signals = [
        {
            "model": "gpt-4-0613",
            "observed": 9,
            "expected": 2.125,
            "is_discovery": True,
            "symptom_kind": "silent",
        },
        {
            "model": "gpt-5",
            "observed": 9,
            "expected": 2.5,
            "is_discovery": True,
            "symptom_kind": "silent",
        },
    ]  # no public finding names the second one here
    full.cluster.save()
    variant = make_cluster(run=full.run, parent=full.cluster, is_public=True)
    hidden = make_cluster(run=full.run, parent=full.cluster, nearest=full.cluster, is_public=False)
    full.cluster.nearest = hidden
    full.cluster.save()
    place = f"clusters/{full.cluster.track_id}"
    page, body = visitor.get(f"/{place}/").content.decode(), told(visitor, place)
    named = {"model": "gpt-4-0613", "symptom_kind": "silent", "observed": 9, "expected": 2.125}
    assert body["models"] == [named]
    said = "gpt-4-0613 Silent symptoms: 9 contributors where 2.1 would be expected."
    assert said in words_of(page)
    assert body["variants"] == [variant.track_id]
    assert body["nearest"] is None
    assert f"/clusters/{hidden.track_id}/" not in page
    (medoid,) = body["medoids"]
    assert f'href="/reports/{medoid}/"' in page
    rows = told(visitor, f"{place}/reports")["results"]
    assert [row["id"] for row in rows] == [medoid]
    assert "1 report." in words_of(page)
    assert len(body["events"]) == page.count("<li>") or body["events"][0]["reason"] == ""


def test_where_a_report_was_counted(visitor, full) -> None:
    for report, cluster in ((full.reports[0], full.cluster.track_id), (full.reports[1], None)):
        body = told(visitor, f"reports/{report.pk}/counted")
        assert body == {
            "domain": "distributed-training", "is_duplicate": False, "cluster": cluster,
        }  # fmt: skip
        page = visitor.get(f"/reports/{report.pk}/").content.decode()
        assert ("/clusters/" in page) is (cluster is not None)
    waiting = make_report(state="quarantined")
    assert visitor.get(f"/api/v1/reports/{waiting.pk}/counted/").status_code == 404


@pytest.mark.parametrize("query", [{}, {"site": "chatgpt", "kind": "stated"}, {"q": "shard"}])
def test_how_many_reports_match(visitor, full, query: dict[str, str]) -> None:
    body = told(visitor, "reports/counts", **query)
    words = words_of(visitor.get("/reports/", query).content.decode())
    n = body["n_reports"]
    said = f"{n} report{'s' if n != 1 else ''}"
    assert (f"{said}." if not query else f"{said} match{'es' if n == 1 else ''}.") in words
    assert n == len(told(visitor, "reports", **query)["results"]) > 0
    assert sum(body["values"]["site"].values()) == n
    assert query or f"ChatGPT {n}" in words
    assert visitor.get("/api/v1/reports/counts/", {"site": "no-such"}).status_code == 404


def test_a_report_that_is_no_longer_public_stands_for_no_finding(visitor, full) -> None:
    address = f"findings/{full.finding.pk}/reports"
    shown = told(visitor, address)["results"]
    assert [row["id"] for row in shown] == sorted(str(report.pk) for report in full.reports[:2])
    report_reject(report_id=full.reports[0].pk, moderator="mo", reason="spam")
    assert [row["id"] for row in told(visitor, address)["results"]] == [str(full.reports[1].pk)]
    assert visitor.get("/api/v1/findings/999/reports/").status_code == 404


def test_the_register(visitor, full) -> None:
    words = words_at(visitor, "/disclosures/")
    (row,) = told(visitor, "disclosures")["results"]
    for fact in ("title", "passage", "summary", "source_url"):
        assert row[fact] in words
    for name in ("published_on", "found_on"):
        assert day(row[name]) in words
    assert f"pages {row['page_first']} to {row['page_last']}" in words
    assert "0.03 %" in words
    assert row["traffic_share"] == 0.0003


def test_what_would_move_a_finding_down(visitor, full) -> None:
    body = told(visitor, "method")
    assert body["moves_down"][full.finding.state] in words_at(
        visitor, f"/findings/{full.finding.name}/"
    )


@pytest.mark.parametrize("digits", [2, 3])
def test_a_reason_rounds_as_pages_do(digits: int) -> None:
    """The science writes reasons, the web may not load it: each has its own function."""
    numbers = [0.049, 0.95, 2.549, 3.15, 3.349, 9.96, 16.3, 99.96, 123.4, 1234.0]
    assert [_figures(n, digits) for n in numbers] == [in_figures(n, digits) for n in numbers]
