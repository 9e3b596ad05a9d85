"""The filters of reports: the same in the API and in the explorer's query strings."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from rest_framework import serializers

from backend.catalogue.selectors import Name, names_public
from backend.common.filters import (
    SLUG,
    SlugParameter,
    filters_refuse,
    parameter_problems,
)
from backend.reports.models import Report
from backend.reports.search import QUERY_CHARS_MAX, reports_with_words

Names = dict[str, dict[str, Name]]
UNKNOWN = "unknown"
"""Where the run counts a report whose subject it can't tell."""
ENDS_EARLY = "The last day lies before the first."
WORDS = r"^[^\x00]*[^\s\x00-\x1f\x7f-\x9f][^\x00]*$"
"""What can be searched for, as the API's document says it: more than blanks, and no NUL for PostgreSQL."""

FIXED = {
    "kind": ("silent", "stated"),
    "severity": ("1", "2", "3"),
    "tier": ("free", "paid", "organisation"),
    "provenance": tuple(Report.Provenance.values),
}
"""Filters whose values are ours and not the catalogue's."""
CATALOGUED = ("site", "model", "vendor", "domain", "symptom")
COLUMNS = {"site": "site", "model": "model", "severity": "severity", "tier": "tier",
           "domain": "domain_stated", "provenance": "provenance"}  # fmt: skip
"""The column of a dimension, where it has one of its own."""


class DayField(forms.DateField):
    """A day as YYYY-MM-DD and in no other form."""

    widget = forms.DateInput(attrs={"type": "date"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)

    def to_python(self, value: Any) -> date | None:
        """The day; strptime alone would take 2026-1-5 and blanks around it too."""
        if value and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", str(value)):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class WordsField(forms.CharField):
    """Words to search for, or nothing."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=QUERY_CHARS_MAX, strip=False)

    def clean(self, value: Any) -> str:
        """The words, without the blanks around them."""
        words: str = super().clean(value)
        if words and not re.match(WORDS, words):
            raise forms.ValidationError("There is no word in it.", code="invalid")
        return words.strip()


class NameField(forms.CharField):
    """One of `names`, or nothing. A ChoiceField would make a choice of each name with every request."""

    default_error_messages = {
        "invalid_choice": forms.ChoiceField.default_error_messages["invalid_choice"]
    }
    names: Container[str] = ()

    def __init__(self) -> None:
        super().__init__(required=False, strip=False)

    def validate(self, value: Any) -> None:
        """Raise ValidationError for another name."""
        super().validate(value)
        if value and value not in self.names:
            text = self.error_messages["invalid_choice"]
            raise forms.ValidationError(text, code="invalid_choice", params={"value": value})


class ReportForm(forms.Form):
    """Which public reports to show. A value that the catalogue does not know is an error, not "none"."""

    site = NameField()
    vendor = NameField()
    model = NameField()
    domain = NameField()
    domain_counted = NameField()
    symptom = NameField()
    kind = NameField()
    severity = NameField()
    tier = NameField()
    provenance = NameField()
    observed_from = DayField(required=False)
    observed_to = DayField(required=False)
    q = WordsField()

    def __init__(self, data: Any, *, names: Names) -> None:
        super().__init__(data, use_required_attribute=False)
        self.names = names
        fields: dict[str, Any] = self.fields
        for name, values in (FIXED | names).items():
            fields[name].names = values
        fields["domain_counted"].names = {*names["domain"], UNKNOWN}

    def clean(self) -> None:
        """Days in the wrong order are an error: no report would be there, whatever was meant."""
        first, last = (self.cleaned_data.get(name) for name in ("observed_from", "observed_to"))
        if first and last and last < first:
            self.add_error("observed_to", ENDS_EARLY)


PARAMETERS = frozenset(ReportForm.base_fields)


@dataclass(frozen=True)
class ReportChoice:
    """What the parameters of a list of reports ask for, checked.

    `given` names values of the tally's dimensions; a vendor is its models, a family its leaves.
    """

    chosen: dict[str, str] = field(default_factory=dict)
    given: dict[str, tuple[str, ...]] = field(default_factory=dict)
    observed_from: date | None = None
    observed_to: date | None = None
    words: str = ""

    @property
    def is_tallied(self) -> bool:
        """Whether the tally knows all that is asked: no words, and days of one whole month or none."""
        has_days = self.observed_from is not None or self.observed_to is not None
        return not self.words and (not has_days or "month" in self.given)

    @property
    def is_of_words_alone(self) -> bool:
        """Whether nothing but words is asked."""
        days = (self.observed_from, self.observed_to)
        return bool(self.words) and not self.given and days == (None, None)


def report_choice(
    parameters: Any, *, also: frozenset[str] = frozenset(), form: ReportForm | None = None
) -> ReportChoice:
    """What the query parameters ask for; `form` is theirs, where the caller has made it.

    Raises RuleError `filter_invalid` for an unknown parameter (unless named in `also`), a value that is
    none, or a parameter given twice or empty: a filter that is silently dropped shows the wrong reports.
    UnknownValueError `filter_unknown` where nothing is wrong but that a value is not here.
    """
    invalid = parameter_problems(parameters, PARAMETERS | also)
    if form is None:
        needs_names = any(parameters.get(name) for name in (*CATALOGUED, "domain_counted"))
        names = names_public() if needs_names else {name: {} for name in CATALOGUED}
        form = ReportForm(parameters, names=names)
    unknown: dict[str, list[str]] = {}
    for name, texts in form.errors.items():
        said = [str(text) for text in texts]
        kind = unknown if _may_be(name, parameters.get(name, ""), said) else invalid
        kind.setdefault(name, said)
    filters_refuse(invalid, unknown)
    return _choice(form.cleaned_data, form.names)


def _may_be(name: str, value: str, said: list[str]) -> bool:
    """Whether the document allows a refused value: a slug, and days that are days, in whatever order."""
    if name in (*CATALOGUED, "domain_counted"):
        return SLUG.fullmatch(value) is not None
    return said == [ENDS_EARLY]


def _choice(cleaned: dict[str, Any], names: Names) -> ReportChoice:
    days = (cleaned["observed_from"], cleaned["observed_to"])
    chosen = {
        name: cleaned[name] for name in (*CATALOGUED, "domain_counted", *FIXED) if cleaned[name]
    }
    given: dict[str, tuple[str, ...]] = {
        name: (chosen[name],) for name in ("site", "model", "symptom", *FIXED) if name in chosen
    }
    if "vendor" in chosen:
        models = [slug for slug, one in names["model"].items() if one.parent == chosen["vendor"]]
        given["model"] = tuple(slug for slug in models if slug in given.get("model", models))
    for name, dimension in (("domain", "domain"), ("domain_counted", "counted")):
        if name in chosen:
            leaves = [slug for slug, one in names["domain"].items() if one.parent == chosen[name]]
            given[dimension] = (chosen[name], *leaves)
    if month := month_of(*days):
        given["month"] = (month,)
    return ReportChoice(
        chosen=chosen,
        given=given,
        observed_from=days[0],
        observed_to=days[1],
        words=cleaned["q"],
    )


def month_of(first: date | None, last: date | None) -> str:
    """The month that these two days begin and end, as YYYY-MM; "" if they don't."""
    if (
        not first
        or not last
        or first.day != 1
        or (first.year, first.month) != (last.year, last.month)
    ):
        return ""
    is_whole = last.day == calendar.monthrange(last.year, last.month)[1]
    return f"{first:%Y-%m}" if is_whole else ""


def reports_chosen(queryset: QuerySet[Report], choice: ReportChoice) -> QuerySet[Report]:
    """Those of the reports that the choice asks for."""
    for dimension, values in choice.given.items():
        queryset = _CONDITIONS.get(dimension, _by_column(dimension))(queryset, values)
    if choice.observed_from:
        queryset = queryset.filter(observed_on__gte=choice.observed_from)
    if choice.observed_to:
        queryset = queryset.filter(observed_on__lte=choice.observed_to)
    return reports_with_words(queryset, choice.words) if choice.words else queryset


Condition = Callable[[QuerySet[Report], Sequence[str]], QuerySet[Report]]


def _by_column(dimension: str) -> Condition:
    """Reports with one of these values in the column of a dimension."""

    def choose(queryset: QuerySet[Report], values: Sequence[str]) -> QuerySet[Report]:
        column = COLUMNS[dimension]
        # One value keeps the order of the column's index, several do not.
        if len(values) == 1:
            return queryset.filter(**{column: values[0]})
        return queryset.filter(**{f"{column}__in": values})

    return choose


def _by_kind(queryset: QuerySet[Report], values: Sequence[str]) -> QuerySet[Report]:
    return queryset.filter(is_silent="silent" in values)


def _by_symptom(queryset: QuerySet[Report], values: Sequence[str]) -> QuerySet[Report]:
    links = Report.symptoms.through.objects.filter(report_id=OuterRef("pk"), symptom_id__in=values)
    return queryset.filter(Exists(links))


def _by_counted(queryset: QuerySet[Report], values: Sequence[str]) -> QuerySet[Report]:
    return queryset.filter(counted__domain__in=values)


def _by_month(queryset: QuerySet[Report], values: Sequence[str]) -> QuerySet[Report]:
    return queryset  # the days say it


_CONDITIONS: dict[str, Condition] = {
    "kind": _by_kind, "symptom": _by_symptom, "counted": _by_counted, "month": _by_month,
}  # fmt: skip


class ReportQuerySerializer(serializers.Serializer[Any]):
    """The query parameters of a list of reports, for the API's description."""

    site = SlugParameter("A site of the catalogue.", example="chatgpt")
    model = SlugParameter("A model of the catalogue.", example="gpt-4-0613")
    vendor = SlugParameter("The vendor of the model.", example="openai")
    domain = SlugParameter(
        "As stated by the sender; a family means all its leaves.", example="distributed-training"
    )
    domain_counted = SlugParameter(
        "Where the current run counts it; a family, a leaf or `unknown`.",
        example="distributed-training",
    )
    symptom = SlugParameter("A symptom of the catalogue.", example="wrong_answer")
    kind = serializers.ChoiceField(choices=FIXED["kind"], required=False)
    severity = serializers.ChoiceField(choices=FIXED["severity"], required=False)
    tier = serializers.ChoiceField(choices=FIXED["tier"], required=False)
    provenance = serializers.ChoiceField(choices=FIXED["provenance"], required=False)
    observed_from = serializers.DateField(required=False, help_text="YYYY-MM-DD, inclusive.")
    observed_to = serializers.DateField(required=False, help_text="YYYY-MM-DD, inclusive.")
    q = serializers.RegexField(
        WORDS,
        required=False,
        max_length=QUERY_CHARS_MAX,
        help_text='Words in the prompt or the response: "a phrase", or, -not. '
        "Chinese, Japanese, Korean and Thai are searched by their characters.",
    )
