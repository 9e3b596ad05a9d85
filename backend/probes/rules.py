"""What holds between the answers of a series: in a file, and between a file and what is stored.

Plain functions over checked lines; nothing here reads or writes a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from backend.probes.answers import AnswerLine, line_error

ITEMS_MAX = 2_000
ACCOUNTS_MAX = 50
"""Of a series. With `ROUNDS_MAX` of answers.py it has 20 million answers at most."""

ROUND_DAYS_MAX = 14
"""From the first to the last answer of a round: what takes longer is no one time."""
ALIKE_ITEMS_MIN = 20
"""Two accounts that agree in every grade of fewer items may do so by chance."""

Key = tuple[int, str, int]
"""Number of the account, item, round."""


@dataclass(frozen=True)
class Stored:
    """What a series holds before an import."""

    n_baseline: int
    n_rounds: int
    """Rounds 0 to n_rounds - 1 are there: there are no gaps."""
    items: Mapping[str, tuple[str, str]]
    """Domain and stratum of every item; each has answers of the baseline."""
    accounts: Mapping[str, int]
    """Number of every account by the hash of its label; each has answers of the baseline."""
    baseline_last_on: date
    """`date.min` where there is no answer."""
    days: Mapping[int, frozenset[date]]
    """The days on which each round was asked."""

    @property
    def is_frozen(self) -> bool:
        """Whether a round after the baseline is there: then the baseline stays as it is."""
        return self.n_rounds > self.n_baseline


def accounts_numbered(
    answers: Iterable[AnswerLine], stored: Stored, *, hash_of: Callable[[str], str]
) -> tuple[dict[str, int], dict[str, int]]:
    """The number of every label of a file, and that of every hash, those that are stored included.

    New accounts go on counting by their first appearance. RuleError where there are too many.
    """
    numbers: dict[str, int] = {}
    by_hash = dict(stored.accounts)
    for answer in answers:
        if answer.account in numbers:
            continue
        digest = hash_of(answer.account)
        if digest not in by_hash:
            if len(by_hash) == ACCOUNTS_MAX:
                raise line_error(
                    answer.line,
                    f"a series has at most {ACCOUNTS_MAX} accounts. Leave out the others.",
                )
            by_hash[digest] = len(by_hash) + 1
        numbers[answer.account] = by_hash[digest]
    return numbers, by_hash


def answers_keyed(
    answers: Iterable[AnswerLine], numbers: Mapping[str, int]
) -> dict[Key, AnswerLine]:
    """Answers by account, item and round. One that comes twice counts once if both say the same."""
    keyed: dict[Key, AnswerLine] = {}
    for answer in answers:
        key = numbers[answer.account], answer.item, answer.round
        first = keyed.setdefault(key, answer)
        if says(first) != says(answer):
            raise line_error(
                answer.line,
                "the same account, item and round with another outcome or day than in line "
                f"{first.line}. Keep the one that is true.",
            )
    return keyed


def says(answer: AnswerLine) -> tuple[str, date]:
    """What must be the same wherever an answer is given twice."""
    return answer.outcome, answer.asked_on


def stored_check(answer: AnswerLine, outcome: str, asked_on: date) -> None:
    """RuleError unless the stored answer of the same account, item and round says the same."""
    if says(answer) != (outcome, asked_on):
        raise line_error(
            answer.line,
            "this answer is stored already with another outcome or day, and a stored answer never "
            "changes. Remove the line, or remove the whole series (manage.py delete_probes) and import "
            "it again.",
        )


def items_check(answers: Iterable[AnswerLine], stored: Stored) -> None:
    """RuleError unless every item has one domain and one stratum, and there are not too many."""
    known: dict[str, tuple[str, str]] = dict(stored.items)
    first_in: dict[str, int] = {}
    for answer in answers:
        kind = answer.domain, answer.stratum
        if answer.item not in known:
            if len(known) == ITEMS_MAX:
                raise line_error(
                    answer.line,
                    f"a series has at most {ITEMS_MAX:,} items. Make several suites, each with a "
                    "series of its own.",
                )
            known[answer.item] = kind
            first_in[answer.item] = answer.line
        elif known[answer.item] != kind:
            where = first_in.get(answer.item)
            raise line_error(
                answer.line,
                "the item has another domain or stratum than "
                + (f"in line {where}" if where else "what is stored")
                + ". Correct it; an item that has changed needs another id, in another series.",
            )


def rounds_check(new: Iterable[AnswerLine], stored: Stored) -> None:
    """RuleError if a round that somebody may have looked at would change, or if one would be left out."""
    first_in: dict[int, int] = {}
    for answer in new:
        if stored.is_frozen and answer.round < stored.n_baseline:
            raise line_error(
                answer.line,
                f"round {answer.round} is of the baseline, which is frozen since a later round is "
                "stored. Remove the line, or begin another series with a baseline of its own.",
            )
        if stored.n_baseline <= answer.round < stored.n_rounds:
            raise line_error(
                answer.line,
                f"round {answer.round} is stored already, and somebody may have looked at it. Remove the "
                "line and ask again in a new round; import all accounts of a round in one file.",
            )
        first_in.setdefault(answer.round, answer.line)
    there = {*range(stored.n_rounds), *first_in}
    for number in sorted(there):
        if number > 0 and number - 1 not in there:
            raise line_error(
                first_in[number],
                f"round {number}, but there is no round {number - 1}. Number the rounds without a "
                "gap, from 0 on, and import them in their order.",
            )


def baseline_check(new: Mapping[Key, AnswerLine], stored: Stored) -> None:
    """RuleError unless every answer after the baseline can be compared with it.

    Its account and its item have answers of the baseline, and it was asked after the last day of that.
    """
    before = [(key, answer) for key, answer in new.items() if answer.round < stored.n_baseline]
    accounts = {*stored.accounts.values(), *(account for (account, _, _), _ in before)}
    items = {*stored.items, *(answer.item for _, answer in before)}
    days = [answer.asked_on for _, answer in before]
    last_on = max([stored.baseline_last_on, *days])
    for (account, item, number), answer in new.items():
        if number < stored.n_baseline:
            continue
        if account not in accounts or item not in items:
            what = "item" if account in accounts else "account"
            raise line_error(
                answer.line,
                f"this {what} has no answer in the baseline, so nothing can be compared. Check how it "
                f"is written; a new {what} needs a new series.",
            )
        if answer.asked_on <= last_on:
            raise line_error(
                answer.line,
                f"round {number} is after the baseline, but its day is not after the baseline's last "
                f"day, {last_on}. Correct the day or the round.",
            )


def days_check(new: Iterable[AnswerLine], stored: Stored) -> None:
    """RuleError unless each round was asked within ROUND_DAYS_MAX, and no two of them on one day.

    What is odd about a day touches every answer of it: rounds of one day are one round (docs/method.md).
    """
    first_on = {number: min(days) for number, days in stored.days.items()}
    last_on = {number: max(days) for number, days in stored.days.items()}
    round_of = {day: number for number, days in stored.days.items() for day in days}
    for answer in sorted(new, key=lambda answer: answer.line):
        number, day = answer.round, answer.asked_on
        first_on[number] = min(day, first_on.get(number, day))
        last_on[number] = max(day, last_on.get(number, day))
        if last_on[number] - first_on[number] >= timedelta(days=ROUND_DAYS_MAX):
            raise line_error(
                answer.line,
                f"the answers of round {number} lie {ROUND_DAYS_MAX} days or more apart, from "
                f"{first_on[number]} to {last_on[number]}. Ask a round within {ROUND_DAYS_MAX} days, and "
                "what comes later as another round.",
            )
        if (other := round_of.setdefault(day, number)) != number:
            raise line_error(
                answer.line,
                f"round {number} was asked on {day}, as round {other} was, and what is odd about a day "
                "touches both. Ask every round on days of its own; leave this one out, or ask it again.",
            )
