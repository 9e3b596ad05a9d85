"""How findings look on pages, and their numbers, which programs can read there too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from html import escape
from typing import Any

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from backend.common.languages import in_digits, in_figures, thousands
from backend.explorer import finding_words as words
from backend.explorer.templatetags.explorer import hundredths
from backend.explorer.templatetags.explorer import percent as percentage
from backend.explorer.words import STATES, SYMPTOM_KINDS
from backend.findings.selectors import contributors_shown

register = template.Library()


@register.filter
def finding_address(finding: Any) -> str:
    """The permanent address of a finding's page, in the page's language."""
    return reverse("finding-page", args=[finding.pk, finding.slug])


@register.simple_tag
def fact(
    field: str,
    number: Any,
    digits: int = 0,
    *,
    figures: int = 0,
    percent: bool = False,
    points: bool = False,
    at: int | None = None,
) -> Any:
    """A number of a finding with its place in the API's answer; words where it is not told.

    `field` is a JSON Pointer (RFC 6901), in which `at` stands for `{}`. `digits`: decimals. `figures`:
    digits in all. `points`: a difference of shares, in percentage points.
    """
    if number is None:
        return gettext("fewer than 5")
    if percent:
        text = percentage(number)
    elif points:
        text = in_digits(f"{100 * number:.{digits}f}")
    elif isinstance(number, int):
        text = thousands(number)
    elif figures:
        text = in_figures(number, figures)
    else:
        text = in_digits(f"{number:.{digits}f}")
    return tagged(field if at is None else field.format(at), number, text.replace("-", "\u2212"))


def tagged(field: str, number: Any, text: str) -> SafeString:
    """The element that says for people what it says for programs."""
    return mark_safe(  # noqa: S308 - each part is escaped
        f'<data value="{escape(str(number))}" data-field="{escape(field)}">{escape(text)}</data>'
    )


WINDOW_NUMBERS: tuple[tuple[str, Callable[[Any], str]], ...] = (
    ("observed", thousands),
    ("expected", partial(in_figures, digits=3)),
    ("ic", hundredths),
    ("ic_strict", hundredths),
)
"""What a row of the table of windows has, and how each number is written."""


@register.simple_tag
def window_rows(windows: Iterable[dict[str, Any]]) -> SafeString:
    """The rows of the table of a finding's windows, as `facts.windows_told` gives them: a hundred rows of
    what `fact` gives, put together from numbers alone, which need no escaping.
    """
    days, few = escape(gettext("%(start)s to %(end)s")), escape(gettext("fewer than 5"))
    parts: list[str] = []
    for place, window in enumerate(windows):
        between = days % {"start": window["window_start"], "end": window["window_end"]}
        parts.append(f'<tr><td><span class="dates">{between}</span></td>')
        for name, written in WINDOW_NUMBERS:
            number = window[name]
            if number is None:
                shown = "\u2013" if name.startswith("ic") else few
            else:
                field = f"/windows/{place}/{name}"
                shown = f'<data value="{number}" data-field="{field}">{written(number)}</data>'
            parts.append(f'<td class="number">{shown}</td>')
        parts.append("</tr>")
    return mark_safe("".join(parts))  # noqa: S308 - numbers, and words that are escaped


@register.filter
def shown_count(count: int) -> int | None:
    """A number of contributors, or None where it is not told."""
    return contributors_shown(count)


@register.filter
def moves_down(finding: Any) -> Any:
    is_rated = finding.state == "corroborated" and opened_by_ratings(finding)
    return words.DOWN.get("rated" if is_rated else finding.state, "")


@register.filter
def opened_by_ratings(finding: Any) -> bool:
    """Whether ratings opened it, and reports alone would not have."""
    return bool(finding.evidence.get("stands_in_ratings"))


@register.filter
def instrument_part(code: str) -> Any:
    return words.PARTS.get(code, code)


@register.filter
def instrument_group(group: str) -> Any:
    return words.PLACES.get(group, group)


@register.filter
def instrument_verdict(code: str) -> Any:
    return words.VERDICTS.get(code, code)


@register.filter
def instrument_value(value: str) -> Any:
    """A version or site as stored; what is merged and what is not known in words."""
    if value == "":
        return gettext("too rare to be told apart")
    return gettext("not known") if value == "?" else value


@register.filter
def kind_heading(kind: str) -> Any:
    return words.KIND_HEADINGS.get(kind, kind)


@register.filter
def group_words(group: str) -> Any:
    return words.GROUPS.get(group, group)


@register.filter
def intervention_words(code: str) -> Any:
    return words.INTERVENTIONS.get(code, code)


@register.filter
def option_words(option: Any, name: str) -> Any:
    """The name of a filter's value, with how many findings it leaves."""
    known = {"state": STATES, "kind": SYMPTOM_KINDS, "is_simulated": words.SIMULATED}.get(name, {})
    words_of = known.get(option.value) or pgettext("catalogue", option.name)
    return f"{words_of} ({thousands(option.count)})"


@register.filter
def stated_share(share: float) -> str:
    """A share as somebody stated it, in percent with all its digits."""
    return in_digits(f"{100 * share:.4g}\u202f%")
