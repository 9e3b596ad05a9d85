"""Each rule that a line, or a file beside what is stored, can break: named with its line, nothing stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.common.errors import RuleError
from backend.probes import answers, rules
from backend.probes.models import ProbeAccount, ProbeAnswer, ProbeSeries
from backend.probes.series import SeriesFacts
from backend.probes.services import probes_import
from tests.factories import make_probe_lines, make_probes

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
BASELINE = make_probe_lines(rounds=range(4))
LATER = make_probe_lines(rounds=[4])
NOTHING = " Nothing of the file is stored."
NAMED = "account, item, domain, stratum, round, asked_on and outcome"


def rows() -> tuple[int, int, int]:
    return ProbeSeries.objects.count(), ProbeAnswer.objects.count(), ProbeAccount.objects.count()


def refused(lines: list[dict[str, Any]], **facts: Any) -> str:
    """What a file is refused with; asserts that it changed nothing."""
    before = rows()
    with pytest.raises(RuleError) as error:
        make_probes(lines, **facts)
    assert rows() == before
    return str(error.value)


def with_line(number: int, **change: Any) -> list[dict[str, Any]]:
    """The baseline, with one line changed."""
    lines = [dict(line) for line in BASELINE]
    lines[number - 1] |= change
    return lines


def without(line: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in names}


ACCOUNT = "account must be a text of 1 to 200 printable characters, with no space before or behind."
ITEM = "item must be 1 to 40 of A-Z a-z 0-9 . _ : - (an id, not the prompt)."
DOMAIN = "domain must be a leaf of the catalogue; /api/v1/catalogue/ lists them."
STRATUM = 'stratum must be 1 to 40 of A-Z a-z 0-9 . _ : - (a word, not a text), or "".'
ROUND = "round must be a whole number from 0 to 199."
DAY = "asked_on must be a day of the calendar, written like 2026-01-31."
FUTURE = "asked_on lies in the future. Give the day on which it was asked, UTC."
OUTCOME = "outcome must be one of right, wrong, refused."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"account": ""}, ACCOUNT), ({"account": 7}, ACCOUNT), ({"account": "a" * 201}, ACCOUNT),
        ({"account": "a\x00b"}, ACCOUNT), ({"account": " a"}, ACCOUNT), ({"account": "a\u00a0"}, ACCOUNT),
        ({"account": "\udc80"}, ACCOUNT),
        ({"item": ""}, ITEM), ({"item": None}, ITEM), ({"item": "a" * 41}, ITEM),
        ({"item": "Is 21 a prime number?"}, ITEM), ({"item": "law-1\n"}, ITEM),
        ({"item": "größe"}, ITEM),
        ({"domain": "nothing-such"}, DOMAIN), ({"domain": "frontier-ml"}, DOMAIN),
        ({"domain": ["law"]}, DOMAIN), ({"domain": ""}, DOMAIN),
        ({"stratum": None}, STRATUM), ({"stratum": "s" * 41}, STRATUM),
        ({"stratum": "two words"}, STRATUM), ({"stratum": "\n"}, STRATUM),
        ({"round": -1}, ROUND), ({"round": 200}, ROUND), ({"round": True}, ROUND),
        ({"round": 1.0}, ROUND), ({"round": "1"}, ROUND), ({"round": float("nan")}, ROUND),
        ({"asked_on": "2026-10"}, DAY), ({"asked_on": "2026-02-30"}, DAY), ({"asked_on": 1}, DAY),
        ({"asked_on": "20261001"}, DAY), ({"asked_on": "2026-W40-1"}, DAY),
        ({"asked_on": "2026-11-24"}, FUTURE),
        ({"outcome": "fine"}, OUTCOME), ({"outcome": ""}, OUTCOME), ({"outcome": None}, OUTCOME),
    ],
)  # fmt: skip
def test_a_value_that_is_none_is_refused(change: dict[str, Any], message: str) -> None:
    assert refused(with_line(5, **change)) == f"Line 5: {message}{NOTHING}"


def test_today_is_not_in_the_future() -> None:
    make_probes([BASELINE[0] | {"asked_on": "2026-11-23"}])
    assert ProbeAnswer.objects.count() == 1


def test_the_longest_that_is_allowed_is_taken() -> None:
    longest = {"account": "ä" * 200, "item": "A.z_0:-" + "a" * 33, "stratum": "A.z_0:-" + "s" * 33}
    make_probes([BASELINE[0] | longest])
    assert ProbeAnswer.objects.get().item == longest["item"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "this is no JSON. Write one object on each line."),
        (b"\xff\xfe\xfa", "this is no JSON. Write one object on each line."),
        (b"[" * 100_000, "this is no JSON. Write one object on each line."),
        (b'{"round": ' + b"1" * 5_000 + b"}", "this is no JSON. Write one object on each line."),
        (b"[]", f"this is no object. Write one with {NAMED}."),
        (b"{}", f"{', '.join(answers.FIELDS)} missing. Each line needs {NAMED}."),
        (
            json.dumps(without(BASELINE[0], "round", "stratum")).encode(),
            f"stratum, round missing. Each line needs {NAMED}.",
        ),
        (
            json.dumps(BASELINE[0] | {"prompt": "Is 21 a prime number?"}).encode(),
            f"there are other fields than {NAMED}. Hand over grades only, never a text.",
        ),
    ],
)
def test_a_line_of_another_shape_is_refused(line: bytes, message: str) -> None:
    facts = SeriesFacts(
        slug="gpt-web", title="An invented series", model="gpt-4-0613", suite="invented 1.0",
        grader="exact 1.0", source_url="https://suite.example/method",
    )  # fmt: skip
    with pytest.raises(RuleError) as error:
        probes_import(lines=[b"\n", json.dumps(BASELINE[0]).encode(), line], facts=facts)
    assert str(error.value) == f"Line 3: {message}{NOTHING}"
    assert rows() == (0, 0, 0)


@pytest.mark.parametrize("change", [{"domain": "mathematics"}, {"stratum": "number"}])
def test_an_item_has_one_domain_and_one_stratum(change: dict[str, str]) -> None:
    message = (
        "the item has another domain or stratum than {}. Correct it; an item that has changed needs "
        "another id, in another series." + NOTHING
    )
    assert refused(with_line(7, **change)) == "Line 7: " + message.format("in line 1")
    make_probes(BASELINE)
    changed = [LATER[0] | change]
    assert refused(changed) == "Line 1: " + message.format("what is stored")


@pytest.mark.parametrize("change", [{"outcome": "wrong"}, {"asked_on": "2026-10-02"}])
def test_an_answer_never_changes(change: dict[str, str]) -> None:
    lines = [*BASELINE, BASELINE[2] | change]
    assert refused(lines) == (
        "Line 25: the same account, item and round with another outcome or day than in line 3. Keep "
        f"the one that is true.{NOTHING}"
    )
    make_probes(BASELINE)
    assert refused(with_line(3, **change)) == (
        "Line 3: this answer is stored already with another outcome or day, and a stored answer never "
        "changes. Remove the line, or remove the whole series (manage.py delete_probes) and import it "
        f"again.{NOTHING}"
    )
    assert ProbeAnswer.objects.filter(outcome="wrong").count() == 0


def test_the_same_line_twice_in_a_file_counts_once() -> None:
    make_probes([*BASELINE, BASELINE[2]])
    assert ProbeAnswer.objects.count() == len(BASELINE)


def test_rounds_have_no_gap() -> None:
    message = (
        "Number the rounds without a gap, from 0 on, and import them in their order." + NOTHING
    )
    later = make_probe_lines(rounds=[5])
    assert refused(LATER) == f"Line 1: round 4, but there is no round 3. {message}"
    assert refused([*BASELINE, *later]) == f"Line 25: round 5, but there is no round 4. {message}"
    make_probes(BASELINE)
    assert refused(later) == f"Line 1: round 5, but there is no round 4. {message}"
    make_probes([*later, *LATER])
    assert ProbeSeries.objects.get().n_rounds == 6


def test_a_later_round_is_asked_after_the_last_day_of_the_baseline() -> None:
    message = (
        "round 4 is after the baseline, but its day is not after the baseline's last day, 2026-10-04. "
        "Correct the day or the round." + NOTHING
    )
    late = [LATER[0], LATER[1] | {"asked_on": "2026-10-04"}]
    assert refused([*late, *BASELINE]) == f"Line 2: {message}"
    make_probes(BASELINE)
    assert refused(late) == f"Line 2: {message}"
    make_probes(LATER)  # asked on 5 October
    assert ProbeAnswer.objects.filter(round=4).count() == len(LATER)


def test_the_baseline_is_frozen_once_a_later_round_is_stored() -> None:
    some = [line for line in BASELINE if (line["account"], line["round"]) != ("third", 2)]
    make_probes(some)
    missing = [line for line in BASELINE if line not in some]
    make_probes(missing[:1])  # not frozen yet
    make_probes(LATER)
    message = (
        "Line 1: round 2 is of the baseline, which is frozen since a later round is stored. Remove the "
        f"line, or begin another series with a baseline of its own.{NOTHING}"
    )
    assert refused(missing[1:]) == message
    assert refused([missing[1], *make_probe_lines(rounds=[5])]) == message
    make_probes(BASELINE[:2])  # those are there already
    assert ProbeAnswer.objects.count() == len(BASELINE) - 1 + len(LATER)


def test_a_round_that_is_stored_takes_no_further_answer() -> None:
    """Somebody may have looked at it: what comes later could be chosen by what was seen."""
    late = [line for line in LATER if line["account"] == "third"]
    make_probes([*BASELINE, *(line for line in LATER if line not in late)])
    assert refused([*late, *make_probe_lines(rounds=[5])]) == (
        "Line 1: round 4 is stored already, and somebody may have looked at it. Remove the line and ask "
        f"again in a new round; import all accounts of a round in one file.{NOTHING}"
    )
    make_probes([*LATER[:1], *make_probe_lines(rounds=[5])])
    assert ProbeSeries.objects.get().n_rounds == 6


def test_a_baseline_and_what_follows_may_come_in_one_file() -> None:
    make_probes([*LATER, *BASELINE])
    assert ProbeSeries.objects.get().n_rounds == 5


@pytest.mark.parametrize(
    ("change", "what"), [({"account": "fourth"}, "account"), ({"item": "law-2"}, "item")]
)
def test_what_has_no_baseline_is_refused(change: dict[str, str], what: str) -> None:
    message = (
        f"this {what} has no answer in the baseline, so nothing can be compared. Check how it is "
        f"written; a new {what} needs a new series.{NOTHING}"
    )
    assert refused([*BASELINE, LATER[0] | change]) == f"Line 25: {message}"
    make_probes(BASELINE)
    assert refused([LATER[0], LATER[0] | change]) == f"Line 2: {message}"


def test_another_secret_recognises_no_account(settings) -> None:
    make_probes(BASELINE)
    settings.SECRET_KEY = "another-secret-that-is-long-enough-to-be-one-of-fifty-characters"
    assert "this account has no answer in the baseline" in refused(LATER)


def test_a_file_has_so_many_answers(monkeypatch) -> None:
    monkeypatch.setattr(answers, "ANSWERS_MAX", 23)
    assert refused(BASELINE) == (
        "Line 24: a file holds at most 23 answers. Split it by rounds and import the parts in their "
        f"order.{NOTHING}"
    )
    monkeypatch.setattr(answers, "ANSWERS_MAX", 24)
    make_probes(BASELINE)
    assert ProbeAnswer.objects.count() == 24


def test_a_series_has_so_many_items(monkeypatch) -> None:
    message = (
        "a series has at most 2 items. Make several suites, each with a series of its own."
        + NOTHING
    )
    monkeypatch.setattr(rules, "ITEMS_MAX", 2)
    more = [BASELINE[0] | {"item": "law-2"}]
    assert refused([*BASELINE, *more]) == f"Line 25: {message}"
    make_probes(BASELINE)
    assert refused(more) == f"Line 1: {message}"


def test_a_series_has_so_many_accounts(monkeypatch) -> None:
    message = "a series has at most 3 accounts. Leave out the others." + NOTHING
    monkeypatch.setattr(rules, "ACCOUNTS_MAX", 3)
    more = [BASELINE[0] | {"account": "fourth"}]
    assert refused([*BASELINE, *more]) == f"Line 25: {message}"
    make_probes(BASELINE)
    assert refused(more) == f"Line 1: {message}"


def test_a_series_has_so_many_rounds(monkeypatch) -> None:
    monkeypatch.setattr(answers, "ROUNDS_MAX", 5)
    make_probes([*BASELINE, *LATER])
    message = f"Line 1: round must be a whole number from 0 to 4.{NOTHING}"
    assert refused(make_probe_lines(rounds=[5])) == message


def test_the_limits_are_as_documented() -> None:
    assert (answers.ANSWERS_MAX, rules.ITEMS_MAX, rules.ACCOUNTS_MAX, answers.ROUNDS_MAX) == (
        1_000_000, 2_000, 50, 200,
    )  # fmt: skip


def test_a_round_is_asked_within_so_many_days() -> None:
    late = [
        BASELINE[5] | {"asked_on": "2026-09-17"}
    ]  # of round 0, the rest of which is of 1 October
    first = [line for line in BASELINE if line["round"] == 0]
    assert refused([*first[:5], *late]) == (
        "Line 6: the answers of round 0 lie 14 days or more apart, from 2026-09-17 to 2026-10-01. Ask a "
        f"round within 14 days, and what comes later as another round.{NOTHING}"
    )
    make_probes(first[:5])
    assert refused(late).startswith("Line 1: the answers of round 0 lie 14 days or more apart")
    make_probes([late[0] | {"asked_on": "2026-09-18"}])
    assert ProbeAnswer.objects.count() == 6
    assert rules.ROUND_DAYS_MAX == 14


@pytest.mark.parametrize(("number", "other"), [(3, 1), (5, 4)])
def test_no_two_rounds_share_a_day(number: int, other: int) -> None:
    day = f"2026-10-{other + 1:02}"
    before = make_probe_lines(rounds=range(number))
    shared = make_probe_lines(rounds=[number], accounts=["third"], asked_on=day)
    message = (
        f"round {number} was asked on {day}, as round {other} was, and what is odd about a day touches "
        f"both. Ask every round on days of its own; leave this one out, or ask it again.{NOTHING}"
    )
    assert refused([*before, *shared]) == f"Line {len(before) + 1}: {message}"
    make_probes(before)
    assert refused(shared) == f"Line 1: {message}"
    make_probes([line | {"asked_on": "2026-10-12"} for line in shared])
    assert ProbeSeries.objects.get().n_rounds == number + 1
