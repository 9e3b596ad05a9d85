"""Rows of long lists, put together in Python: as a template's nodes they took most of a page's time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext
from django.utils.translation import gettext as _

from backend.catalogue.selectors import Name
from backend.common.languages import in_digits, thousands
from backend.explorer import words
from backend.explorer.texts import redacted, snippet
from backend.reports.listed import ListedReport

Names = Mapping[str, Mapping[str, Name]]

if TYPE_CHECKING:
    from backend.explorer.facets import Facet, Option

PROMPT_WORDS = 12
RESPONSE_WORDS = 28
SIMILAR_WORDS = 20
LIKENESS = [(0.95, gettext_lazy("almost the same")), (0.75, gettext_lazy("very alike")),
            (0.55, gettext_lazy("alike")), (-1.0, gettext_lazy("somewhat alike"))]  # fmt: skip
"""From which cosine on two prompts are called what."""
OPEN_FACETS = 3
"""So many filters are unfolded at first."""


def simulated_tag() -> str:
    """The mark of what was invented."""
    return _simulated_tag(get_language())


@lru_cache(maxsize=len(settings.LANGUAGES))
def _simulated_tag(_language: str | None) -> str:
    simulated = escape(_("SIMULATED"))
    return f'<span class="tag simulated">{simulated}</span>'


def facet_rows(facets: Iterable[Facet]) -> SafeString:
    """All filters, each folded or open, with the links that set them."""
    parts: list[str] = []
    for number, facet in enumerate(facets):
        is_open = " open" if facet.is_chosen or number < OPEN_FACETS else ""
        parts.append(
            f"<details{is_open}><summary>{escape(facet.title)}</summary>\n"
            f"<ul>{_options(facet.options)}</ul>\n"
        )
        if facet.more:
            n = len(facet.more)
            more = escape(ngettext("%(n)s more", "%(n)s more", n) % {"n": n})
            parts.append(
                f'<details class="more"><summary>{more}</summary>'
                f"<ul>{_options(facet.more)}</ul></details>"
            )
        parts.append("</details>\n")
    return mark_safe("".join(parts))  # noqa: S308 - every value is escaped


def _options(options: Iterable[Option]) -> str:
    return "".join(map(_option, options))


def _option(option: Option) -> str:
    current = chosen = ""
    if option.is_chosen:
        current = ' aria-current="true"'
        removes = escape(_("(remove)"))
        chosen = f' <span aria-hidden="true">×</span><span class="unseen">{removes}</span>'
    invented = f" {simulated_tag()}" if option.is_fictional else ""
    number = "" if option.n is None else f' <span class="n">{thousands(option.n)}</span>'
    return (
        f'<li><a href="{escape(option.address)}"{current}>{escape(option.label)}{chosen}</a>'
        f"{invented}{number}</li>\n"
    )


def report_rows(reports: Iterable[ListedReport], names: Names) -> SafeString:
    """Reports: how each begins, or where the words were found, and what it is about.

    `names` are the catalogue's, as `names_public` gives them.
    """
    return mark_safe("".join(_report(report, names) for report in reports))  # noqa: S308 - escaped


def _report(report: ListedReport, names: Names) -> str:
    if report.snippets:
        title, excerpt = map(snippet, report.snippets)
    else:
        title = redacted(_first_words(report.prompt, PROMPT_WORDS))
        excerpt = redacted(_first_words(report.response, RESPONSE_WORDS))
    facts = " · ".join([*_about(report, names), _symptoms(report, names["symptom"])])
    return (
        f"<li>\n  <div>{_link(report, title)}</div>\n"
        f'  <p class="excerpt soft">{excerpt}</p>\n  <div><small>{facts}</small></div>\n</li>\n'
    )


def similar_rows(reports: Iterable[tuple[float, ListedReport]], names: Names) -> SafeString:
    """Reports like another one, and how like it each is."""
    return mark_safe("".join(_similar(*row, names) for row in reports))  # noqa: S308 - escaped


def _similar(cosine: float, report: ListedReport, names: Names) -> str:
    prompt = redacted(_first_words(report.prompt, SIMILAR_WORDS))
    word = next(word for least, word in LIKENESS if cosine >= least)
    likeness = escape(f"{word} ({in_digits(f'{cosine:.2f}')})")
    facts = " · ".join(_about(report, names))
    return (
        f"<li>\n  <div>{_link(report, prompt)}</div>\n"
        f'  <div><small><span class="likeness">{likeness}</span> · {facts}</small></div>\n</li>\n'
    )


def _link(report: ListedReport, shown: str) -> str:
    """To the report's page, with where it comes from."""
    before, after = _around_id(get_language())
    return f'{_origin(report)}<a href="{before}{report.pk}{after}">{shown or "…"}</a>'


@lru_cache(maxsize=len(settings.LANGUAGES))
def _around_id(_language: str | None) -> tuple[str, str]:
    """What stands before and after the id in the address of a report."""
    any_id = str(UUID(int=0))
    before, _, after = reverse("report", args=[any_id]).partition(any_id)
    return before, after


def _first_words(text: str, n: int) -> str:
    """How a text begins, as Django's `truncatewords` cuts it."""
    found = text.split()
    if len(found) <= n:
        return " ".join(found)
    before, after = _around_cut(get_language())
    return f"{before}{' '.join(found[:n])}{after}"


@lru_cache(maxsize=len(settings.LANGUAGES))
def _around_cut(_language: str | None) -> tuple[str, str]:
    """What Django puts before and after a text that it cuts, by its own word."""
    before, _, after = Truncator("0 1").words(1).partition("0")
    return before, after


def _origin(report: ListedReport) -> str:
    match report.provenance:
        case "simulated":
            return f"{simulated_tag()} "
        case "import":
            imported = escape(_("imported"))
            return f'<span class="tag">{imported}</span> '
    return ""


def _about(report: ListedReport, names: Names) -> list[str]:
    """When, where, and of what."""
    facts = [_day(report.observed_on, get_language()), escape(_name(names["site"], report.site))]
    if report.model:
        facts.append(escape(_name(names["model"], report.model)))
    elif report.model_label:
        facts.append(f"“{redacted(report.model_label)}”")
    if report.domain:
        facts.append(_subject(names["domain"], report.domain))
    return facts


def _symptoms(report: ListedReport, known: Mapping[str, Name]) -> str:
    """What is wrong with it, in the order of the catalogue."""
    return ", ".join(
        _symptom(known[one], get_language()) for one in known if one in report.symptoms
    )


def _name(names: Mapping[str, Name], slug: str) -> str:
    """What is called the same in every language."""
    return names[slug].name if slug in names else slug


def _subject(domains: Mapping[str, Name], slug: str) -> str:
    known = domains.get(slug)
    return escape(slug) if known is None else _local(known, get_language())


@lru_cache(maxsize=500)
def _local(name: Name, _language: str | None) -> str:
    return escape(pgettext("catalogue", name.name))


@lru_cache(maxsize=2_000)
def _day(day: date, _language: str | None) -> str:
    return escape(date_format(day, "DATE_FORMAT"))


@lru_cache(maxsize=500)
def _symptom(symptom: Name, _language: str | None) -> str:
    kind = words.SYMPTOM_KINDS.get(symptom.parent, symptom.parent)
    return escape(f"{pgettext('catalogue', symptom.name)} ({kind})")
