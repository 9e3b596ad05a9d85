"""What a run wrote, on pages in any language."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from backend.explorer.sentences import sentence_in_words

register = template.Library()


@register.filter
def sentence(text: str) -> SafeString:
    """A reason or an outlook that a run wrote; marked as English where it can't be said otherwise."""
    said = sentence_in_words(text)
    if said is None:
        return format_html('<span lang="en">{}</span>', text)
    return format_html("{}", said)


@register.filter
def in_language(name: str) -> str:
    """A name of the catalogue that a count comes with, in the page's language."""
    return pgettext("catalogue", name) if name else ""
