"""What a run wrote, on pages in any language."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from backend.explorer.measured_words import measured_in_words
from backend.explorer.sentences import moderated_in_words, sentence_in_words

register = template.Library()


@register.filter
def sentence(text: str) -> SafeString:
    """A reason or an outlook that a run wrote, or a step of the desk; marked as English where it can't be
    said otherwise.

    Runs begin some with a small letter.
    """
    said = sentence_in_words(text)
    if said is None:
        moderated = moderated_in_words(text)
        if moderated is not None:
            phrase, words = moderated
            return format_html(phrase.replace("%(words)s", "{}"), _english(words))
        return _english(text[:1].upper() + text[1:])
    return format_html("{}", said[:1].upper() + said[1:])


@register.filter
def measured_name(text: str | None, case: str = "") -> SafeString:
    """A name of the error rates, marked as English where it can't be said otherwise.

    With "capital" it begins with one.
    """
    if not text:
        return SafeString()
    said = measured_in_words(text)
    shown = text if said is None else said
    if case == "capital":
        shown = shown[:1].upper() + shown[1:]
    return _english(shown) if said is None else format_html("{}", shown)


def _english(words: str) -> SafeString:
    return format_html('<span lang="en">{}</span>', words)


@register.filter
def translated(words: str) -> str:
    """Words that Python marked and a page prints as they stand, such as what a column means.

    `{% translate variable %}` would double their percent signs and then not find them.
    """
    return gettext(words) if words else ""
