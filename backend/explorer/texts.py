"""Texts that people sent, as HTML: escaped, what reorders or hides made visible, placeholders marked."""

from __future__ import annotations

import re
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from backend.reports.search import HIT_END, HIT_START

PLACEHOLDER = re.compile(r"\[([A-Z][A-Z_]{0,30})_([0-9]{1,6})\]")
# Characters that reorder or hide text are shown as what they are.
TRICKS = re.compile(
    "[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
FENCE = re.compile(r"^(```+)([^\n`]*)\n(.*?)(?:\n\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)


def redacted(text: str, *, marks: bool = True) -> SafeString:
    """Text that somebody sent: escaped, tricks made visible, placeholders marked unless told not to."""
    shown = TRICKS.sub(lambda found: f"\u27e8U+{ord(found.group()):04X}\u27e9", text)
    escaped = escape(shown)
    if marks:
        escaped = PLACEHOLDER.sub(_marked, escaped)
    return SafeString(escaped)  # only our own marks are added


def _marked(found: re.Match[str]) -> str:
    kind = found.group(1).lower().replace("_", " ")
    title = escape(_("hidden before it was sent: %(kind)s") % {"kind": kind})
    return f'<mark class="placeholder" title="{title}">{found.group()}</mark>'


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


def snippet(text: str) -> SafeString:
    """A piece of a text with the words that were searched for marked."""
    escaped = redacted(text)
    return SafeString(escaped.replace(HIT_START, '<mark class="hit">').replace(HIT_END, "</mark>"))
