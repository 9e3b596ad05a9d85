"""Every marked string has a translation that fits, in every language."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings

from backend import translations

PLACE = re.compile(r"%\(\w+\)[sd]|</?\w[^>]*>|`[^`]+`")
FORMS = {"de": 2, "es": 2, "fr": 2, "zh_Hans": 1}
languages = pytest.mark.parametrize("language", FORMS)


@pytest.fixture(scope="module")
def source() -> Catalog:
    return translations.messages_extract()


def entries(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def keys(catalog: Catalog) -> set[tuple[object, ...]]:
    return {(message.context, message.id) for message in entries(catalog)}


def test_there_is_a_file_for_each_language_of_the_pages() -> None:
    codes = {code.replace("-", "_").lower() for code, _ in settings.LANGUAGES}
    assert codes == {"en", *(language.lower() for language in translations.LANGUAGES)}
    assert set(FORMS) == set(translations.LANGUAGES)


@languages
def test_every_string_of_the_source_is_in_the_file_and_no_other(source, language: str) -> None:
    """`make messages` brings them in line."""
    assert keys(translations.po_read(language)) == keys(source)


@languages
def test_no_string_is_left_out(language: str) -> None:
    catalog = translations.po_read(language)
    assert catalog.num_plurals == FORMS[language]
    for message in entries(catalog):
        forms = translations.forms_of(message)
        assert all(forms), message.id
        assert not message.fuzzy, message.id
        assert len(forms) == (FORMS[language] if isinstance(message.id, tuple) else 1), message.id


@languages
def test_values_links_and_marks_stay_in_every_translation(language: str) -> None:
    for message in entries(translations.po_read(language)):
        english = [message.id] if isinstance(message.id, str) else list(message.id)
        places = [Counter(PLACE.findall(each)) for each in english]
        for form in translations.forms_of(message):
            assert Counter(PLACE.findall(form)) in places, form
            assert ("%%" in form) == ("%%" in english[-1]), form
            if "%(" in english[-1]:
                assert form % Anything()


class Anything(dict[str, str]):
    """A value for every name, so that a stray percent sign is found."""

    def __missing__(self, name: str) -> str:
        return "1"


@languages
def test_a_sentence_is_never_left_in_english(language: str) -> None:
    for message in entries(translations.po_read(language)):
        english = message.id if isinstance(message.id, str) else message.id[0]
        if len(re.findall(r"[^\W\d_]{2,}", PLACE.sub("", english))) > 3:
            assert english not in translations.forms_of(message)


@languages
def test_a_domain_and_a_symptom_are_called_what_the_extension_calls_them(language: str) -> None:
    catalog = translations.po_read(language)
    theirs = translations.extension_words(language)
    for key, words in translations.catalogue_words():
        message = catalog.get(words, translations.FROM_CATALOGUE)
        assert message is not None
        if key:
            assert message.string == theirs[key]


@languages
def test_a_file_is_as_the_command_writes_it(language: str, tmp_path, monkeypatch) -> None:
    """Without dates, places and old strings: two branches that add strings merge."""
    before = translations.po_path(language).read_text(encoding="utf-8")
    catalog = translations.po_read(language)
    (tmp_path / language / "LC_MESSAGES").mkdir(parents=True)
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    translations.po_write(language, catalog)
    assert translations.po_path(language).read_text(encoding="utf-8") == before
    assert "#~" not in before
    assert "fuzzy" not in before


def test_no_line_of_french_ends_before_its_mark() -> None:
    """A space before ; : ! ? and within « » is one that does not break."""
    forms = [
        form
        for message in entries(translations.po_read("fr"))
        for form in translations.forms_of(message)
    ]
    assert [form for form in forms if re.search(r" [;:!?»]|« ", form)] == []
