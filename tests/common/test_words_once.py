"""Words of a template that are looked up once: the same as Django's, in each language."""

from __future__ import annotations

import gettext
from typing import Any

import pytest
from django.core.checks import run_checks
from django.template import engines
from django.utils.translation import override, trans_real

LOAD = "{% load i18n %}"


def said(template: Any, language: str, **values: Any) -> str:
    with override(language):
        return template.render(values)


@pytest.mark.parametrize(
    ("tag", "english", "german"),
    [
        ('{% translate "Reports" %}', "Reports", "Meldungen"),
        ('{% translate "100%%" noop %}', "100%", "100%"),
        ('{% translate "Reports" as many %}{{ many }}!', "Reports!", "Meldungen!"),
        ('{% translate "reports"|capfirst %}', "Reports", "Meldungen"),
        ("{% translate name %}", "Reports", "Meldungen"),
        ("{% translate '<Reports>' %}", "<Reports>", "<Reports>"),
    ],
)
def test_one_template_says_its_words_in_each_language_again_and_again(
    tag: str, english: str, german: str
) -> None:
    template = engines["django"].from_string(LOAD + tag)
    for language, words in [("en", english), ("de", german), ("en", english), ("de", german)]:
        assert said(template, language, name="Reports") == words


def test_what_hangs_on_the_page_is_not_kept() -> None:
    template = engines["django"].from_string(LOAD + "{% translate name %}")
    assert [said(template, "de", name=name) for name in ("Reports", "1 2 3")] == [
        "Meldungen",
        "1 2 3",
    ]


def test_plain_words_are_looked_up_once_a_catalogue(monkeypatch) -> None:
    template = engines["django"].from_string(LOAD + '{% translate "Reports" %}')
    assert said(template, "de") == "Meldungen"
    asked: list[str] = []
    look_up = gettext.GNUTranslations.gettext

    def counted(self: Any, message: str) -> str:
        asked.append(message)
        return look_up(self, message)

    monkeypatch.setattr(gettext.GNUTranslations, "gettext", counted)
    assert said(template, "de") == "Meldungen"
    assert asked == []
    monkeypatch.setattr(trans_real, "_translations", {})  # another catalogue takes its place
    assert said(template, "de") == "Meldungen"
    assert "Reports" in asked


def test_that_it_takes_the_name_of_djangos_tags_worries_nobody() -> None:
    assert [found for found in run_checks(tags=["templates"]) if not found.is_silenced()] == []
