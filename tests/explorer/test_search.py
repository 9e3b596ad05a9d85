"""Search, filters and pages of the list of reports: all of it in the address."""

from __future__ import annotations

import re
from html import unescape
from uuid import uuid4

import pytest

from backend.reports.models import Report
from backend.reports.search import words_build_first, words_rebuild
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
    assert '<input type="hidden" name="domain" value="cooking">' in page
    assert '<input type="hidden" name="kind" value="silent">' in page
    assert page.count('type="hidden"') == 2


@pytest.mark.parametrize(
    "query",
    [
        "site=nowhere",
        "observed_from=today",
        "colour=red",
        "kind=loud",
        "observed_from=2026-11-02&observed_to=2026-11-01",
    ],
)
def test_a_filter_that_is_not_valid_is_said_and_shows_nothing(visitor, clock, query: str) -> None:
    make_report()
    answer = visitor.get(f"/reports/?{query}")
    assert answer.status_code == 400
    assert '<p class="problem" role="alert">' in answer.content.decode()
    assert found(visitor, query) == []


def test_pages_keep_the_filters_and_miss_no_report(visitor, clock) -> None:
    ids = {str(make_report(prompt=f"The gradient number {n} explodes.").pk) for n in range(26)}
    make_report(prompt="A kettle.")
    first = found(visitor, "q=gradient")
    page = visitor.get("/reports/?q=gradient").content.decode()
    assert "26 reports match." in page
    (older,) = re.findall(r'rel="next" href="/reports/\?(q=gradient&amp;cursor=[^"]+)"', page)
    second = found(visitor, unescape(older))
    assert (len(first), len(second)) == (25, 1)
    assert set(first) | set(second) == ids
    page = visitor.get("/reports/?" + unescape(older)).content.decode()
    (newer,) = re.findall(r'rel="prev" href="/reports/\?([^"]+)"', page)
    assert found(visitor, unescape(newer)) == first
    assert 'rel="next"' not in page


@pytest.mark.parametrize("number", ["0", "999", "x"])
def test_an_old_link_to_a_numbered_page_shows_the_newest(visitor, clock, number: str) -> None:
    report = make_report()
    assert found(visitor, f"page={number}") == [str(report.pk)]


def test_paging_meets_each_report_once_while_others_come_and_go(visitor, clock) -> None:
    """Thousands of rows of few days, so that pages end within a day; both ways give the same."""
    Report.objects.bulk_create(_report_of(day, n) for day in (1, 2, 3) for n in range(1000))
    stays = {str(pk) for pk in Report.objects.values_list("pk", flat=True)}
    going = [make_report(observed_on=f"2026-11-{day:02d}") for day in (1, 2, 3) for _ in range(9)]
    seen: list[str] = []
    address, n_pages = "/reports/", 0
    while address:
        page = visitor.get(address).content.decode()
        seen += re.findall(r'href="/reports/([0-9a-f-]{36})/"', page)
        n_pages += 1
        if n_pages % 5 == 0 and going:
            gone = going.pop()
            Report.objects.filter(pk=gone.pk).update(state="rejected")
            Report.objects.bulk_create([_report_of(1 + n_pages % 3, n_pages)])
        following = re.findall(r'rel="next" href="([^"]+)"', page)
        address = unescape(following[0]) if following else ""
    assert n_pages > 120
    assert len(seen) == len(set(seen))
    assert stays <= set(seen)


def _report_of(day: int, number: int) -> Report:
    return Report(
        id=uuid4(), state="released", public_from="2026-11-20", received_on="2026-11-20",
        observed_on=f"2026-11-{day:02d}", site_id="chatgpt", model_label_source="none",
        is_silent=True, prompt=f"Prompt {number}", response="Answer", redaction_version="1",
        consent_version="1", client="test",
    )  # fmt: skip


@pytest.mark.parametrize("words", ["-" * 200, "- " * 100, "restart " + "-" * 40 + "x"])
@pytest.mark.parametrize("address", ["/reports/", "/api/v1/reports/"])
def test_any_number_of_negations_is_a_search(visitor, address: str, words: str) -> None:
    assert visitor.get(address, {"q": words}).status_code == 200


# --- mistyped words


@pytest.fixture
def taught(visitor, clock) -> list[str]:
    """Six reports about gradients, and the words of all reports counted."""
    ids = [str(make_report(prompt=f"The gradient vanishes, case {n}.").pk) for n in range(6)]
    make_report(prompt="The zugzwang of one report.")
    assert words_build_first() > 0
    assert words_build_first() == 0
    return ids


def test_a_mistyped_word_finds_the_nearest_known_one_and_says_so(visitor, taught) -> None:
    assert set(found(visitor, "q=gradeint")) == set(taught)
    page = visitor.get("/reports/?q=the+gradeint").content.decode()
    assert "6 reports with similar words" in page
    assert "reports match." not in page, "none has the words that were written"
    assert "Showing results for <strong>the gradient</strong>." in page
    assert 'href="/reports/?q=the+gradeint&amp;exact=1"' in page
    assert 'value="the gradeint"' in page
    exact = visitor.get("/reports/?q=gradeint&exact=1").content.decode()
    assert "0 reports match." in exact
    assert "Showing results for" not in exact
    asked = [visitor.get(f"/api/v1/reports/counts/?q={words}").json() for words in
             ("the+gradeint", "gradient", "qqqqqqqq")]  # fmt: skip
    assert [(one["n_reports"], one["nearest"]) for one in asked] == [
        (0, "the gradient"), (6, None), (0, None),
    ]  # fmt: skip


@pytest.mark.parametrize("words", ["zugzwang", "gradient", '"gradeint"', "-gradeint case", "case"])
def test_a_word_that_is_known_quoted_or_unwanted_stays(visitor, taught, words: str) -> None:
    page = visitor.get("/reports/", {"q": words}).content.decode()
    assert "Showing results for" not in page


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("tarvel", "travel"), ("mdoel", "model"), ("kv cahce", "kv cache"), ("kv-cahce", "kv-cache"),
        ("batch szie", "batch size"), ("batch -szie", ""), ("restrat", "restart"),
        ("chckpont", "checkpoint"), ("mdole", ""), ("szei", ""), ("trivia", ""), ("cash", ""),
    ],
)  # fmt: skip
def test_swapped_letters_of_a_short_word_are_read_and_two_mistakes_are_another_word(
    visitor, clock, query: str, meant: str
) -> None:
    for _ in range(6):
        make_report(prompt="Restart from the checkpoint: travel model, kv cache, batch size.")
    words_rebuild()
    shown = re.findall(r"Showing results for <strong>([^<]+)</strong>",
                       visitor.get("/reports/", {"q": query}).content.decode())  # fmt: skip
    assert shown == ([meant] if meant else [])


@pytest.mark.parametrize("last_byte", ["00", "1f", "20", "ff"])
def test_a_word_is_named_whether_or_not_the_sample_has_a_report_with_it(
    visitor, clock, last_byte: str
) -> None:
    for _ in range(6):
        make_report(id=f"{str(uuid4())[:-2]}{last_byte}", prompt="A trail.")
    words_rebuild()
    page = visitor.get("/reports/?q=trial").content.decode()
    assert "Showing results for <strong>trail</strong>" in page


def test_of_words_that_are_equally_near_the_most_frequent_is_meant(visitor, clock) -> None:
    for n in range(9):
        make_report(prompt="A trial." if n < 5 else "A trail. The trail.")
    make_report(prompt="A trial, a trail.")
    make_report(prompt="A trial.")
    words_rebuild()
    page = visitor.get("/reports/?q=tril").content.decode()
    assert "Showing results for <strong>trial</strong>" in page


def test_no_word_is_kept_that_few_public_reports_have(visitor, taught) -> None:
    from backend.reports.models import Word

    assert Word.objects.filter(word="gradient").exists()
    assert not Word.objects.filter(word="zugzwang").exists()
    assert "Showing results" not in visitor.get("/reports/?q=zugzwnag").content.decode()
    Report.objects.update(state="withdrawn", prompt="", response="", comment="", expected="")
    # Nothing public has the word any more: it is no longer named, counted anew or not.
    assert "gradient</strong>" not in visitor.get("/reports/?q=gradeint").content.decode()
    assert words_rebuild() == 0


@pytest.mark.parametrize(
    "query", ["gradeint OR kettle", "kettle OR gradeint", "gradeint -zugzwang OR kettle"]
)
def test_a_word_of_withdrawn_texts_is_not_named_beside_one_that_is_found(
    visitor, taught, query: str
) -> None:
    make_report(prompt="A kettle.")
    shown = visitor.get("/reports/", {"q": query}).content.decode()
    assert "<strong>" + query.replace("gradeint", "gradient") + "</strong>" in shown
    mine = Report.objects.filter(pk__in=taught)
    mine.update(state="withdrawn", prompt="", response="", comment="", expected="")
    shown = visitor.get("/reports/", {"q": query}).content.decode()
    assert "1 report matches." in shown
    assert "gradient" not in shown


# --- what was found, in its place


def test_the_words_are_marked_in_what_surrounds_them(visitor, clock) -> None:
    make_report(prompt="x " * 300 + "My <b>gradients</b> explode & [EMAIL_1] " + "y " * 300)
    page = visitor.get("/reports/?q=gradient").content.decode()
    assert '<mark class="hit">gradients</mark>&lt;/b&gt; explode &amp; ' in page


def test_characters_that_mark_hits_cannot_be_sent(visitor, clock) -> None:
    report = make_report()
    Report.objects.filter(pk=report.pk).update(prompt="a \x01gradient\x02 \x03script\x04")
    page = visitor.get("/reports/?q=gradient").content.decode()
    assert '<mark class="hit">gradient</mark> script' in page
    assert page.count("hit") == 1


@pytest.mark.parametrize(
    ("query", "is_found"),
    [("分布式", True), ("训练", True), ("布分", False), ("训练 gradient", True), ("训练 kettle", False),
     ("gradient -训练", False), ("分布 -猫", True)],
)  # fmt: skip
def test_languages_without_spaces_are_searched_by_characters(
    visitor, clock, query: str, is_found: bool
) -> None:
    report = make_report(prompt="如何在分布式训练中使用 gradient ？", response="好的。")
    make_report(prompt="A kettle.")
    assert found_for(visitor, query) == ([str(report.pk)] if is_found else [])
    if query == "分布式":
        page = visitor.get("/reports/", {"q": query}).content.decode()
        assert '如何在<mark class="hit">分布式</mark>训练中' in page


@pytest.mark.parametrize(
    ("query", "are_found"),
    [("训练 or 梯度", "ab"), ("训练 OR kettle", "ac"), ("kettle or -训练", "bc"), ("训练 the", "a"),
     ("the or 梯度", "b"), ("or 训练 or", "a"), ("梯度 gradient or kettle", "bc"),
     ('训练 "a or kettle"', "")],
)  # fmt: skip
def test_or_and_common_words_mean_the_same_beside_such_languages(
    visitor, clock, query: str, are_found: str
) -> None:
    prompts = {"a": "如何训练？", "b": "梯度 gradient", "c": "A kettle."}
    reports = {letter: str(make_report(prompt=text).pk) for letter, text in prompts.items()}
    assert sorted(found_for(visitor, query)) == sorted(reports[letter] for letter in are_found)


def found_for(visitor, words: str) -> list[str]:
    page = visitor.get("/reports/", {"q": words}).content.decode()
    return re.findall(r'href="/reports/([0-9a-f-]{36})/"', page)


@pytest.mark.parametrize("query", ["q=gradient", "q=gradeint", "q=gradeint+kettle", "q=nowhere"])
def test_no_search_asks_the_database_more_than_twelve_times(
    visitor, monkeypatch, django_assert_max_num_queries, query
) -> None:
    """Words that the newest reports lack are looked for in three steps, twice where one is mistyped."""
    from backend.reports import word_pages

    monkeypatch.setattr(word_pages, "WINDOWS", (1, 3))
    for _ in range(30):
        make_report(prompt="My gradient explodes.")
    for _ in range(5):
        make_report(prompt="My kettle explodes.")
    words_rebuild()
    with django_assert_max_num_queries(12):
        assert visitor.get(f"/reports/?{query}").status_code == 200
