"""Every page answers, with and without data, in a fixed number of queries."""

from __future__ import annotations

import re

import pytest

from backend.explorer.words import THRESHOLDS
from tests.explorer.conftest import make_comparison
from tests.factories import (
    acknowledge,
    make_acknowledgement,
    make_cell,
    make_cluster,
    make_finding,
    make_report,
    make_run,
)

pytestmark = pytest.mark.django_db
ALWAYS = ["/", "/findings/", "/comparisons/", "/reports/", "/domains/",
          "/domains/distributed-training/", "/method/", "/plan/", "/data/", "/privacy/",
          "/vendors/", "/vendors/openai/", "/models/gpt-4-0613/", "/sites/chatgpt/", "/compare/",
          "/status/", "/replies/", "/disclosures/"]  # fmt: skip


@pytest.mark.parametrize("address", ALWAYS)
def test_every_page_answers_on_an_empty_database(visitor, address: str) -> None:
    answer = visitor.get(address)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("<h1") == 1
    assert "SIMULATED data" not in page
    assert 'class="tag simulated"' not in page
    assert '<a class="skip" href="#content">' in page
    assert '<main id="content">' in page


@pytest.mark.parametrize("address", ALWAYS)
def test_every_page_answers_even_without_a_catalogue(client, db, address: str) -> None:
    is_of_catalogue = address.startswith(("/domains/d", "/vendors/o", "/models/", "/sites/"))
    expected = 404 if is_of_catalogue else 200
    assert client.get(address).status_code == expected


# What each page reads, plus one query for the banner.
QUERIES = {
    "/": 11, "/findings/": 6, "/comparisons/": 2, "/reports/": 5, "/domains/": 4,
    "/vendors/": 7, "/vendors/openai/": 12, "/models/gpt-4-0613/": 12, "/sites/chatgpt/": 11,
    "/compare/": 3, "/compare/?left=model:gpt-4-0613&right=model:gpt-4-0314": 12,
    "/compare/?left=2026-01-01..2026-06-30&right=2026-07-01..2026-12-31&model=gpt-4-0613"
    "&domain=distributed-training": 11, "/status/": 8,
    "/domains/distributed-training/": 11, "/method/": 3, "/plan/": 2, "/data/": 5, "/privacy/": 1,
    "/reports/{report}/": 7, "/findings/{finding}/": 10, "/findings/{finding}/map/": 8,
    "/replies/": 2, "/disclosures/": 2,
    "/clusters/{cluster}/": 8,
}  # fmt: skip


@pytest.mark.parametrize("address", QUERIES)
def test_a_page_takes_the_same_number_of_queries_however_much_there_is(
    world, visitor, django_assert_num_queries, address: str
) -> None:
    path = address.format(
        report=world.reports[0].pk, finding=world.finding.name, cluster=world.cluster.track_id
    )
    with django_assert_num_queries(QUERIES[address]):
        assert visitor.get(path).status_code == 200
    for report in (make_report() for _ in range(4)):
        world.finding.representatives.add(report)
        make_cluster(run=world.run, reports=[report], parent=world.cluster)
    make_finding(run=world.run, domain_id="mathematics")
    for kind in ("silent", "stated"):
        make_cell(run=world.run, symptom_kind=kind)
    make_comparison(world.run, domain_id="science-physics", verdict="insufficient")
    with django_assert_num_queries(QUERIES[address]):
        assert visitor.get(path).status_code == 200


def test_the_vendors_word_costs_a_findings_page_one_query(
    world, visitor, django_assert_num_queries
) -> None:
    words = [make_acknowledgement(world.finding, passage=text) for text in ("One.", "Two.")]
    acknowledge(world.finding, *words)
    with django_assert_num_queries(QUERIES["/findings/{finding}/"] + 1):
        assert visitor.get(f"/findings/{world.finding.name}/").status_code == 200


def test_the_overview_says_plainly_that_nothing_stands_out(visitor, world) -> None:
    world.finding.delete()
    assert "Nothing stands out in the reports so far" in visitor.get("/").content.decode()


def test_the_overview_says_that_there_is_not_enough_data_before_the_first_run(visitor) -> None:
    assert "Not enough data: no analysis has been run yet." in visitor.get("/").content.decode()


@pytest.mark.usefixtures("catalogue")
def test_a_subject_blames_no_analysis_that_was_never_run(visitor) -> None:
    page = visitor.get("/domains/law/").content.decode()
    assert page.count("Not enough data: no analysis has been run yet.") == 2
    assert "The last analysis" not in page
    make_run()
    page = visitor.get("/domains/law/").content.decode()
    assert page.count("The last analysis") == 2


def test_the_overview_counts_what_is_known(visitor, world) -> None:
    page = visitor.get("/").content.decode()
    numbers = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert numbers == {
        "public reports": "3", "from people": "3", "from imported collections": "0",
        "site": "1", "model": "1", "week with reports": "1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("worse", "worse"), ("better", "better"), ("no_difference", "no difference found"),
     ("insufficient", "not enough data")],
)  # fmt: skip
def test_a_comparison_has_its_verdict_in_words(visitor, world, verdict: str, words: str) -> None:
    make_comparison(world.run, domain_id="science-physics", verdict=verdict)
    page = visitor.get("/comparisons/").content.decode()
    assert f'<span class="{verdict}">{words}</span>' in page
    assert "10.0\u00a0%" in page  # 20 of 200
    assert "25.0\u00a0%" in page  # 50 of 200
    assert "+15.0" in page
    assert "+8.0 to +22.0" in page


def test_cautions_are_said_in_words(visitor, world) -> None:
    make_comparison(
        world.run, domain_id="science-physics", cautions=["format_only", "style_collapse"]
    )
    for address in ("/", "/comparisons/"):
        assert "2 worse (1 of them with a caution)" in visitor.get(address).content.decode()
    page = visitor.get("/comparisons/").content.decode()
    assert "The change is one of format" in page
    assert "changed more than fivefold" in page
    assert "format_only" not in page


@pytest.mark.parametrize(
    "address",
    ["/nothing/", "/reports/00000000-0000-4000-8000-000000000000/", "/reports/not-an-id/",
     "/findings/999999/", "/domains/no-such/", "/domains/frontier-ml/", "/vendors/no-such/",
     "/models/no-such/", "/sites/no-such/", "/c/aaaaaaaaaaaa/", "/c/aaaaaaaaaaaa/light.svg", "/c/short/"],
)  # fmt: skip
def test_what_does_not_exist_is_a_404_with_words(visitor, address: str) -> None:
    answer = visitor.get(address)
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


@pytest.mark.parametrize("address", [*ALWAYS, "/robots.txt"])
def test_pages_only_answer_reads(visitor, address: str) -> None:
    assert visitor.post(address).status_code == 405


def test_no_page_has_a_script_or_a_style_of_its_own(visitor, world, settings) -> None:
    addresses = [*ALWAYS, f"/findings/{world.finding.name}/", f"/reports/{world.reports[0].pk}/"]
    for address in addresses:
        answer = visitor.get(address)
        page = re.sub(r'<link rel="alternate"[^>]*>', "", answer.content.decode())
        page = re.sub(r'<script src="/static/[a-z_/0-9.-]+" defer></script>', "", page)
        page = page.replace(settings.PUBLIC_URL, "")  # as a finding is cited
        assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|https?://", page), address
        assert "default-src 'self'" in answer["Content-Security-Policy"]


def test_the_method_page_shows_the_thresholds_of_the_run_itself(visitor, world) -> None:
    config = world.run.config
    assert set(THRESHOLDS) <= set(config)  # no threshold in words that the method no longer has
    world.run.config = config | {"window_weeks": 12}
    world.run.save()
    page = visitor.get("/method/").content.decode()
    assert re.search(r'Weeks of a window\.</td><td class="number"[^>]*>12</td>', page)
    assert all(f"<dt><code>{name}</code></dt>" in page for name in config)


@pytest.mark.parametrize(
    ("provenance", "words"),
    [("report", "Somebody thought that this answer was worse than it should be."),
     ("simulated", "This report is invented"),
     ("import", "the imported collection “quiz”, whose grading counts it as bad")],
)  # fmt: skip
def test_a_report_says_whose_judgement_it_is(visitor, clock, provenance: str, words: str) -> None:
    collection = "" if provenance == "report" else "quiz"
    report = make_report(provenance=provenance, collection=collection)
    page = visitor.get(f"/reports/{report.pk}/").content.decode()
    assert words in page
    assert ("Text: CC BY 4.0." in page) is (provenance == "report")


def test_a_cluster_is_named_by_terms_that_add_something(visitor, world) -> None:
    world.cluster.terms = ["bubble", "time", "bubble time", "bubble size", "a", "b"]
    world.cluster.save()
    page = visitor.get("/domains/distributed-training/").content.decode()
    assert f'<a href="/clusters/{world.cluster.track_id}/">bubble, time, bubble size, a</a>' in page


@pytest.mark.parametrize(
    ("address", "marked"),
    [("/", ["/"]), ("/findings/", ["/findings/"]), ("/withdraw/", []),
     ("/domains/distributed-training/", ["/domains/"]), ("/models/gpt-5/", ["/vendors/"]),
     ("/comparisons/", ["/compare/"]), ("/status/", [])],
)  # fmt: skip
def test_the_navigation_marks_where_the_reader_is(visitor, address: str, marked) -> None:
    page = visitor.get(address).content.decode()
    header = page[page.index("<header") : page.index("</header>")]
    current = re.findall(r'<a href="([^"]+)" aria-current="(page|true)"', header)
    assert current == [(where, "page" if where == address else "true") for where in marked]


def test_contributors_are_an_upper_bound_and_not_told_below_five(visitor, world) -> None:
    for count, name, words in (
        (4, "contributors", "fewer than 5"), (5, "contributors at most", "5"),
    ):  # fmt: skip
        world.run.summary = {"n_contributors": count, "n_contributors_simulated": 0}
        world.run.save()
        page = visitor.get("/").content.decode()
        assert f"<dt>{name}</dt><dd>{words}</dd>" in page
        assert "SIMULATED contributors" not in page


@pytest.mark.parametrize(
    ("contact", "link"),
    [("mailto:desk@example.org", '<a href="mailto:desk@example.org">the operators</a>'),
     ("http://127.0.0.1:8000/privacy/", "its operator sets one as <code>SECURITY_CONTACT</code>")],
)  # fmt: skip
def test_the_privacy_page_names_a_contact_or_says_that_there_is_none(
    visitor, settings, contact: str, link: str
) -> None:
    settings.PUBLIC_URL, settings.SECURITY_CONTACT = "http://127.0.0.1:8000", contact
    assert link in visitor.get("/privacy/").content.decode()


def test_the_privacy_page_tells_of_all_that_people_may_send(visitor) -> None:
    page = visitor.get("/privacy/").content.decode()
    for kept in (
        "comment",
        "how the answer came about",
        "drawn at random",
        "how many answers were seen",
    ):
        assert kept in page


def test_security_txt_and_robots_txt(visitor, clock, settings) -> None:
    text = visitor.get("/.well-known/security.txt").content.decode()
    assert f"Contact: {settings.SECURITY_CONTACT}\n" in text
    assert "Expires: 2027-01-01T00:00:00Z\n" in text
    assert "Disallow: /reports/\n" in visitor.get("/robots.txt").content.decode()


def test_the_method_page_shows_which_subjects_are_taken_for_which(visitor, catalogue) -> None:
    page = visitor.get("/method/").content.decode()
    assert '<th scope="row">2 Distributed training infrastructure</th>' in page
    assert '<th scope="col" class="number">unknown</th>' in page
