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
from backend.common.languages import in_digits
from backend.explorer import words
from backend.findings.selectors import contributors_shown

register = template.Library()

PLACEHOLDER = re.compile(r"\[([A-Z][A-Z_]{0,30})_([0-9]{1,6})\]")
# Characters that reorder or hide text are shown as what they are.
TRICKS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u200b\ufeff]")

FENCE = re.compile(r"^(```+)([^\n`]*)\n(.*?)(?:\n\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)


@register.filter
def contributors(count: int) -> str:
    """A number of contributors as it may be shown."""
    shown = contributors_shown(count)
    return gettext("fewer than 5") if shown is None else thousands(shown)


@register.filter
def thousands(number: int) -> str:
    """A whole number, its thousands apart by a narrow space."""
    return f"{number:,}".replace(",", "\u202f")


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
    return in_digits(f"{100 * share:.1f} %")


@register.filter
def measured(value: Any) -> str:
    """A measured number in three digits; "–" for none, and words as they are."""
    if value is None:
        return "\u2013"
    return in_digits(f"{value:.3g}") if isinstance(value, float) else str(value)


@register.filter
def points(share: float) -> str:
    """A difference of shares, in percentage points with its sign."""
    return in_digits(f"{100 * share:+.1f}".replace("-", "\u2212"))


@register.filter
def caution(code: str) -> str:
    return str(words.CAUTIONS.get(code, code))


@register.filter
def state_words(state: str) -> str:
    return str(words.STATES.get(state, state))


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


@register.filter
def redacted(text: str) -> SafeString:
    """Text that somebody sent: escaped, tricks made visible, placeholders marked."""
    shown = TRICKS.sub(lambda found: f"\u27e8U+{ord(found.group()):04X}\u27e9", text)
    escaped = str(conditional_escape(shown))
    marked = PLACEHOLDER.sub(
        lambda found: (
            f'<mark class="placeholder" title="hidden before it was sent: '
            f'{found.group(1).lower().replace("_", " ")}">{found.group()}</mark>'
        ),
        escaped,
    )
    return mark_safe(marked)  # noqa: S308 - escaped above; only our own marks are added


@register.filter
def exchange_text(text: str) -> SafeString:
    """The same, with fenced code as code; line breaks are kept by the style sheet."""
    parts: list[str] = []
    done = 0
    for fence in FENCE.finditer(text):
        language = redacted(fence.group(2).strip())
        label = f'<span class="language">{language}</span>' if language else ""
        code = f'<code tabindex="0">{redacted(fence.group(3))}</code>'
        parts += [redacted(text[done : fence.start()]), f'<span class="code">{label}{code}</span>']
        done = fence.end()
    parts.append(redacted(text[done:].removeprefix("\n") if done else text))
    return mark_safe("".join(parts))  # noqa: S308 - each part is escaped above


register.inclusion_tag("charts/_chart.html", takes_context=True, name="chart")(chart)
