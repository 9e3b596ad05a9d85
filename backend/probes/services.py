"""Taking in the answers of a series, all of a file or none, and removing a series."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.crypto import salted_hmac

from backend.catalogue.selectors import leaves_public
from backend.common.errors import RuleError, UnknownError
from backend.probes import rules
from backend.probes.answers import AnswerLine, answers_read
from backend.probes.models import ProbeAccount, ProbeAnswer, ProbeSeries
from backend.probes.series import SeriesFacts, series_check, series_same_check

BATCH_ROWS = 2_000
Progress = Callable[[str, int], None]
"""Told what is done (`Reading`, `Storing`) with how many more answers."""


@dataclass(frozen=True)
class ProbesImport:
    """What an import did: the series as it is now, answers read, and those of them that are new."""

    series: ProbeSeries
    n_read: int
    n_new: int


def probes_import(
    *,
    lines: Iterable[bytes],
    facts: SeriesFacts,
    progress: Progress = lambda done, answers: None,
) -> ProbesImport:
    """Store the answers of a file under a series, which is made by its first one. Runs twice safely.

    All of them or none: RuleError names the line, what is wrong and what to do (answers.py and rules.py
    have the rules), or the facts that are not those of the stored series. A title or source that has
    changed is taken over. An answer that is there already is left alone.
    """
    series_check(facts)
    domains = set(leaves_public().values_list("slug", flat=True))
    today = timezone.now().date()
    answers = list(_told(answers_read(lines, domains=domains, today=today), "Reading", progress))
    if not answers:
        raise RuleError("probes_file_empty", "There is no answer in the file. Nothing is stored.")
    with transaction.atomic():
        series = _series_locked(facts, today)
        stored = _stored(series)
        numbers, accounts = rules.accounts_numbered(
            answers, stored, hash_of=lambda label: _label_hash(series.slug, label)
        )
        rules.items_check(answers, stored)
        new = _new(series, rules.answers_keyed(answers, numbers))
        rules.rounds_check(new.values(), stored)
        rules.baseline_check(new, stored)
        rules.days_check(new.values(), stored)
        _accounts_store(series, accounts, stored)
        _answers_store(series, new, progress)
        _sum_up(series, facts, new, stored, today)
    return ProbesImport(series, n_read=len(answers), n_new=len(new))


@transaction.atomic
def probe_series_delete(*, slug: str) -> int:
    """Remove a series wholly, with its answers and accounts; how many answers. UnknownError."""
    series = ProbeSeries.objects.select_for_update().filter(slug=slug).first()
    if series is None:
        raise UnknownError("probe_series_unknown", "There is no such series.")
    _, n_rows = series.delete()
    return n_rows.get("probes.ProbeAnswer", 0)


def _label_hash(series: str, label: str) -> str:
    # Keyed: whoever has the rows alone could else try which account it was. Of each series another one.
    return salted_hmac(
        "plumbline.probes.account", f"{series}|{label}", algorithm="sha256"
    ).hexdigest()


def _series_locked(facts: SeriesFacts, today: date) -> ProbeSeries:
    """The series, made if there is none; nobody else imports into it until the transaction ends."""
    series, is_new = ProbeSeries.objects.select_for_update().get_or_create(
        slug=facts.slug,
        defaults=facts.as_fields() | {"imported_on": today, "updated_on": today},
    )
    if not is_new:
        series_same_check(series, facts)
    return series


def _stored(series: ProbeSeries) -> rules.Stored:
    baseline = series.answers.filter(round__lt=series.n_baseline)
    kinds = baseline.values_list("item", "domain_id", "stratum").distinct()
    accounts = series.accounts.values_list("label_hash", "number")
    days: dict[int, set[date]] = {}
    for number, day in series.answers.values_list("round", "asked_on").distinct().iterator():
        days.setdefault(number, set()).add(day)
    return rules.Stored(
        n_baseline=series.n_baseline,
        n_rounds=series.n_rounds,
        items={item: (domain, stratum) for item, domain, stratum in kinds.iterator()},
        accounts=dict(accounts),
        baseline_last_on=baseline.aggregate(day=Max("asked_on"))["day"] or date.min,
        days={number: frozenset(found) for number, found in days.items()},
    )


def _new(series: ProbeSeries, keyed: dict[rules.Key, AnswerLine]) -> dict[rules.Key, AnswerLine]:
    """The answers that are not stored; RuleError where one is, and says something else."""
    rounds = {round_ for _, _, round_ in keyed if round_ < series.n_rounds}
    there = series.answers.filter(round__in=rounds).values_list(
        "account", "item", "round", "outcome", "asked_on"
    )
    new = dict(keyed)
    for account, item, round_, outcome, asked_on in there.iterator():
        answer = new.pop((account, item, round_), None)
        if answer is not None:
            rules.stored_check(answer, outcome, asked_on)
    return new


def _accounts_store(series: ProbeSeries, accounts: Mapping[str, int], stored: rules.Stored) -> None:
    ProbeAccount.objects.bulk_create(
        ProbeAccount(series=series, number=number, label_hash=label_hash)
        for label_hash, number in accounts.items()
        if label_hash not in stored.accounts
    )


def _answers_store(
    series: ProbeSeries, new: Mapping[rules.Key, AnswerLine], progress: Progress
) -> None:
    rows = (
        ProbeAnswer(
            series=series, account=account, item=item, domain_id=answer.domain,
            stratum=answer.stratum, round=round_, asked_on=answer.asked_on, outcome=answer.outcome,
        )
        for (account, item, round_), answer in new.items()
    )  # fmt: skip
    while batch := list(islice(rows, BATCH_ROWS)):
        ProbeAnswer.objects.bulk_create(batch)
        progress("Storing", len(batch))


def _sum_up(
    series: ProbeSeries,
    facts: SeriesFacts,
    new: Mapping[rules.Key, AnswerLine],
    stored: rules.Stored,
    today: date,
) -> None:
    """Say on the series what it holds now; where nothing is new, only title and source may change."""
    series.title, series.source_url = facts.title, facts.source_url
    if new:
        days = {answer.asked_on for answer in new.values()}
        days |= {day for day in (series.asked_first_on, series.asked_last_on) if day}
        series.asked_first_on, series.asked_last_on = min(days), max(days)
        series.n_answers += len(new)
        series.n_accounts = len({*stored.accounts.values(), *(number for number, _, _ in new)})
        series.n_items = len({*stored.items, *(item for _, item, _ in new)})
        series.n_rounds = max(series.n_rounds, 1 + max(round_ for _, _, round_ in new))
        series.updated_on = today
    series.save()


def _told(answers: Iterator[AnswerLine], done: str, progress: Progress) -> Iterator[AnswerLine]:
    """The same answers; `progress` is told of each batch."""
    while batch := list(islice(answers, BATCH_ROWS)):
        yield from batch
        progress(done, len(batch))
