"""How pages of models, vendors and sites show numbers."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from backend.common.languages import in_figures, thousands
from backend.explorer.templatetags.explorer import percent
from backend.explorer.words import STATES

register = template.Library()

VERDICTS: dict[str, Promise] = {
    "worse": _("worse"),
    "better": _("better"),
    "no_difference": _("no difference found"),
    "insufficient": _("not enough data"),
    "not_compared": _("not compared"),
}
BAR_WIDTH = 100
CHOSEN = " selected"


@register.filter
def verdict_words(verdict: str) -> Promise | str:
    """A comparison's verdict in words."""
    return VERDICTS.get(verdict, verdict)


@register.filter
def catalogue_words(name: str) -> str:
    """A name of the catalogue in the page's language."""
    return pgettext("catalogue", name) if name else ""


@register.simple_tag
def options(rows: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """The options of a list: value and name of each, one of them chosen."""
    lines = (
        f'<option value="{escape(value)}"{CHOSEN if value == chosen else ""}>{escape(name)}</option>'
        for value, name in rows
    )
    return mark_safe("".join(lines))  # noqa: S308 - escaped


@register.simple_tag
def compared_cell(side: dict[str, Any]) -> SafeString:
    """What is known of one of two models in a domain."""
    state: str = escape(str(STATES.get(side["state"], side["state"])))
    if side["finding"]:
        state = f'<a href="{reverse("finding", args=[side["finding"]])}">{state}</a>'
    if side["expected"] is None:
        return mark_safe(state)  # noqa: S308 - escaped
    facts = [text for text in (_contributors(side), _ratings(side["n_ratings"])) if text]
    return mark_safe(f"{state}<br><small>{escape(_facts(facts))}</small>")  # noqa: S308 - escaped


def _facts(facts: list[str]) -> str:
    return pgettext("between two facts", "; ").join(facts)


def _contributors(side: dict[str, Any]) -> str:
    numbers = {"expected": in_figures(side["expected"], 3)}
    if side["n_contributors"] is None:
        return gettext("fewer than 5 where %(expected)s would be expected") % numbers
    numbers["n"] = thousands(side["n_contributors"])
    return gettext("%(n)s where %(expected)s would be expected") % numbers


def _ratings(n: int | None) -> str:
    return "" if n is None else ngettext("%(n)s rating", "%(n)s ratings", n) % {"n": thousands(n)}


@register.simple_tag
def compared_share(side: dict[str, Any]) -> SafeString:
    """What share of one side's reports have something, with its interval and their number."""
    if side["share"] is None:
        return mark_safe("–")
    numbers = {name: percent(side[name]) for name in ("low", "high")} | {"n": thousands(side["n"])}
    between = ngettext(
        "%(low)s to %(high)s; %(n)s report", "%(low)s to %(high)s; %(n)s reports", side["n"]
    )
    share = escape(percent(side["share"]))
    return mark_safe(f"{share} <br><small>{escape(between % numbers)}</small>")  # noqa: S308 - escaped


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
