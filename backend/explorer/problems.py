"""What is wrong with an address, for who reads the page: in their language, and with what to do.

The API says it for programs, in English, by the names of the parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backend.common.errors import RuleError
from backend.common.filters import GIVEN_TWICE, UNKNOWN_PARAMETER
from backend.explorer.facets import DAYS, TITLES
from backend.explorer.finding_words import FILTERS
from backend.findings import sides
from backend.reports.filters import ENDS_EARLY
from backend.reports.search import QUERY_CHARS_MAX

REPORTS = {**TITLES, "q": _("Words in the prompt or the answer")}
FINDINGS = {**FILTERS, "sort": _("Order")}
"""What the fields are called beside each list."""
NO_SUCH_VALUE = _("There is no such value. Choose one of those on this page.")
NO_SUCH_PART = _(
    "The address has a part that this page does not know. Choose again, with the fields of this page."
)
TWICE = _("That stands in the address twice. Choose one of the two.")
BY_CODE: dict[str, Any] = dict.fromkeys(
    ("cursor_invalid", "cursor_unknown"),
    _("The address of this page of the list is broken. Begin with the first page."),
)
OF_COMPARING: dict[str, Any] = {
    sides.UNKNOWN_MODEL: _("There is no such model. Choose one from the list."),
    sides.UNKNOWN_VALUE: NO_SUCH_VALUE,
    sides.NO_SIDE: _(
        "That is neither a model nor a period. Choose two models, or the days of two periods."
    ),
    sides.NO_PERIOD: _(
        "A period ends after it begins and lasts two years at most. Choose other days."
    ),
}
OF_BOTH_SIDES: dict[str, Any] = {
    sides.UNKNOWN_PARAMETER: NO_SUCH_PART,
    sides.TWO_KINDS: _(
        "A model can't be compared with a period. Choose two models, or two periods."
    ),
    GIVEN_TWICE: TWICE,
    sides.SAME_SIDES: _("Both sides are the same. Choose two that differ."),
    sides.MODELS_LIMITED: _(
        "Only a comparison of two periods can be limited to a model. Choose all models, or two periods."
    ),
}


def list_problem(error: RuleError, labels: Mapping[str, Any]) -> str:
    """Why a list can't be shown, in a sentence or several."""
    if error.code in BY_CODE:
        return str(BY_CODE[error.code])
    return " ".join(_of_filter(name, texts, labels) for name, texts in error.fields.items())


def _of_filter(name: str, texts: Sequence[str], labels: Mapping[str, Any]) -> str:
    if name == UNKNOWN_PARAMETER or name not in labels:
        return str(NO_SUCH_PART)
    if GIVEN_TWICE in texts:
        words = str(TWICE)
    elif ENDS_EARLY in texts:
        words = gettext("That day is before the first one. Choose other days.")
    elif name in DAYS:
        words = gettext("There is no such day. A day is written like 2026-01-31.")
    elif name == "q":
        words = gettext("This can't be searched for. Use %(n)s characters at most.") % {
            "n": QUERY_CHARS_MAX
        }
    else:
        words = str(NO_SUCH_VALUE)
    return _labelled(labels[name], words)


def comparison_problems(error: RuleError, query: Mapping[str, str]) -> list[str]:
    """Why two sides can't be compared, in a sentence for each reason."""
    labels = {
        "left": _("First model") if _is_model(query, "left") else _("First period"),
        "right": _("Second model") if _is_model(query, "right") else _("Second period"),
        "model": _("Model"),
        "domain": _("Domain"),
    }
    return [
        str(OF_BOTH_SIDES[text]) if text in OF_BOTH_SIDES
        else _labelled(labels[name], OF_COMPARING[text])
        for name, texts in error.fields.items()
        for text in texts
    ]  # fmt: skip


def _is_model(query: Mapping[str, str], side: str) -> bool:
    return query.get(side, "").startswith(sides.MODEL)


def _labelled(label: Any, words: Any) -> str:
    return gettext("%(label)s: %(words)s") % {"label": label, "words": words}
