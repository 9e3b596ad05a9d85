"""How pages of models, vendors and sites show numbers."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

register = template.Library()

VERDICTS: dict[str, Promise] = {
    "worse": _("worse"),
    "better": _("better"),
    "no_difference": _("no difference found"),
    "insufficient": _("not enough data"),
    "not_compared": _("not compared"),
}
BAR_WIDTH = 100


@register.filter
def verdict_words(verdict: str) -> Promise | str:
    """A comparison's verdict in words."""
    return VERDICTS.get(verdict, verdict)


@register.filter
def catalogue_words(name: str) -> str:
    """A name of the catalogue in the page's language."""
    return pgettext("catalogue", name) if name else ""


@register.simple_tag
def week_bar(n_silent: int, n_stated: int, largest: int) -> SafeString:
    """Two lengths in one line, for the eye alone: the numbers stand beside it."""
    silent = round(BAR_WIDTH * n_silent / largest, 1) if largest else 0
    stated = round(BAR_WIDTH * n_stated / largest, 1) if largest else 0
    return format_html(
        '<svg viewBox="0 0 {} 8" preserveAspectRatio="none" focusable="false">'
        '<rect class="silent" width="{}" height="8"/><rect class="stated" x="{}" width="{}" height="8"/>'
        "</svg>",
        BAR_WIDTH, silent, silent, stated,
    )  # fmt: skip
