"""What is shown of a chart, to whom, and until when."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from html import unescape

import pytest

from backend.charts.kinds import KINDS
from backend.charts.looks import FILES
from backend.charts.models import Chart, ChartImage
from backend.findings.services import finding_hold
from backend.reports.services import report_withdraw
from tests.factories import make_finding, make_report
from tests.payloads import make_receipt_key

pytestmark = pytest.mark.django_db
DATA_FILES = ("data.json", "data.csv", "chart.json")


def addresses_of(chart: Chart) -> list[str]:
    at = f"/c/{chart.pk}/"
    names = (*FILES, "spec.json", *DATA_FILES)
    return [at, f"{at}embed/", f"/de{at}", *(f"{at}{name}" for name in names),
            f"/api/v1/charts/{chart.pk}/", f"/oembed/?url=http://testserver{at}"]  # fmt: skip


def statuses(visitor, chart: Chart) -> set[int]:
    return {visitor.get(address).status_code for address in addresses_of(chart)}


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_says_what_it_shows_and_how_to_verify_it(visitor, charts, kind: str) -> None:
    chart = charts[kind]
    page = visitor.get(f"/c/{chart.pk}/").content.decode()
    for told in (chart.title, chart.alt, chart.query, chart.digest, chart.data_sha256,
                 chart.input_digest, *(file["sha256"] for file in chart.files.values())):  # fmt: skip
        assert told in unescape(page)
    assert f"run {chart.run}" in page
    table = page[page.index('<tbody lang="en">') : page.index("</tbody>")]
    assert table.count("<tr>") == len(chart.data)
    assert page.count("<h1") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_each_address_answers_while_it_may_be_shown(visitor, charts, kind: str) -> None:
    assert statuses(visitor, charts[kind]) == {200}


def test_what_is_served_has_the_hashes_that_the_page_names(visitor, charts) -> None:
    for chart in charts.values():
        for name, file in chart.files.items():
            content = visitor.get(f"/c/{chart.pk}/{name}").content
            assert hashlib.sha256(content).hexdigest() == file["sha256"]
            assert len(content) == file["bytes"]
        for name, digest in (("chart.json", chart.digest), ("data.json", chart.data_sha256)):
            content = visitor.get(f"/c/{chart.pk}/{name}").content
            assert hashlib.sha256(content).hexdigest() == digest


def test_a_file_is_sent_again_only_to_who_has_it_not(visitor, charts) -> None:
    for name in ("light.svg", "data.csv", "chart.json"):
        address = f"/c/{charts['map'].pk}/{name}"
        first = visitor.get(address)
        assert first["Cache-Control"] == "public, no-cache"
        again = visitor.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_the_csv_holds_the_rows_of_the_json(visitor, charts) -> None:
    for chart in charts.values():
        rows = list(
            csv.reader(io.StringIO(visitor.get(f"/c/{chart.pk}/data.csv").content.decode()))
        )
        data = json.loads(visitor.get(f"/c/{chart.pk}/data.json").content)
        assert rows[1:] == [
            ["" if row[name] is None else str(row[name]) for name in rows[0]] for row in data
        ]


def test_no_cell_of_the_csv_is_a_formula(visitor, charts) -> None:
    chart = charts["reports"]
    chart.data = [
        dict(chart.data[0], what=text) for text in ("=1+1", "+1", "-1", "@a", "a;=b", "\t=1")
    ]
    chart.save()
    answer = visitor.get(f"/c/{chart.pk}/data.csv")
    assert "attachment" in answer["Content-Disposition"]
    cells = [row[-1] for row in csv.reader(io.StringIO(answer.content.decode()))][1:]
    assert cells == ["'=1+1", "'+1", "'-1", "'@a", "a;'=b", "'\t'=1"]


def test_files_of_simulated_data_say_so_in_their_names(visitor, charts) -> None:
    Chart.objects.update(is_simulated=True)
    answer = visitor.get(f"/c/{charts['reports'].pk}/data.csv")
    assert 'filename="SIMULATED-plumbline-' in answer["Content-Disposition"]
    for address in (f"/c/{charts['reports'].pk}/", f"/c/{charts['reports'].pk}/embed/"):
        assert (
            '<span class="tag simulated">SIMULATED</span>' in visitor.get(address).content.decode()
        )


def test_the_citation_of_simulated_data_is_english_in_every_language(visitor, charts) -> None:
    Chart.objects.update(is_simulated=True)
    for language in ("", "/de", "/zh-hans"):
        page = visitor.get(f"{language}/c/{charts['reports'].pk}/").content.decode()
        assert f"” (SIMULATED), chart {charts['reports'].pk}, data of " in page, language


# --- what must vanish


def test_charts_of_a_held_finding_are_gone_at_once_and_say_nothing(visitor, world, charts) -> None:
    finding_hold(finding_id=world.finding.pk, moderator="m", reason="not sure")
    for kind in ("finding", "map"):
        assert statuses(visitor, charts[kind]) == {404}
        for address in addresses_of(charts[kind]):
            assert "GPT-4" not in visitor.get(address).content.decode(), address
    assert visitor.get("/api/v1/charts/?kind=finding").json()["results"] == []
    assert charts["finding"].pk not in visitor.get("/").content.decode()


def test_a_timeline_that_names_a_held_finding_is_not_shown_either(visitor, world, publish) -> None:
    make_report(observed_on="2026-08-20")
    publish()
    chart = Chart.objects.get(kind="reports", is_current=True)
    assert f"finding {world.finding.pk}" in str(chart.data)
    finding_hold(finding_id=world.finding.pk, moderator="m", reason="not sure")
    assert statuses(visitor, chart) == {404}
    page = visitor.get("/").content.decode()
    assert chart.pk not in page
    assert "The picture is being drawn; the table below holds the numbers." in page
    publish()
    assert re.search(r'<img src="/c/[a-z2-7]{12}/light.svg"', visitor.get("/").content.decode())


@pytest.mark.parametrize("is_swept", [False, True])
def test_a_map_with_a_withdrawn_report_is_gone_at_once(
    visitor, world, publish, is_swept: bool
) -> None:
    key = make_receipt_key()
    report = make_report(receipt_key=key)
    finding = make_finding(run=world.run, representatives=(report, world.reports[0]))
    publish()
    old = Chart.objects.get(kind="map", subject=finding.pk, is_current=True)
    report_withdraw(receipt_key=key)
    assert (
        str(report.pk)
        not in visitor.get(f"/findings/{finding.pk}/map/", follow=True).content.decode()
    )
    if is_swept:
        publish()
        assert not ChartImage.objects.filter(chart=old).exists()
    assert statuses(visitor, old) == {410}
    for address in addresses_of(old):
        text = visitor.get(address).content.decode()
        assert str(report.pk) not in text
        assert address.startswith("/de/") or "no longer public" in text, address
    page = visitor.get(f"/findings/{finding.pk}/map/", follow=True).content.decode()
    assert old.pk not in page
    assert ("The picture is being drawn" in page) is not is_swept


def test_an_erased_map_of_a_held_finding_is_a_404(visitor, world, publish) -> None:
    key = make_receipt_key()
    report = make_report(receipt_key=key)
    finding = make_finding(run=world.run, representatives=(report,))
    publish()
    old = Chart.objects.get(kind="map", subject=finding.pk, is_current=True)
    report_withdraw(receipt_key=key)
    publish()
    finding_hold(finding_id=finding.pk, moderator="m", reason="not sure")
    assert statuses(visitor, old) == {404}


def test_a_chart_that_waits_to_be_drawn_has_no_address(visitor, charts) -> None:
    Chart.objects.update(drawn_at=None, is_current=False)
    assert statuses(visitor, charts["reports"]) == {404}


def test_a_kind_that_only_a_newer_worker_knows_has_no_address_yet(visitor, charts) -> None:
    Chart.objects.filter(kind="domain").update(kind="from-later")
    assert statuses(visitor, charts["domain"]) == {404}
    listed = [chart["kind"] for chart in visitor.get("/api/v1/charts/").json()["results"]]
    assert set(listed) == set(KINDS) - {"domain"}


def test_an_old_version_stays_and_leads_to_the_new_one(visitor, charts, publish) -> None:
    old = charts["reports"]
    make_report()
    publish()
    new = Chart.objects.get(kind="reports", is_current=True)
    assert statuses(visitor, old) == {200}
    for address in (f"/c/{old.pk}/", f"/c/{old.pk}/embed/"):
        assert f'href="/c/{new.pk}/"' in visitor.get(address).content.decode()
    assert "earlier version" not in visitor.get(f"/c/{new.pk}/").content.decode()


# --- addresses


def test_an_id_that_was_typed_off_an_image_in_capitals_leads_to_its_chart(visitor, charts) -> None:
    chart = charts["reports"]
    for prefix in ("", "/de"):
        answer = visitor.get(f"{prefix}/c/{chart.pk.upper()}/")
        assert (answer.status_code, answer["Location"]) == (301, f"{prefix}/c/{chart.pk}/")
    assert visitor.get(f"/c/{chart.pk[:11]}1/").status_code == 404, "no digit of base32"
    assert visitor.post(f"/c/{chart.pk.upper()}/").status_code == 405


def test_no_policy_allows_anything_inline(visitor, charts, world) -> None:
    for address in ("/", "/findings/", *addresses_of(charts["map"])):
        assert "unsafe-inline" not in visitor.get(address)["Content-Security-Policy"], address
    svg = visitor.get(f"/c/{charts['map'].pk}/light.svg")["Content-Security-Policy"]
    assert "default-src 'none'" in svg.split("; ")


# --- the API


def test_the_api_gives_what_the_page_shows(visitor, charts) -> None:
    for chart in charts.values():
        one = visitor.get(f"/api/v1/charts/{chart.pk}/").json()
        assert (one["data"], one["digest"], one["files"]) == (chart.data, chart.digest, chart.files)
        query = {"kind": chart.kind, "subject": chart.subject}
        (listed,) = visitor.get("/api/v1/charts/", query).json()["results"]
        assert listed == {name: one[name] for name in listed}
        assert visitor.get(chart.query_path).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["kind=pie", "kind=", "subject=%00", f"subject={'a' * 81}", "subject=a+b", "page_size=0"],
)
def test_the_api_refuses_what_it_does_not_know(visitor, charts, query: str) -> None:
    assert visitor.get(f"/api/v1/charts/?{query}").status_code == 400


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-23T12:00:00"]
)
def test_a_cursor_of_a_moment_that_no_clock_shows_is_refused(visitor, charts, moment) -> None:
    """The first and the last day of the calendar lie outside of it where UTC is behind or ahead."""
    token = base64.urlsafe_b64encode(json.dumps(["n", moment, "a" * 12]).encode()).decode()
    answer = visitor.get(f"/api/v1/charts/?cursor={token.rstrip('=')}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "cursor_unknown")


# --- cost


@pytest.mark.parametrize(
    ("address", "n"),
    [("/c/{}/", 4), ("/c/{}/embed/", 3), ("/c/{}/light.svg", 2), ("/c/{}/data.csv", 1),
     ("/api/v1/charts/{}/", 1), ("/api/v1/charts/", 1), ("/oembed/?url=http://testserver/c/{}/", 1)],
)  # fmt: skip
def test_what_an_address_costs(
    visitor, charts, django_assert_num_queries, address: str, n: int
) -> None:
    with django_assert_num_queries(n):
        assert visitor.get(address.format(charts["map"].pk)).status_code == 200


def test_a_page_looks_its_charts_up_in_one_query_but_for_maps(visitor, world, charts, rf) -> None:
    from django.db import connection
    from django.template import Context, engines
    from django.test.utils import CaptureQueriesContext

    template = engines["django"].from_string(
        "{% load charts %}{% chart 'finding' f %}{% chart 'map' f %}{% chart 'finding' f %}"
        "{% charts_load 'domain' slugs %}{% for s in slugs %}{% chart 'domain' s %}{% endfor %}"
    )
    slugs = ["law", "distributed-training", "medicine"]
    context = {"f": world.finding.pk, "slugs": slugs, "request": rf.get("/")}
    with CaptureQueriesContext(connection) as seen:
        page = template.template.render(Context(context))
    assert len(seen) == 3, "one for the subject, one for its map, one for what was loaded"
    assert page.count("<picture>") == 4
    assert page.count("The picture is being drawn") == 2


@pytest.mark.parametrize(("language", "word"), [("", "week"), ("/de", "Woche"), ("/zh-hans", "周")])
def test_what_a_row_is_is_said_in_the_pages_language_and_no_column_is_empty(
    visitor, charts, language: str, word: str
) -> None:
    chart = charts["domain"]
    page = visitor.get(f"{language}/c/{chart.pk}/").content.decode()
    table = page[page.index("<thead>") : page.index("</tbody>")]
    said = re.findall(r'<td class="dates" lang="[a-z-]+">([^<]+)</td>', table, re.IGNORECASE)
    assert said == [word] * len(chart.data)
    assert table.count("<th ") == 4, "no row has anything to say under “What”"
    assert '<td class="dates"></td>' not in table
    head = visitor.get(f"/c/{chart.pk}/data.csv").content.decode().split("\r\n")[0]
    assert head == "row,from,to,reports,what"


@pytest.mark.parametrize("kind", KINDS)
def test_only_a_map_of_reports_promises_to_go_blank(visitor, charts, kind: str) -> None:
    chart = charts[kind]
    page = visitor.get(f"/c/{chart.pk}/").content.decode()
    assert ("goes blank" in page) is chart.reports.exists() is (kind == "map")


def test_paper_gets_the_light_picture(visitor, charts) -> None:
    for chart in charts.values():
        for address in (f"/c/{chart.pk}/", f"/c/{chart.pk}/embed/"):
            sources = re.findall(r"<source [^>]+>", visitor.get(address).content.decode())
            dark = [source for source in sources if "dark" in source]
            assert len(dark) == 2
            assert all('media="screen and ' in source for source in dark)
