"""Search, filters and pages of the list of reports: all of it in the address."""

from __future__ import annotations

import re

import pytest

from tests.factories import make_report

pytestmark = pytest.mark.django_db


def found(visitor, query: str) -> list[str]:
    page = visitor.get(f"/reports/?{query}").content.decode()
    return re.findall(r'href="/reports/([0-9a-f-]{36})/"', page)


def test_words_and_filters_choose_reports(visitor, clock) -> None:
    one = make_report(prompt="My gradient explodes.", observed_on="2026-11-19")
    two = make_report(prompt="My kettle explodes.", domain="cooking", observed_on="2026-11-21")
    assert found(visitor, "q=gradient") == [str(one.pk)]
    assert found(visitor, "q=explodes+-gradient") == [str(two.pk)]
    assert found(visitor, "domain=cooking") == [str(two.pk)]
    assert found(visitor, "observed_from=2026-11-20&q=&site=") == [str(two.pk)]
    assert found(visitor, "kind=stated") == []


def test_the_form_keeps_what_was_chosen(visitor, clock) -> None:
    page = visitor.get("/reports/?q=gradient&domain=cooking&kind=silent").content.decode()
    assert 'value="gradient"' in page
    assert '<option value="cooking" selected>' in page
    assert '<option value="silent" selected>' in page
    assert "<details open>" in page
    assert "<details>" in visitor.get("/reports/?q=gradient").content.decode()


@pytest.mark.parametrize(
    "query", ["site=nowhere", "observed_from=today", "colour=red", "kind=loud"]
)
def test_a_filter_that_is_not_valid_is_said_and_shows_nothing(visitor, clock, query: str) -> None:
    make_report()
    answer = visitor.get(f"/reports/?{query}")
    assert answer.status_code == 400
    assert "A filter is not valid." in answer.content.decode()
    assert found(visitor, query) == []


def test_pages_keep_the_filters_and_miss_no_report(visitor, clock) -> None:
    ids = {str(make_report(prompt=f"The gradient number {n} explodes.").pk) for n in range(26)}
    make_report(prompt="A kettle.")
    first = found(visitor, "q=gradient")
    page = visitor.get("/reports/?q=gradient").content.decode()
    assert "26 reports match." in page
    assert 'rel="next" href="?q=gradient&amp;page=2"' in page
    second = found(visitor, "q=gradient&page=2")
    assert (len(first), len(second)) == (25, 1)
    assert set(first) | set(second) == ids


@pytest.mark.parametrize("number", ["0", "-1", "999", "x", ""])
def test_an_odd_page_number_shows_a_page(visitor, clock, number: str) -> None:
    report = make_report()
    assert found(visitor, f"page={number}") == [str(report.pk)]


@pytest.mark.parametrize("words", ["-" * 200, "- " * 100, "restart " + "-" * 40 + "x"])
@pytest.mark.parametrize("address", ["/reports/", "/api/v1/reports/"])
def test_any_number_of_negations_is_a_search(visitor, address: str, words: str) -> None:
    assert visitor.get(address, {"q": words}).status_code == 200
