"""How numbers and texts look on pages."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from backend.charts.templatetags.charts import chart
from backend.common.languages import in_digits, in_figures, thousands
from backend.explorer import answers, rows, texts, words
from backend.findings.selectors import contributors_shown

register = template.Library()

register.filter("thousands", thousands)
register.filter("redacted", texts.redacted)
register.filter("exchange_text", texts.exchange_text)
register.filter("snippet", texts.snippet)
register.filter("answer_html", answers.answer_html)


@register.filter
def contributors(count: int) -> str:
    """A number of contributors as it may be shown."""
    shown = contributors_shown(count)
    return gettext("fewer than 5") if shown is None else thousands(shown)


@register.filter
def days_of(peak: dict[str, str]) -> int:
    """How many days a window has, its first and its last among them."""
    start, end = (date.fromisoformat(peak[name]) for name in ("window_start", "window_end"))
    return (end - start).days + 1


@register.filter
def line_words(line: str) -> str:
    return str(words.LINES.get(line, line))


@register.filter
def percent(share: float) -> str:
    return in_digits(f"{100 * share:.1f}\u00a0%")


@register.filter
def hundredths(number: float) -> str:
    """A number with two digits behind the sign, and with a minus, not a hyphen."""
    return in_digits(f"{number:.2f}".replace("-", "\u2212"))


@register.filter
def measured(value: Any) -> str:
    """A measured number in three digits; "–" for none, and words as they are."""
    if value is None:
        return "\u2013"
    return in_digits(f"{value:.3g}") if isinstance(value, float) else str(value)


@register.filter
def figures(value: float, digits: int) -> str:
    """A number in so many digits, as the API has it."""
    return in_figures(value, digits)


@register.filter
def points(share: float) -> str:
    """A difference of shares, in percentage points with its sign."""
    return in_digits(f"{100 * share:+.1f}".replace("-", "\u2212"))


@register.filter
def caution(code: str) -> str:
    return str(words.CAUTIONS.get(code, code))


@register.filter
def kind_words(kind: str) -> str:
    return str(words.SYMPTOM_KINDS.get(kind, kind))


@register.filter
def provenance_words(provenance: str) -> str:
    return str(words.PROVENANCES.get(provenance, provenance))


@register.filter
def tier_words(tier: str) -> str:
    return str(words.TIERS.get(tier, tier))


@register.filter
def cluster_event_words(kind: str) -> str:
    return str(words.CLUSTER_EVENTS.get(kind, kind))


@register.filter
def state_words(state: str) -> str:
    return str(words.STATES.get(state, state))


@register.filter
def state_mark(state: str) -> str:
    return words.STATE_MARKS.get(state, "?")


@register.filter
def share_of(count: int, total: int) -> float:
    return count / total if total else 0.0


@register.filter
def label_source(code: str) -> str:
    return str(words.LABEL_SOURCES.get(code, code))


@register.filter
def domain_kind(code: str) -> str:
    return str(words.DOMAIN_KINDS.get(code, code))


@register.filter
def heading(terms: list[str]) -> str:
    """Up to four terms of a cluster, without those that say nothing new."""
    chosen: list[str] = []
    for term in terms:
        if not set(term.split()) <= set(" ".join(chosen).split()):
            chosen.append(term)
    return ", ".join(chosen[:4])


@register.filter
def ticked(text: str) -> SafeString:
    """Our own words, in which `backticks` mark code."""
    return mark_safe(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(conditional_escape(text))))  # noqa: S308 - escaped


register.simple_tag(rows.report_rows)
register.simple_tag(rows.similar_rows)
register.inclusion_tag("charts/_chart.html", takes_context=True, name="chart")(chart)
