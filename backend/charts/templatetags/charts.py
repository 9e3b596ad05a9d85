"""A stored chart on a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from backend.charts.kinds import KINDS, Column
from backend.charts.selectors import charts_current_public
from backend.charts.words import MOMENTS
from backend.charts.words import said as text_said

register = template.Library()
KEPT = "_charts_found"
MAP = "map"
LONG = ("domain", "place")
"""Columns whose words may go on in the next line of a row."""


@register.inclusion_tag("charts/_chart.html", takes_context=True)
def chart(context: Any, kind: str, subject: Any = "") -> dict[str, Any]:
    """The current chart of a kind and a subject, with the link that verifies it.

    All kinds of a subject are looked up at once, so that a page about one subject takes one query; but a
    map by itself, because whether each report in it is still public takes longer than all the rest.
    """
    return chart_at_hand(kind, chart_current(context, kind, subject))


@register.simple_tag(takes_context=True)
def chart_current(context: Any, kind: str, subject: Any = "") -> Any:
    """The same chart for a page that says something else where there is none; or None."""
    wanted = (kind, str(subject))
    found = _found(context)
    if wanted not in found:
        kinds = [(name, str(subject)) for name in KINDS if (name == MAP) == (kind == MAP)]
        found |= dict.fromkeys(kinds) | charts_current_public(kinds)
    return found[wanted]


@register.inclusion_tag("charts/_chart.html")
def chart_at_hand(kind: str, shown: Any) -> dict[str, Any]:
    """A chart that a view looked up, with the link that verifies it; None: it is being drawn."""
    return (picture(shown) if shown else {}) | {"kind": KINDS[kind]}


@register.simple_tag(takes_context=True)
def charts_load(context: Any, kind: str, subjects: Any) -> str:
    """Look up the charts of many subjects at once, before a page shows each by `{% chart %}`."""
    wanted = [(kind, str(subject)) for subject in subjects]
    _found(context).update(dict.fromkeys(wanted) | charts_current_public(wanted))
    return ""


@register.inclusion_tag("charts/_picture.html")
def chart_picture(shown: Any, alt: str, language: str = "en") -> dict[str, Any]:
    """The picture of a chart at hand, and the words to read out for it, in their language."""
    return picture(shown) | {"alt": alt, "alt_language": language}


@register.simple_tag
def chart_rows(rows: Iterable[list[Any]], columns: Sequence[Column]) -> SafeString:
    """The rows of a chart's table: numbers as they are in the files, "–" for none.

    Codes (`week`, `affected`) and what happened at a moment are said in words of the page's language.
    """
    cells = [_Cells(column) for column in columns]
    lines = ("".join([cells[n][type(value), value] for n, value in enumerate(row)]) for row in rows)
    return mark_safe("".join(f"<tr>{line}</tr>\n" for line in lines))  # noqa: S308 - escaped


class _Cells(dict[tuple[type, Any], str]):
    """The cells of a column by type and value: many rows have the same."""

    def __init__(self, column: Column) -> None:
        self._column = column

    def __missing__(self, key: tuple[type, Any]) -> str:
        self[key] = cell = _cell(key[1], self._column)
        return cell


def _cell(value: Any, column: Column) -> str:
    told = column.words.get(value)
    if column.name == "what" and value:
        words, language = text_said(value, MOMENTS)
        told = None if language else words
    if told is not None:
        kind = "" if column.name in LONG else ' class="dates"'
        return f'<td{kind} lang="{get_language()}">{escape(str(told))}</td>'
    kind = "number" if isinstance(value, int | float) else "dates"
    return f'<td class="{kind}">{"–" if value is None else escape(str(value))}</td>'


def picture(shown: Any) -> dict[str, Any]:
    """Addresses and sizes of the images of a chart, by look."""
    looks = {
        look.replace("-", "_"): {
            "address": reverse("chart-image", args=[shown.pk, f"{look}.svg"]),
            **shown.files[f"{look}.svg"],
        }
        for look in ("light", "dark", "light-narrow", "dark-narrow")
    }
    return {"chart": shown, "looks": looks}


def _found(context: Any) -> dict[tuple[str, str], Any]:
    """What was looked up already for this page."""
    request = context.get("request")
    if request is None:
        return {}
    if not hasattr(request, KEPT):
        setattr(request, KEPT, {})
    kept: dict[tuple[str, str], Any] = getattr(request, KEPT)
    return kept
