"""How answers travel: versions and 304, compression, what other sites may read, the front door."""

from __future__ import annotations

import gzip
from typing import Any

import brotli
import pytest
import zstandard
from django.urls import resolve

from backend.exports.services import dataset_build
from backend.findings.acknowledgements import acknowledgement_retract
from backend.findings.services import finding_hold
from tests import routes
from tests.factories import (
    acknowledge,
    make_acknowledgement,
    make_cell,
    make_charts,
    make_cluster,
    make_disclosure,
    make_finding,
    make_report,
    make_run,
)
from tests.findings.test_told import step
from tests.payloads import make_payload, make_receipt_key

pytestmark = pytest.mark.usefixtures("catalogue")
STAMPED = ["/api/v1/findings/", "/api/v1/events/", "/api/v1/runs/", "/api/v1/signals/",
           "/api/v1/cells/", "/api/v1/comparisons/", "/feeds/findings.atom"]  # fmt: skip
NEVER_KEPT = {"/healthz", "/readyz", "/status/", "/api/v1/status/", routes.WITHDRAW_PAGE}
KEY = make_receipt_key()


@pytest.fixture
def world(clock) -> dict[str, Any]:
    report = make_report(prompt="Why does the restart lose its state?", receipt_key=KEY)
    run = make_run()
    finding = make_finding(run=run, representatives=(report,))
    make_cell(run=run)
    make_cell(run=run, domain_id="law")
    cluster = make_cluster(run=run, reports=[report])
    return make_charts(finding) | {
        "report": report.pk, "finding": finding.pk, "run": run.pk, "cluster": cluster.track_id,
        "version": dataset_build().version, "disclosure": make_disclosure().pk,
    }  # fmt: skip


def test_every_address_answers_304_to_whoever_has_it(visitor, world) -> None:
    for route in routes.PUBLIC:
        address = route.format(**world)
        if address in NEVER_KEPT or route in routes.PUBLIC_FILES:
            continue  # files have their own tests
        first = visitor.get(address)
        assert first.getvalue(), address
        assert "ETag" in first, address
        again = visitor.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.getvalue()) == (304, b""), address
        assert again["ETag"] == first["ETag"], address
        assert again.get("Cache-Control") == first.get("Cache-Control"), address
        other = visitor.get(address, headers={"If-None-Match": '"another"'})
        assert (other.status_code, bool(other.getvalue())) == (200, True), address


@pytest.mark.parametrize("address", STAMPED)
def test_conclusions_are_compared_before_anything_is_computed(
    visitor, world, address, django_assert_num_queries
) -> None:
    etag = visitor.get(address)["ETag"]
    assert etag.startswith('W/"')
    with django_assert_num_queries(3):
        assert visitor.get(address, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("change", ["step", "run", "hold", "delete"])
def test_any_change_of_a_conclusion_changes_the_version(visitor, world, change: str) -> None:
    from backend.findings.models import Finding, FindingEvent

    before = {address: visitor.get(address)["ETag"] for address in STAMPED}
    finding = Finding.objects.get()
    match change:
        case "step":
            step(finding, "corroborated")
        case "run":
            make_run()
        case "hold":
            finding_hold(finding_id=finding.pk, moderator="m", reason="Wrong.")
        case "delete":
            FindingEvent.objects.all().delete()
            finding.delete()
    for address, etag in before.items():
        answer = visitor.get(address, headers={"If-None-Match": etag})
        assert answer.status_code == 200, address


def test_no_version_tells_that_what_waits_rested_on_a_word_that_was_taken_down(
    visitor, world, clock
) -> None:
    waiting = make_finding(run=make_run(), domain_id="law", is_published=False)
    word = make_acknowledgement(waiting)
    acknowledge(waiting, word)
    before = {address: visitor.get(address)["ETag"] for address in STAMPED}
    acknowledgement_retract(acknowledgement_id=word.pk, moderator="mo", reason="Wrong.")
    assert waiting.events.filter(reason__contains="taken down").exists()
    for address, etag in before.items():
        answer = visitor.get(address, headers={"If-None-Match": etag})
        assert answer.status_code == 304, address


def test_a_step_that_was_logged_late_under_a_lower_number_is_noticed(visitor, world) -> None:
    # Two transactions may end in the other order than they began in.
    from backend.findings.models import Finding, FindingEvent

    last = step(Finding.objects.get(), "corroborated")
    FindingEvent.objects.filter(id=last.pk).update(id=last.pk + 10)
    etag = visitor.get("/api/v1/events/")["ETag"]
    step(Finding.objects.get(), "reported")
    answer = visitor.get("/api/v1/events/", headers={"If-None-Match": etag})
    assert answer.status_code == 200


def test_a_withdrawn_report_is_never_hidden_by_a_version(visitor, world) -> None:
    from backend.reports.services import report_withdraw

    places = ["/api/v1/reports/", f"/findings/{world['finding']}-gpt-4-0613-distributed-training-silent/",
              f"/api/v1/findings/{world['finding']}/map/"]  # fmt: skip
    etags = {place: visitor.get(place)["ETag"] for place in places}
    report_withdraw(receipt_key=KEY)
    for place, etag in etags.items():
        answer = visitor.get(place, headers={"If-None-Match": etag})
        assert answer.status_code == 200, place
        assert b"restart lose" not in answer.content, place


def test_what_does_not_exist_has_no_version(visitor, world) -> None:
    since = "Sun, 01 Jan 2090 00:00:00 GMT"
    for address in ("/api/v1/findings/999999/", "/api/v1/runs/999999/"):
        answer = visitor.get(address, headers={"If-Modified-Since": since})
        assert answer.status_code == 404, address
        assert answer["Cache-Control"] == "no-store"


# --- compression


OPEN = {
    "gzip": gzip.decompress, "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompress(data, max_output_size=10**7),
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd"])
@pytest.mark.parametrize("address", ["/", "/api/v1/cells/", "/feeds/findings.json", "/method/"])
def test_public_texts_are_compressed_as_the_client_takes_them(
    visitor, world, address: str, encoding: str
) -> None:
    plain = visitor.get(address)
    packed = visitor.get(address, headers={"Accept-Encoding": encoding})
    assert packed["Content-Encoding"] == encoding
    assert OPEN[encoding](packed.content) == plain.content
    assert len(packed.content) < len(plain.content)
    assert "Accept-Encoding" in plain["Vary"]
    assert "Accept-Encoding" in packed["Vary"]
    headers = {"If-None-Match": packed["ETag"], "Accept-Encoding": encoding}
    assert visitor.get(address, headers=headers).status_code == 304


def test_what_holds_a_secret_and_what_is_packed_already_is_left_as_it_is(
    visitor, moderator, world
) -> None:
    key = "0" * 32
    answers = [
        moderator.get("/admin/", headers={"Accept-Encoding": "br"}),
        visitor.get(
            "/api/v1/receipts/", headers={"Plumbline-Receipt": key, "Accept-Encoding": "br"}
        ),
        visitor.get(
            f"/data/{world['version']}/findings.parquet", headers={"Accept-Encoding": "br"}
        ),
    ]
    assert all(answer.getvalue() for answer in answers)
    assert [answer.has_header("Content-Encoding") for answer in answers] == [False] * 3


# --- other sites


ORIGIN = {"Origin": "https://news.example"}


def test_a_script_of_another_site_may_read_what_is_public(visitor, world) -> None:
    for address in ("/api/v1/", "/api/v1/reports/", "/feeds/findings.json", "/api/v1/findings/999/",
                    f"/data/{world['version']}/manifest.json",
                    f"/oembed/?url=http://testserver/c/{world['chart']}/"):  # fmt: skip
        answer = visitor.get(address, headers=ORIGIN)
        assert answer.getvalue(), address
        assert answer["Access-Control-Allow-Origin"] == "*", address
        assert "RateLimit" in answer["Access-Control-Expose-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer


def test_it_may_read_no_page_no_receipt_and_no_desk(visitor, world) -> None:
    for address in ("/", "/withdraw/", "/admin/", "/api/v1/receipts/"):
        assert "Access-Control-Allow-Origin" not in visitor.get(address, headers=ORIGIN), address


def test_it_may_send_nothing(visitor, stored) -> None:
    asked = ORIGIN | {"Access-Control-Request-Method": "POST",
                      "Access-Control-Request-Headers": "content-type"}  # fmt: skip
    preflight = visitor.options("/api/v1/reports/", headers=asked)
    assert preflight["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "content-type" not in preflight["Access-Control-Allow-Headers"]
    # The extension's own request, which no browser asks about beforehand, works as ever.
    sent = visitor.post(
        "/api/v1/reports/", make_payload(), content_type="application/json",
        headers={"Origin": "chrome-extension://abcdefghijklmnop"},
    )  # fmt: skip
    assert (sent.status_code, stored()[0]) == (201, 1)
    assert "Access-Control-Allow-Origin" not in sent


def test_a_browser_asks_once_a_day(visitor) -> None:
    asked = ORIGIN | {"Access-Control-Request-Method": "GET",
                      "Access-Control-Request-Headers": "authorization"}  # fmt: skip
    preflight = visitor.options("/api/v1/cells/", headers=asked)
    assert preflight.status_code == 200
    assert preflight["Access-Control-Max-Age"] == "86400"
    assert "authorization" in preflight["Access-Control-Allow-Headers"]


# --- the front door


def test_the_root_lists_what_can_be_read_and_each_of_it_answers(visitor, world) -> None:
    root = visitor.get("/api/v1/").json()
    addresses = [root["documentation"], root["schema"], *root["feeds"].values(),
                 *root["lists"].values()]  # fmt: skip
    for address in addresses:
        assert visitor.get(address.removeprefix("http://testserver")).status_code == 200, address
    listed = {address.removeprefix("http://testserver") for address in root["lists"].values()}
    plain = {route for route in [*routes.PUBLIC_API, routes.SUBMIT]
             if route.startswith("/api/") and "{" not in route and "?" not in route}  # fmt: skip
    plain = {route for route in plain if "<" not in resolve(route).route}
    assert listed == plain - {"/api/v1/", "/api/v1/schema/"}
