"""What a finding's page says of its end, and of the days of what says nothing any more."""

from __future__ import annotations

from datetime import date

import pytest

from backend.findings.models import Finding
from tests.explorer.test_evidence import page_of

pytestmark = pytest.mark.django_db


def test_what_stands_out_is_not_said_to_have_ended(visitor, world) -> None:
    """An end without evidence of its own: perhaps nobody could report for a week."""
    Finding.objects.filter(pk=world.finding.pk).update(
        offset=date(2026, 11, 16), offset_low=date(2026, 11, 16), offset_high=date(2026, 11, 16)
    )
    page = page_of(visitor, world.finding)
    for words in (
        "It may have ended in about the week of 16 November 2026: that has no evidence of its own yet.",
        '<dt>may have ended, in about the week of</dt><dd class="day">16 November 2026</dd>',
        "<dt>May have ended</dt><dd>by the week of 16 November 2026</dd>",
    ):
        assert words in page, words
    listed = visitor.get("/findings/").content.decode()
    assert "may have ended in about the week of 16 November 2026" in listed
    for place in ("/", "/vendors/openai/", "/models/gpt-4-0613/"):
        assert ">ended" not in visitor.get(place).content.decode(), place
    Finding.objects.filter(pk=world.finding.pk).update(state="resolved")
    assert ">ended" in visitor.get("/").content.decode()


@pytest.mark.parametrize("state", ["insufficient", "refuted"])
def test_what_says_nothing_any_more_has_no_days(visitor, world, state: str) -> None:
    Finding.objects.filter(pk=world.finding.pk).update(state=state, offset=date(2026, 10, 12))
    page = page_of(visitor, world.finding)
    assert "began, in about the week of" not in page
    assert "<dt>Began</dt>" not in page
    assert "12 October 2026" not in page
    assert "The data does not say." in page


def test_the_overview_shows_what_has_ended_apart_from_what_stands_out(visitor, world) -> None:
    assert "has ended</h3>" not in visitor.get("/").content.decode()
    Finding.objects.filter(pk=world.finding.pk).update(state="resolved")
    page = visitor.get("/").content.decode()
    assert "Nothing stands out now in the reports so far" in page
    assert f'"/findings/{world.finding.name}/"' in page[page.index("has ended</h3>") :]
