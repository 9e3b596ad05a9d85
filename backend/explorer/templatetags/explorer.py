"""How numbers and texts look on pages."""

from __future__ import annotations

import re
from typing import Any

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from backend.findings.selectors import contributors_shown

register = template.Library()

PLACEHOLDER = re.compile(r"\[([A-Z][A-Z_]{0,30})_([0-9]{1,6})\]")
# Characters that reorder or hide text are shown as what they are.
TRICKS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u200b\ufeff]")

CAUTIONS = {
    "format_only": "The change is one of format: once mere formatting is removed, it goes away or "
    "turns round.",
    "style_collapse": "The typical length of the answers changed more than fivefold: the style "
    "changed, which may be all that changed.",
}
STATE_WORDS = {
    "reported": "reported",
    "insufficient": "not enough data",
}


@register.filter
def contributors(count: int) -> str:
    """A number of contributors as it may be shown."""
    shown = contributors_shown(count)
    return "fewer than 5" if shown is None else str(shown)


@register.filter
def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


@register.filter
def points(share: float) -> str:
    """A difference of shares, in percentage points with its sign."""
    return f"{100 * share:+.1f}".replace("-", "\u2212")


@register.filter
def caution(code: str) -> str:
    return CAUTIONS.get(code, code)


@register.filter
def state_words(state: str) -> str:
    return STATE_WORDS.get(state, state)


@register.filter
def share_of(count: int, total: int) -> float:
    return count / total if total else 0.0


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    return mapping.get(key)


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
