"""Filters with counts beside the list: they agree with the list, and each is an address."""

from __future__ import annotations

import re
from html import unescape

import pytest

from backend.common.changes import kept
from backend.explorer import listing
from backend.reports import facets, looking, word_pages
from backend.reports.models import Report
from backend.reports.tallies import domains_counted_store, tally_fold
from tests.factories import make_cluster, make_report, make_run

pytestmark = pytest.mark.django_db
OPTION = re.compile(
    r'<li><a href="([^"]+)"( aria-current="true")?>(.*?)</a>.*?(?:<span class="n">(\d+)</span>)?</li>'
)


@pytest.fixture
def many(visitor, clock) -> list[Report]:
    """Ten reports of all kinds."""
    made = [
        make_report(prompt=f"A gradient, case {n}.", site=("chatgpt", "claude")[n % 2],
                    model_label=("Nobody 7", "gpt-4-0613", "Claude 3 Opus")[n % 3],
                    domain=("cooking", "law", None)[n % 3],
                    observed_on=f"2026-{9 + n % 3:02d}-{1 + n:02d}",
                    symptoms=(["wrong_answer"], ["refusal"], ["refusal", "wrong_answer"])[n % 3],
                    severity=(None, 1, 2, 3)[n % 4],
                    circumstances={"tier": ("free", "paid", None)[n % 3]})
        for n in range(10)
    ]  # fmt: skip
    make_report(state="pending", domain="cooking")
    domains_counted_store(
        placed=Report.objects.filter(domain_stated="law").values_list("pk", "domain_stated"),
        is_whole=True,
    )
    return made


def options(page: str) -> list[tuple[str, bool, int | None]]:
    """Address, whether it is chosen, and count of each value of each filter."""
    start = page.index('class="facets"')
    return [
        (unescape(address), bool(chosen), int(n) if n else None)
        for address, chosen, _, n in OPTION.findall(page[start : page.index("</section>", start)])
    ]


def n_listed(visitor, address: str) -> int:
    return len(
        re.findall(r'<a href="/reports/[0-9a-f-]{36}/"', visitor.get(address).content.decode())
    )


@pytest.mark.parametrize("is_folded", [False, True])
@pytest.mark.parametrize(
    "query",
    ["", "site=claude", "vendor=openai", "domain_counted=law", "symptom=refusal", "q=gradient",
     "site=claude&kind=stated", "domain=law&site=claude&kind=stated", "observed_from=2026-10-01",
     "observed_from=2026-10-01&observed_to=2026-10-31", "q=gradient&site=claude&severity=1",
     "vendor=anthropic", "model=gpt-4-0613", "vendor=openai&domain=law",
     "vendor=openai&model=gpt-4-0613&domain=law", "q=gradient&vendor=openai", "q=gradient&symptom=refusal",
     "symptom=refusal&site=claude&kind=stated", "observed_from=2026-10-04", "observed_to=2026-10-05",
     "q=gradient&observed_from=2026-10-04&observed_to=2026-11-05"],
)  # fmt: skip
def test_each_number_is_what_its_link_lists(visitor, many, query: str, is_folded: bool) -> None:
    if is_folded:
        tally_fold()
    page = visitor.get(f"/reports/?{query}").content.decode()
    found = options(page)
    assert len(found) > 10
    for address, is_chosen, n in found:
        if is_chosen:
            assert n is None or n == n_listed(visitor, f"/reports/?{query}"), address
        else:
            assert n == n_listed(visitor, address), address
    words = "reports? match" if query else "reports"
    (shown,) = re.findall(rf'id="listing-count" tabindex="-1">(\d+) {words}', page)
    assert int(shown) == n_listed(visitor, f"/reports/?{query}")


def test_a_filter_that_is_set_is_a_link_that_removes_it(visitor, many) -> None:
    query = "q=gradient&site=claude&observed_from=2026-10-01&observed_to=2026-10-31"
    page = visitor.get(f"/reports/?{query}").content.decode()
    chosen = re.search(r'<ul class="chosen".*?</ul>', page, re.DOTALL)
    assert chosen
    links = [unescape(address) for address in re.findall(r'href="([^"]+)"', chosen.group())]
    assert links == [
        "/reports/?q=gradient&observed_from=2026-10-01&observed_to=2026-10-31",
        "/reports/?q=gradient&site=claude",
        "/reports/",
    ]
    assert "Remove the filter Month: October 2026" in page
    assert "Remove the filter Site: Claude" in page


def test_beyond_a_limit_the_page_says_more_than(visitor, many, monkeypatch) -> None:
    for module in (facets, word_pages):
        monkeypatch.setattr(module, "COUNTED_WITH_WORDS_MAX", 5)
    for module in (facets, looking):
        monkeypatch.setattr(module, "COUNTED_BY_VALUE_MAX", 5)
    found = facets.facets_public(facets.ReportChoice(words="gradient"))
    assert found.n_reports is None
    assert found.values["site"] == {"chatgpt": None, "claude": None}
    for module in (facets, word_pages):
        monkeypatch.setattr(module, "COUNTED_WITH_WORDS_MAX", 10)
    found = facets.facets_public(facets.ReportChoice(words="gradient"))
    assert found.n_reports == 10
    assert found.values["site"] == {"chatgpt": None, "claude": None}
    # What the tally knows has no limit.
    assert facets.facets_public(facets.ReportChoice()).n_reports == 10
    assert facets.facets_public(facets.ReportChoice(given={"site": ("claude",)})).n_reports == 5
    two = facets.facets_public(
        facets.ReportChoice(given={"provenance": ("report",), "kind": ("stated", "silent")})
    )
    assert two.n_reports == 10
    assert two.values["provenance"] == {"report": 10}
    assert two.values["site"] == {"chatgpt": None, "claude": None}


def test_the_list_costs_few_queries(visitor, many, django_assert_max_num_queries) -> None:
    for query in ("", "q=gradeint&site=claude&domain=law&kind=stated&symptom=refusal"):
        with django_assert_max_num_queries(12):
            assert visitor.get(f"/reports/?{query}").status_code == 200


def test_a_cluster_lists_its_reports_and_filters_them(
    visitor, many, django_assert_max_num_queries
) -> None:
    cluster = make_cluster(run=make_run(), reports=many[:6])
    address = f"/clusters/{cluster.track_id}/"
    Report.objects.filter(pk=many[0].pk).update(state="rejected")
    page = visitor.get(address).content.decode()
    assert "5 reports." in page
    listed = page[page.index('id="listing"') :]
    assert len(re.findall(r'href="/reports/[0-9a-f-]{36}/"', listed)) == 5
    by_site = {a: n for a, _, n in options(page) if "?site=" in a}
    assert by_site == {f"{address}?site=claude": 3, f"{address}?site=chatgpt": 2}
    assert "domain_counted=" not in page  # all are counted in the cluster's domain
    with django_assert_max_num_queries(12):
        filtered = visitor.get(f"{address}?site=claude&q=gradient").content.decode()
    assert "3 reports match." in filtered
    assert visitor.get(f"{address}?site=nowhere").status_code == 400


def n_kept_of(visitor, query: str) -> int:
    """How many facets are kept once the page of this address was shown."""
    kept.clear()
    assert visitor.get(f"/reports/?{query}").status_code == 200
    n = len([key for key in kept._of[2] if key[0] == "facets"])
    kept.clear()
    return n


def test_what_a_long_address_shows_is_not_kept(visitor, many, settings) -> None:
    """Each link beside the list holds the address: long ones would fill the memory."""
    settings.PAGE_CACHE_SECONDS = 50
    assert n_kept_of(visitor, "exact=1") == 1
    assert n_kept_of(visitor, f"exact={'1' * listing.KEPT_ADDRESS_CHARS_MAX}") == 0


def test_blanks_make_no_address_long(visitor, many, settings) -> None:
    """A field of nothing but blanks is an empty one; before a day, and beyond the limit, they are refused."""
    settings.PAGE_CACHE_SECONDS = 50
    blanks = "+" * listing.KEPT_ADDRESS_CHARS_MAX
    assert n_kept_of(visitor, f"q={blanks}") == 1
    for query in (f"q={blanks}a", f"observed_from={blanks}2026-01-02"):
        assert visitor.get(f"/reports/?{query}").status_code == 400
