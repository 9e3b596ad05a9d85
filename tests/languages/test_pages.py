"""The pages in other languages: what their address, their links and their words say."""

from __future__ import annotations

import re
from urllib.robotparser import RobotFileParser

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from tests.explorer.conftest import world  # noqa: F401 - a fixture
from tests.factories import make_report

pytestmark = pytest.mark.django_db
PREFIXES = {"en": "", "de": "/de", "es": "/es", "fr": "/fr", "zh-Hans": "/zh-hans"}


@pytest.mark.parametrize(("tag", "prefix"), PREFIXES.items())
def test_a_page_says_its_language_and_where_the_others_are(visitor, tag, prefix) -> None:
    answer = visitor.get(f"{prefix}/method/?a=1")
    page = answer.content.decode()
    assert answer["Content-Language"].lower() == tag.lower()
    assert f'<html lang="{tag}" dir="ltr">' in page
    links = re.findall(r'<li><a href="([^"]*)" hreflang="([^"]*)" lang="\2"', page)
    assert {lang: link for link, lang in links} == {
        other: f"{start}/method/?a=1" for other, start in PREFIXES.items()
    }
    assert re.findall(r'hreflang="([^"]*)" lang="[^"]*" aria-current="true"', page) == [tag]
    alternates = dict(re.findall(r'<link rel="alternate" hreflang="([^"]*)" href="([^"]*)"', page))
    assert set(alternates) == {*PREFIXES, "x-default"}
    assert alternates["de"] == "http://127.0.0.1:8000/de/method/?a=1"
    assert alternates["x-default"] == alternates["en"]


def test_no_header_and_no_cookie_chooses_the_language(visitor) -> None:
    visitor.cookies["django_language"] = "de"
    answer = visitor.get("/method/", headers={"Accept-Language": "de"})
    assert answer["Content-Language"] == "en"
    assert "Accept-Language" not in answer.get("Vary", "")
    assert "How Plumbline judges" in answer.content.decode()


def test_navigation_stays_in_the_language(visitor) -> None:
    page = visitor.get("/de/").content.decode()
    header = page[page.index("<header") : page.index("</header>")]
    links = re.findall(r'href="([^"]*)"', header)
    assert len(links) > 5
    assert all(link.startswith("/de/") for link in links)
    assert "Befunde" in header


def test_an_unknown_address_is_answered_in_its_language(visitor) -> None:
    answer = visitor.get("/de/nothing/")
    page = answer.content.decode()
    assert answer.status_code == 404
    assert '<html lang="de"' in page
    assert "Unter dieser Adresse gibt es nichts" in page
    assert 'rel="alternate" hreflang' not in page
    assert 'href="/fr/" hreflang="fr"' in page


@pytest.mark.parametrize(
    "address", ["/xx/", "/en/", "/de-at/method/", "/pt/method/", "/zh/method/"]
)
def test_a_language_that_is_not_there_has_no_pages(visitor, address: str) -> None:
    assert visitor.get(address).status_code == 404


def test_what_programs_read_is_the_same_in_every_language(visitor, catalogue) -> None:
    answer = visitor.get("/api/v1/catalogue/", headers={"Accept-Language": "de"})
    assert answer["Content-Language"] == "en"
    assert "Distributed training infrastructure" in answer.content.decode()
    assert visitor.get("/de/api/v1/catalogue/").status_code == 404


def test_a_report_is_withdrawn_in_german(contributor, visitor) -> None:
    page = visitor.post("/de/withdraw/", {"key": "no key"}).content.decode()
    assert "Ein Quittungsschlüssel hat 32 Zeichen: 0 bis 9 und a bis f." in page
    assert 'action="/de/withdraw/"' in page


def test_numbers_have_the_decimal_sign_of_the_language(visitor, world) -> None:  # noqa: F811
    assert "10.0\u00a0%" in visitor.get("/comparisons/").content.decode()
    assert "10,0\u00a0%" in visitor.get("/de/comparisons/").content.decode()
    assert "10.0\u00a0%" in visitor.get("/zh-hans/comparisons/").content.decode()


def test_marks_between_words_have_the_space_of_the_language(visitor, world) -> None:  # noqa: F811
    report = make_report(model_label="GPT-4")

    def shown(language: str) -> str:
        return visitor.get(f"{language}/reports/{report.pk}/").content.decode()

    assert "</a>; the page says “GPT-4”" in shown("")
    assert "</a>\u202f; la page dit" in shown("/fr")
    assert "</a>；" in shown("/zh-hans")
    assert re.search(r'<p class="soft">[^<:]+\u00a0: [^<:]+</p>', shown("/fr"))


def test_a_symptom_is_silent_in_another_word_than_a_worker(visitor, world) -> None:  # noqa: F811
    english = visitor.get("/reports/").content.decode()
    german = visitor.get("/de/reports/").content.decode()
    assert german.count("(stillschweigend)") == english.count("(silent)") > 0
    assert "stumm" not in german
    assert "Falsche Antwort" in german, "German writes nouns with a capital"


def test_days_are_written_as_the_language_does(visitor, world) -> None:  # noqa: F811
    day = world.run.as_of
    assert f"as of {day.day} " in visitor.get("/method/").content.decode()
    with translation.override("de"):
        from django.utils.formats import date_format

        assert date_format(day) in visitor.get("/de/method/").content.decode()


@pytest.mark.parametrize(
    ("prefix", "words"),
    [("", "Checked on 23 November 2026, 12:00 UTC"), ("/de", "Geprüft am 23. November 2026 12:00 UTC"),
     ("/zh-hans", "检查时间 2026年11月23日 12:00 UTC")],
)  # fmt: skip
def test_a_time_of_day_is_written_as_the_language_does(visitor, clock, prefix, words) -> None:
    assert words in visitor.get(f"{prefix}/status/").content.decode()


def test_programs_that_search_the_web_leave_out_reports_in_every_language(visitor) -> None:
    lines = visitor.get("/robots.txt").content.decode().splitlines()
    for prefix in PREFIXES.values():
        assert f"Disallow: {prefix}/reports/" in lines
        assert f"Disallow: {prefix}/withdraw/" in lines
    rules = RobotFileParser()
    rules.parse(lines)
    texts = (
        "/reports/one/",
        "/api/v1/reports/",
        "/api/v1/reports/one/",
        "/api/v1/clusters/1/reports/",
    )
    assert [path for path in texts if rules.can_fetch("any", path)] == []
    assert all(
        rules.can_fetch("any", path) for path in ("/", "/findings/", "/api/v1/docs/", "/data/")
    )


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_pages_of_last_resort_speak_the_language_and_need_nothing(name: str) -> None:
    with translation.override("fr"):
        page = render_to_string(name)
    assert '<html lang="fr">' in page
    assert 'href="/fr/">Retour à l’aperçu</a>' in page
