"""Pages of reports with some words: found step by step, the same as if all were looked through."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend.explorer import listing
from backend.reports import facets, word_pages
from backend.reports.models import Report, Word
from tests.factories import make_report

pytestmark = pytest.mark.django_db
LAST = date(2026, 11, 20)
TEXTS = [
    "the optimiser restarts",
    "a sharded checkpoint",
    "the optimiser sleeps",
    "语言 model",
    "tea",
]


@pytest.fixture(autouse=True)
def _reports(catalogue, clock, monkeypatch) -> None:
    """30 reports, two of a day; a step looks through four and nine of them."""
    monkeypatch.setattr(word_pages, "WINDOWS", (4, 9))
    for number in range(30):
        text = TEXTS[number % len(TEXTS)] if number != 29 else "a walrus"
        make_report(prompt=text, observed_on=str(LAST - timedelta(days=number // 2)))
    make_report(prompt="the optimiser, pending", state="pending")


IS_SEARCH = 'search" @@'


def expected_set(monkeypatch, n: int) -> None:
    """Let the database expect so many reports with words, as if it had one in all, and no word be rare."""
    lexemes = {"optimiser": "optimis", "walrus": "walrus", "tea": "tea"}
    words = [
        Word(word=word, lexeme=lexeme, n_reports=word_pages.RARE_MAX)
        for word, lexeme in lexemes.items()
    ]
    Word.objects.bulk_create(words, ignore_conflicts=True)

    monkeypatch.setattr(word_pages, "_n_estimated", lambda _: n)
    monkeypatch.setattr(word_pages, "provenances_kept", lambda: {"report": 1})


def limit_set(monkeypatch, n: int) -> None:
    for module in (facets, word_pages):
        monkeypatch.setattr(module, "COUNTED_WITH_WORDS_MAX", n)


def pages(visitor, words: str, size: int, *, back: bool = False) -> list[str]:
    """Ids of all pages in turn, by `next` or, from the last page on, by `previous`."""
    address = f"/api/v1/reports/?q={quote(words)}&page_size={size}"
    found: list[list[str]] = []
    while address:
        body = visitor.get(address).json()
        found.append([row["id"] for row in body["results"]])
        if not body["next"] and back:
            break
        address = body["next"]
    if back:
        found = [found[-1]]
        while address := body["previous"]:
            body = visitor.get(address).json()
            found.insert(0, [row["id"] for row in body["results"]])
    return [pk for page in found for pk in page]


ASKED = {
    "optimiser": 12, "walrus": 1, "-optimiser": 18, "optimiser -sleeps": 6, '"optimiser sleeps"': 6,
    "语言": 6, "-语言": 24, "tea or walrus": 6, "unicorn": 0,
}  # fmt: skip


@pytest.mark.parametrize("n_expected", [0, 1_000_000])
@pytest.mark.parametrize("size", [3, 50])
def test_every_report_with_the_words_is_on_one_page(
    visitor, monkeypatch, size: int, n_expected: int
) -> None:
    expected_set(monkeypatch, n_expected)
    keys = Report.objects.order_by("-observed_on", "-id").values_list("pk", flat=True)
    everything = [str(pk) for pk in keys]
    for back in (False, True):
        found = {words: pages(visitor, words, size, back=back) for words in ASKED}
        assert {words: len(ids) for words, ids in found.items()} == ASKED
        for ids in found.values():
            assert ids == [pk for pk in everything if pk in ids]


NOTED = [
    "A well-known real-time system's naïve reader reads rock'n'roll notes; the state of the art reads on.",
    "The known system is well; time is real; a reader, naïvely: the notes of rock'n'roll.",
]
PHRASES = {
    '"real-time system"': [0], "real-time": [0], "well-known": [0], '"naïve reader"': [0],
    '"rock\'n\'roll notes"': [0], '"state of the art"': [0], '"reads on" "real time"': [0],
    '"reader reads" or "notes of"': [0, 1], '-"reader reads" known': [1], '"known system"': [1],
    'known - "known system"': [0], '"reader reads': [0], '"of the"': [], '"art reads on"': [0],
    '"art" system': [0], '"time is real"': [1], '"real time is"': [0],
}  # fmt: skip


@pytest.mark.parametrize(("words", "found"), PHRASES.items())
def test_a_phrase_is_found_by_its_pairs_wherever_it_stands_and_nowhere_else(
    visitor, words: str, found: list[int]
) -> None:
    Report.objects.all().delete()
    ids = [str(make_report(prompt="?", response=text).pk) for text in NOTED]
    rows = visitor.get(f"/api/v1/reports/?q={quote(words)}").json()["results"]
    assert sorted(ids.index(row["id"]) for row in rows) == found


HYPHENS = [
    "The kv-cache grows; llama-3b fits in-memory and up-to-date.",
    "The kv cache grows; llama 3b has memory and a date.",
    "The cache of kv grows.",
]
COMPOUNDS = {
    "kv-cache": [0, 1], "kv cache": [0, 1, 2], "-kv-cache grows": [2], '"kv-cache grows"': [0, 1],
    '"the kv-cache grows"': [0, 1], '"grows kv-cache"': [], "kv-cache or date": [0, 1],
    "llama-3b": [0, 1], "in-memory": [0], "up-to-date": [0], "kv-cache llama-3b": [0, 1],
}  # fmt: skip


@pytest.mark.parametrize(("words", "found"), COMPOUNDS.items())
def test_a_hyphen_finds_the_parts_beside_each_other_with_or_without_it(
    visitor, words: str, found: list[int]
) -> None:
    Report.objects.all().delete()
    ids = [str(make_report(prompt="?", response=text).pk) for text in HYPHENS]
    rows = visitor.get(f"/api/v1/reports/?q={quote(words)}").json()["results"]
    assert sorted(ids.index(row["id"]) for row in rows) == found
    if words == "kv-cache":
        page = visitor.get("/reports/?q=kv-cache").content.decode()
        assert page.count('<mark class="hit">') >= 2


def test_only_phrases_that_must_be_there_are_looked_up_by_their_pairs(visitor) -> None:
    def is_by_pairs(words: str) -> bool:
        with CaptureQueriesContext(connection) as asked:
            visitor.get(f"/api/v1/reports/?q={quote(words)}")
        return any("reports_pairs" in query["sql"] for query in asked)

    asked = ['"optimiser sleeps"', "re-start", 'tea "optimiser sleeps" -cup', "optimiser sleeps"]
    asked += ['-"optimiser sleeps"', '"optimiser sleeps" or tea', '"of the"']
    assert [words for words in asked if is_by_pairs(words)] == ['"optimiser sleeps"', "re-start"]


def test_a_filter_and_words_are_asked_for_together(visitor) -> None:
    other: Any = make_report(prompt="the optimiser", site="claude", observed_on="2025-01-01")
    assert pages_of_site(visitor, "claude") == [str(other.pk)]
    assert len(pages_of_site(visitor, "chatgpt")) == 12


def pages_of_site(visitor, site: str) -> list[str]:
    body = visitor.get(f"/api/v1/reports/?q=optimiser&site={site}").json()
    return [row["id"] for row in body["results"]]


@pytest.mark.parametrize("n_expected", [0, 1_000_000])
@pytest.mark.parametrize(("limit", "n_reports"), [(12, 12), (11, None)])
def test_many_reports_are_not_counted_to_the_end(
    visitor, monkeypatch, limit: int, n_reports: int | None, n_expected: int
) -> None:
    expected_set(monkeypatch, n_expected)
    limit_set(monkeypatch, limit)
    monkeypatch.setattr(
        listing, "PAGE_ROWS", 5
    )  # a page that has them all tells how many there are
    context = visitor.get("/reports/?q=optimiser").context
    assert context["n_reports"] == n_reports
    assert context["is_counted"] is (n_reports is not None)
    assert ('<span class="n">' in context["facets"]) is (n_reports is not None)


@pytest.mark.parametrize("last_byte", ["00", "1f", "20"])
@pytest.mark.parametrize("n", [3, 4])
@pytest.mark.parametrize(
    "asked", ["walrus&provenance=report", "walrus -optimiser&kind=silent", "walrus&site=claude"]
)
def test_more_than_are_counted_is_said_without_counting_where_the_sample_alone_has_more(
    visitor, monkeypatch, last_byte: str, n: int, asked: str
) -> None:
    Report.objects.all().delete()
    expected_set(monkeypatch, 1_000_000)
    limit_set(monkeypatch, 3)
    for _ in range(n):
        pk = f"{str(uuid4())[:-2]}{last_byte}"
        make_report(id=pk, prompt="a walrus and others", site="claude")
    with CaptureQueriesContext(connection) as queries:
        body = visitor.get(f"/api/v1/reports/counts/?q={asked}").json()
    assert (body["n_reports"], body["limit"]) == (None if n > 3 else 3, 3)
    is_counted = any("reports_counteddomain" in query["sql"] for query in queries)
    assert is_counted is not (n > 3 and last_byte != "20")


@pytest.mark.parametrize(
    ("asked", "are_apart"),
    [("", True), ("&tier=free", True), ("&vendor=openai", True),
     ("&site=claude", False), ("&model=gpt-5", False), ("&domain=distributed-training&kind=silent", False)],
)  # fmt: skip
def test_the_sample_is_asked_for_words_and_a_filter_at_once_where_its_index_has_both(
    visitor, monkeypatch, asked: str, are_apart: bool
) -> None:
    expected_set(monkeypatch, 1_000_000)
    with CaptureQueriesContext(connection) as queries:
        visitor.get(f"/api/v1/reports/counts/?q=walrus{asked}")
    (sampled,) = (query["sql"] for query in queries if "get_byte" in query["sql"]
                  and "EXPLAIN" not in query["sql"])  # fmt: skip
    assert ('WITH "reports_report"' in sampled) is are_apart


@pytest.mark.parametrize("n_known", [0, word_pages.RARE_MAX])
@pytest.mark.parametrize(
    ("query", "n_reports"),
    [
        ("optimiser", 12), ("optimiser&site=claude", 0), ("optimiser&site=chatgpt&kind=silent", 12),
        ("optimiser%20sleeps&tier=free", 0), ("optimiser&observed_to=2026-11-12", 5),
        ("optimiser&domain_counted=unknown", 0), ("optimiser&vendor=openai", 12), ("walrus", 1),
    ],
)  # fmt: skip
def test_a_rare_word_and_filters_count_what_the_list_has(
    visitor, query: str, n_reports: int, n_known: int
) -> None:
    Word.objects.create(word="optimiser", lexeme="optimis", n_reports=n_known)
    with CaptureQueriesContext(connection) as queries:
        counted = visitor.get(f"/api/v1/reports/counts/?q={query}").json()["n_reports"]
    is_first = any('WITH "reports_report"' in one["sql"] for one in queries)
    listed = visitor.get(f"/api/v1/reports/?q={query}").json()["results"]
    assert (counted, len(listed)) == (n_reports, n_reports)
    assert is_first is (n_known == 0 or query == "walrus" or "sleeps" in query)


@pytest.mark.parametrize(
    ("n_known", "query", "n_reports"),
    [
        (2001, "optimiser", None),
        (2001, "optimisers", None),  # another form of the same word
        (2000, "optimiser", 12),  # so few may have been withdrawn since the words were counted
        (2001, "optimiser&site=chatgpt", 12),
        (2001, "optimiser&observed_to=2027-01-01", 12),
        (2001, "optimiser%20sleeps", 6),
    ],
)
def test_a_word_that_is_known_to_be_in_very_many_reports_is_not_counted(
    visitor, monkeypatch, n_known: int, query: str, n_reports: int | None
) -> None:
    monkeypatch.setattr(listing, "PAGE_ROWS", 5)
    monkeypatch.setattr(word_pages, "WINDOWS", (20, 29))
    Word.objects.create(word="optimiser", lexeme="optimis", n_reports=n_known)
    expected_set(monkeypatch, 1_000_000)
    context = visitor.get(f"/reports/?q={query}").context
    assert context["n_reports"] == n_reports


@pytest.mark.parametrize(
    ("n_expected", "searches"),
    [
        (0, ["counted"]),  # looked at as a whole
        (word_pages.FEW_MAX, ["counted"]),
        (word_pages.FEW_MAX + 1, ["newest", "newest", "counted"]),
    ],
)
def test_a_page_of_few_comes_with_their_numbers_and_one_of_many_from_the_newest(
    visitor, monkeypatch, n_expected: int, searches: list[str]
) -> None:
    expected_set(monkeypatch, n_expected)
    monkeypatch.setattr(listing, "PAGE_ROWS", 5)  # more than the newest nine have
    with CaptureQueriesContext(connection) as asked:
        context = visitor.get("/reports/?q=optimiser&site=chatgpt").context
    assert (context["n_reports"], context["is_counted"]) == (12, True)
    assert [len(context["rows"]), context["older"] is not None] == [5, True]
    found = [query["sql"] for query in asked if IS_SEARCH in query["sql"]]
    kinds = {"counteddomain": "counted", "get_byte": "sample", "ROW(": "newest"}
    assert [next(kind for sign, kind in kinds.items() if sign in sql) for sql in found] == searches


def test_the_newest_are_not_looked_through_where_they_would_fill_no_page(
    visitor, monkeypatch
) -> None:
    expected_set(monkeypatch, 1)
    looked: list[int] = []
    for n_public in (2, 3, 4, 5):  # of 9, for two rows and a half: 4.5, 3, 2.25 and 1.8 expected
        numbers = {"report": n_public - 1, "simulated": 1}
        monkeypatch.setattr(word_pages, "provenances_kept", lambda numbers=numbers: numbers)
        with CaptureQueriesContext(connection) as asked:
            visitor.get("/api/v1/reports/?q=walrus&page_size=1")
        looked.append(sum("ROW(" in query["sql"] for query in asked))
    assert looked == [1, 1, 0, 0]
