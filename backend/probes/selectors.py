"""Reading probes. Whatever ends in `_public` may be shown to anyone."""

from __future__ import annotations

from datetime import date
from functools import reduce
from hashlib import sha256
from itertools import combinations, groupby
from operator import itemgetter, or_
from typing import Any

from django.db.models import ExpressionWrapper, F, Max, Q, QuerySet
from django.db.models.fields import BooleanField

from backend.probes.models import ProbeAnswer, ProbeSeries

PROBE_COLUMNS = (
    "series_id", "series__model_id", "account", "item", "domain_id", "stratum", "round", "is_baseline",
    "asked_on", "outcome", "series__provenance", "series__site_id",
)  # fmt: skip


def probes_for_analysis(*, as_of: date) -> QuerySet[Any, tuple[Any, ...]]:
    """The baselines and the last two rounds of every series up to a day, as PROBE_COLUMNS.

    No door: only findings/runner.py and what it calls may read it. Read it with `.iterator()`: there may
    be a million. By series, account, item and round. `is_baseline` says whether the round is one of the
    baseline, `provenance` whether the answers are SIMULATED: nobody may put those beside answers of a
    service, and only of a fictional model they come at all. `outcome` is `right`, `wrong` or `refused`. An
    account that did not answer an item in a round has no row of it, so `as_of` within a round gives a part
    of it.
    """
    asked = ProbeAnswer.objects.filter(asked_on__lte=as_of)
    is_simulated = Q(series__provenance=ProbeSeries.Provenance.SIMULATED)
    answers = _with_baseline(asked).filter(
        Q(is_simulated, series__model__is_fictional=True)
        | Q(~is_simulated, series__model__is_fictional=False)
    )
    last = asked.order_by("series_id").values("series_id")
    is_last = [
        Q(series_id=row["series_id"], round__gte=row["last"] - 1)
        for row in last.annotate(last=Max("round"))
    ]
    chosen = answers.filter(reduce(or_, is_last, Q(is_baseline=True)))
    ordered = chosen.order_by("series_id", "account", "item", "round")
    return ordered.values_list(*PROBE_COLUMNS)


def probe_answers_public() -> QuerySet[Any, Any]:
    """Every answer with `is_baseline`, in no order: grades under numbers of accounts, nothing private."""
    return _with_baseline(ProbeAnswer.objects.order_by())


def probe_series_public() -> QuerySet[ProbeSeries]:
    """Every series with its model, vendor and site, by slug.

    Each row has what a page needs without reading an answer: `is_simulated` (say so), suite, grader,
    source, `n_baseline`, the numbers of answers, accounts, items and rounds, and the first and last
    day (None only before its first answer).
    """
    return ProbeSeries.objects.select_related("model__vendor", "site").order_by("slug")


def _with_baseline(answers: QuerySet[ProbeAnswer]) -> QuerySet[Any, Any]:
    is_baseline = Q(round__lt=F("series__n_baseline"))
    return answers.annotate(is_baseline=ExpressionWrapper(is_baseline, output_field=BooleanField()))


def accounts_alike(series: ProbeSeries, *, items_min: int) -> list[tuple[int, int]]:
    """Pairs of accounts of a series with the same grades of the same items in all rounds: numbers, in order.

    Of accounts with grades of fewer items than `items_min` nothing is said.
    """
    same: dict[bytes, list[int]] = {}
    rows = series.answers.order_by("account", "item", "round").values_list(
        "account", "item", "round", "outcome"
    )
    for account, answers in groupby(rows.iterator(), key=itemgetter(0)):
        digest, items = sha256(), set()
        for _, item, number, outcome in answers:
            items.add(item)
            digest.update(f"{item}|{number}|{outcome}\n".encode())
        if len(items) >= items_min:
            same.setdefault(digest.digest(), []).append(account)
    return sorted(pair for accounts in same.values() for pair in combinations(accounts, 2))
