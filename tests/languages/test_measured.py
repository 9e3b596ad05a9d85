"""The measured error rates in the page's language: no name of the file stays English."""

from __future__ import annotations

import json
import re

import pytest
from django.utils import translation

from backend.explorer.measured_words import measured_in_words
from backend.explorer.published import ERROR_RATES
from backend.explorer.templatetags.sentences import measured_name

FIELDS = ("property", "world", "measure", "peer", "accept", "note")
languages = pytest.mark.parametrize("language", ["de", "es", "fr", "zh-hans"])


def names() -> set[str]:
    rows = json.loads(ERROR_RATES.read_text(encoding="utf-8"))["rows"]
    return {row[field] for row in rows for field in FIELDS if row[field]}


def digits(text: str) -> list[str]:
    """The digits of each number, in whatever order a language has them: ".05" is "0,05"."""
    bare = re.sub(r"(?<=\d)[,.\u202f](?=\d)", "", re.sub(r"(?<!\d)\.(?=\d)", "0.", text))
    return sorted(re.findall(r"\d+", bare))


@languages
def test_no_name_of_the_error_rates_is_left_out(language: str) -> None:
    assert len(names()) > 300
    with translation.override(language):
        said = {name: measured_in_words(name) for name in names()}
    assert [name for name, words in said.items() if words is None] == []
    assert {
        name: words for name, words in said.items() if digits(name) != digits(words or "")
    } == {}


def test_numbers_take_the_signs_of_the_page() -> None:
    with translation.override("de"):
        assert measured_in_words("null world, 3,000 contributors") == (
            "Welt ohne Änderung, 3\u202f000 Beitragende"
        )
        assert measured_in_words("95 %: -0.024 to +0.180; p = 0.205") == (
            "95\u00a0%: \u22120,024 bis +0,180; p = 0,205"
        )
        assert measured_in_words("rejections at .05") == "Ablehnungen bei 0,05"


def test_a_name_that_nobody_foresaw_stays_english_and_says_so() -> None:
    assert measured_name("a new <world>") == "a new &lt;world&gt;"
    with translation.override("de"):
        assert measured_name("a new <world>") == '<span lang="en">a new &lt;world&gt;</span>'
        assert measured_name("a new world", "capital") == '<span lang="en">A new world</span>'
        assert measured_name("scan", "capital") == "Suchlauf über Orte und Zeiten"
        assert measured_name("") == measured_name(None) == ""


@pytest.mark.django_db
@languages
def test_the_page_of_the_method_has_no_english_among_its_rates(visitor, language: str) -> None:
    page = visitor.get(f"/{language}/method/").content.decode()
    part = page[page.index('id="error-rates"') : page.index('id="limits"')]
    assert part.count("<tr>") > 300
    assert 'lang="en"' not in part
