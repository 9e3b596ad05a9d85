"""A vendor's word about a cell: entered and decided about by a moderator."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from backend.common.errors import ConflictError, RuleError, UnknownError
from backend.disclosures.services import disclosure_retract
from backend.findings.acknowledgements import (
    AcknowledgementDraft,
    acknowledgement_enter,
    acknowledgement_publish,
    acknowledgement_retract,
)
from backend.findings.models import Acknowledgement, AcknowledgementEvent
from backend.findings.models.acknowledgements import PASSAGE_CHARS_MAX
from tests.factories import (
    make_acknowledgement,
    make_disclosure,
    make_finding,
    make_run,
)

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
SOURCE = "https://vendor.example/notice"
GOOD: dict[str, Any] = {
    "model": "gpt-4-0613", "domain": "distributed-training", "symptom_kind": "silent",
    "source_url": SOURCE, "passage": "Answers were worse for a time.",
    "stated_on": date(2026, 10, 20), "since": date(2026, 9, 1), "until": date(2026, 10, 18),
}  # fmt: skip
WHY = {"moderator": "mo", "reason": "Read it."}


def enter(**overrides: Any) -> Acknowledgement:
    draft = AcknowledgementDraft(**(GOOD | overrides))
    return acknowledgement_enter(draft=draft, moderator="mo")


def log_of(word: Acknowledgement) -> list[tuple[str, str, str]]:
    return list(word.events.order_by("pk").values_list("kind", "actor", "reason"))


def test_what_is_entered_is_stored_as_it_was_read() -> None:
    disclosure = make_disclosure(vendor_id="openai")
    word = enter(passage=" First line.\r\nSecond. ", until=None, disclosure=disclosure.pk)
    word.refresh_from_db()
    assert (word.state, word.model_id, word.domain_id, word.symptom_kind) == (
        "entered", "gpt-4-0613", "distributed-training", "silent",
    )  # fmt: skip
    assert (word.passage, word.since, word.until) == (
        "First line.\nSecond.",
        date(2026, 9, 1),
        None,
    )
    assert (word.disclosure_id, word.entered_by) == (disclosure.pk, "mo")
    assert log_of(word) == [("entered", "mo", "")]


@pytest.mark.parametrize(
    ("overrides", "field"),
    [({"model": "gpt-99"}, "model"), ({"domain": "nothing"}, "domain"),
     ({"domain": "computing"}, "domain"), ({"symptom_kind": "loud"}, "symptom_kind"),
     ({"source_url": "http://vendor.example/"}, "source_url"),
     ({"source_url": "javascript:alert(1)"}, "source_url"),
     ({"source_url": "https://vendor.example/" + "x" * 478}, "source_url"),
     ({"passage": " \n "}, "passage"), ({"passage": "a\x00b"}, "passage"),
     ({"passage": "x" * (PASSAGE_CHARS_MAX + 1)}, "passage"),
     ({"passage": "\u200b\u200d\ufeff"}, "passage"),
     ({"source_url": "https://vendor\u202e.example/notice"}, "source_url"),
     ({"source_url": "https://vendor.example/no\u200btice"}, "source_url"),
     ({"stated_on": date(1, 1, 1)}, "stated_on"), ({"stated_on": date(2019, 12, 31)}, "stated_on"),
     ({"since": date(9999, 12, 31), "until": None}, "since"),
     ({"since": date(2026, 11, 24), "until": None}, "since"),
     ({"since": date(1, 1, 1)}, "since"), ({"since": None, "until": date(1, 1, 1)}, "until"),
     ({"until": date(2026, 11, 24)}, "until"), ({"until": date(9999, 12, 31)}, "until"),
     ({"stated_on": date(2026, 11, 24)}, "stated_on"), ({"since": None, "until": None}, "since"),
     ({"until": date(2026, 8, 31)}, "until"), ({"disclosure": 999}, "disclosure")],
)  # fmt: skip
def test_what_breaks_a_rule_is_not_stored(overrides, field: str) -> None:
    with pytest.raises(RuleError) as refused:
        enter(**overrides)
    assert (refused.value.code, list(refused.value.fields)) == ("acknowledgement_invalid", [field])
    assert (Acknowledgement.objects.count(), AcknowledgementEvent.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "entered"},
        {"state": "retracted"},
        {"vendor_id": "anthropic"},
        {"domains": ["law"]},
    ],
)
def test_a_disclosure_that_does_not_speak_of_the_cell_is_refused(fields) -> None:
    disclosure = make_disclosure(**({"vendor_id": "openai"} | fields))
    with pytest.raises(RuleError) as refused:
        enter(disclosure=disclosure.pk)
    assert list(refused.value.fields) == ["disclosure"]
    assert Acknowledgement.objects.count() == 0


@pytest.mark.parametrize(
    "overrides",
    [{"passage": "x" * PASSAGE_CHARS_MAX}, {"stated_on": date(2026, 11, 23)}, {"since": None},
     {"until": None}, {"until": date(2026, 9, 1)},
     {"source_url": "https://vendor.example/" + "x" * 477}],
)  # fmt: skip
def test_the_limits_themselves_are_kept(overrides) -> None:
    ((field, value),) = overrides.items()
    assert getattr(enter(**overrides), field) == value


@pytest.mark.parametrize(
    "fields",
    [{"source_url": "http://x.example"}, {"passage": ""}, {"since": None, "until": None},
     {"since": date(2026, 9, 2), "until": date(2026, 9, 1)}],
)  # fmt: skip
def test_the_database_itself_refuses_what_no_service_would_write(fields) -> None:
    finding = make_finding(run=make_run())
    with pytest.raises(IntegrityError), transaction.atomic():
        make_acknowledgement(finding, **fields)
    assert Acknowledgement.objects.count() == 0


def test_it_is_published_once_taken_down_once_and_each_decision_has_a_reason() -> None:
    word = enter()
    with pytest.raises(ConflictError, match="not public"):
        acknowledgement_retract(acknowledgement_id=word.pk, **WHY)
    with pytest.raises(RuleError):
        acknowledgement_publish(acknowledgement_id=word.pk, moderator="mo", reason=" ")
    with pytest.raises(UnknownError):
        acknowledgement_publish(acknowledgement_id=word.pk + 1, **WHY)
    word.refresh_from_db()
    assert (word.state, len(log_of(word))) == ("entered", 1)
    acknowledgement_publish(acknowledgement_id=word.pk, **WHY)
    with pytest.raises(ConflictError):
        acknowledgement_publish(acknowledgement_id=word.pk, **WHY)
    acknowledgement_retract(acknowledgement_id=word.pk, moderator="jo", reason="Not theirs.")
    for decide in (acknowledgement_publish, acknowledgement_retract):
        with pytest.raises(ConflictError, match="taken down"):
            decide(acknowledgement_id=word.pk, **WHY)
    assert log_of(word) == [
        ("entered", "mo", ""), ("published", "mo", "Read it."), ("retracted", "jo", "Not theirs."),
    ]  # fmt: skip


def test_it_is_not_published_after_its_disclosure_was_taken_down() -> None:
    disclosure = make_disclosure(vendor_id="openai")
    word = enter(disclosure=disclosure.pk)
    disclosure_retract(disclosure_id=disclosure.pk, moderator="mo", reason="Another page.")
    with pytest.raises(ConflictError, match="disclosure is not public"):
        acknowledgement_publish(acknowledgement_id=word.pk, **WHY)
    word.refresh_from_db()
    assert (word.state, len(log_of(word))) == ("entered", 1)
