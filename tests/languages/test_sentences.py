"""Reasons and outlooks of a run, said in the page's language with the same numbers."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format

from analysis.config import AnalysisConfig
from analysis.ladder import Evidence, finding_state
from backend.explorer.sentences import sentence_in_words
from backend.explorer.templatetags.sentences import sentence
from backend.findings.acknowledgements import taken_down
from backend.findings.events import event_log
from backend.findings.models import FindingEvent
from backend.findings.replies import reply_publish, reply_retract
from backend.findings.services import finding_hold, finding_publish
from backend.findings.told import WHY_TAKEN_DOWN
from tests.analysis.test_ladder import AGAIN, CORROBORATED, RATE, SAME, SOURCE, evidence
from tests.explorer.conftest import world  # noqa: F401 - a fixture
from tests.factories import make_finding, make_reply, make_run

CONFIG = AnalysisConfig()
UNSAID = "A moderator wrote this."


def every_kind_of_evidence() -> list[Evidence]:
    """Every clause of the ladder at least once, in every company that it keeps."""
    rates = [
        None,
        *(
            replace(rate, **numbers)
            for rate in (RATE, CORROBORATED, replace(RATE, is_provisional=False))
            for numbers in (
                {}, {"fewest_before": 3}, {"fewest_domain": 0},
                {"fewest_model": 2, "share_model": math.nan}, {"fewest_domain": 0, "fewest_model": 0},
                {"has_past": False, "n_before": 0, "fewest_before": 0},
                {"ratings_more": None}, {"ratings_more": 0}, {"n_raters": 4}, {"n_raters_bad": 4},
                {"n_raters_fine": 0}, {"n_raters_bad": 0, "fewest_domain": 0},
                {"fewest_before": 0, "fewest_domain": 0, "fewest_model": 0},
            )
        ),
    ]  # fmt: skip
    reported = [
        evidence(rate=rate, is_rated_for_this_kind=is_rated, is_over=is_over)
        for rate, is_rated, is_over in itertools.product(rates, (True, False), (True, False))
    ]
    quiet = [
        evidence(is_reported=False, **overrides)
        for overrides in (
            {"observed": 3, "uncapped": 3}, {"observed": 3, "uncapped": 40, "passes_strict": False},
            {"passes_strict": False}, {"passes_without_cohort": False}, {"is_discovery": False},
            {"observed": 50, "uncapped": 50, "passes_without_cohort": False},
            {"observed": 50, "uncapped": 50}, {"breakdown_number": 2}, {"expected": 123.4},
        )
    ]  # fmt: skip
    opened = {"is_reported": False, "stands_in_ratings": True, "ratio_to_past": 1.4}
    others = [
        *(
            evidence(rate=rate, is_over=is_over, acknowledged_by=source, **opened)
            for rate, is_over, source in itertools.product(rates[1:], (True, False), ("", SOURCE))
        ),
        evidence(rate=CORROBORATED, **opened | {"ratio_to_past": math.nan}),
        evidence(instruments=("versions of the extension",)),
        evidence(instruments=("versions of the redaction",)),
        evidence(instruments=("versions of the extension", "versions of the redaction")),
        evidence(again=(AGAIN,)),
        evidence(rate=CORROBORATED, is_over=True, acknowledged_by=SOURCE, again=(AGAIN,), **opened),
        evidence(again=(SAME,)),
        evidence(again=(AGAIN, SAME)),
        evidence(acknowledged_by=SOURCE),
        evidence(acknowledged_by=SOURCE, is_over=True),
    ]
    return [*reported, *quiet, *others]


@pytest.mark.parametrize("language", ["de", "es", "fr", "zh-hans"])
def test_every_sentence_of_the_ladder_is_said_in_every_language(language: str) -> None:
    verdicts = [finding_state(each, CONFIG) for each in every_kind_of_evidence()]
    texts = {text for verdict in verdicts for text in (verdict.reason, verdict.outlook) if text}
    assert len(texts) > 40
    with translation.override(language):
        for text in texts:
            said = sentence_in_words(text)
            assert said is not None, text
            assert said != text


@pytest.mark.parametrize("language", ["de", "es", "fr", "zh-hans"])
@pytest.mark.parametrize("is_over", [False, True])
@pytest.mark.parametrize("opened", [
    {}, {"is_reported": False, "stands_in_ratings": True, "ratio_to_past": 1.4, "rate": CORROBORATED},
])  # fmt: skip
def test_the_vendors_word_is_said_with_its_source_and_without_one_taken_down(
    language: str, is_over: bool, opened: dict[str, object]
) -> None:
    reason = finding_state(
        evidence(acknowledged_by=SOURCE, is_over=is_over, **opened), CONFIG
    ).reason
    without = reason
    for present, past in taken_down(SOURCE):
        without = without.replace(present, past)
    with translation.override(language):
        assert SOURCE in (sentence_in_words(reason) or "")
        said = sentence_in_words(without) or ""
    assert said not in ("", without)
    assert SOURCE not in said
    assert "1" in said


def test_numbers_stay_and_take_the_signs_of_the_page() -> None:
    reason = finding_state(evidence(rate=CORROBORATED, expected=2.5), CONFIG).reason
    with translation.override("de"):
        said = sentence_in_words(reason) or ""
    for number in ("9 ", "2,5", "30\u00a0%", "120", "22\u00a0%", "39\u00a0%", "11\u00a0%", "500",
                   "10\u00a0%", "12\u00a0%"):  # fmt: skip
        assert number in said, number


def test_what_is_english_stays_so_and_says_so() -> None:
    assert sentence(UNSAID) == UNSAID
    with translation.override("de"):
        assert sentence_in_words(UNSAID) is None
        assert sentence(UNSAID) == f'<span lang="en">{UNSAID}</span>'
        assert sentence("<b>") == '<span lang="en">&lt;b&gt;</span>'


def test_a_reason_begins_with_a_capital_on_pages() -> None:
    assert sentence("fewer than 5 contributors") == "Fewer than 5 contributors"
    with translation.override("de"):
        assert sentence(
            "a moderator's word"
        ) == '<span lang="en">A moderator\'s word</span>'.replace("'", "&#x27;")


@pytest.mark.parametrize(("language", "shown"), [("en", "−1.01"), ("fr", "−1,01")])
def test_a_number_below_zero_has_a_minus_wherever_it_is_compared(language: str, shown: str) -> None:
    with translation.override(language):
        side = {"observed": 7, "expected": 1.0, "ic": 0.5, "ic_low": -1.0142,
                "window_start": date(2026, 9, 1), "window_end": date(2026, 10, 26)}  # fmt: skip
        text = render_to_string("explorer/_compared_window.html", {"side": side})
    assert shown in text


def test_french_says_a_before_the_hour() -> None:
    at = datetime(2026, 11, 28, 13, 13, tzinfo=UTC)
    with translation.override("fr"):
        assert date_format(at, "DATETIME_FORMAT") == "28 novembre 2026 à 13:13"
    with translation.override("en"):
        assert date_format(at, "DATETIME_FORMAT") == "28 November 2026, 13:13"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["de", "es", "fr", "zh-hans"])
def test_what_a_moderator_decided_is_said_and_their_words_stay(
    visitor, clock, language: str
) -> None:
    finding = make_finding(run=make_run(), is_published=False)
    finding_publish(finding_id=finding.pk, moderator="mo", reason="Looks <sound>.")
    finding_hold(finding_id=finding.pk, moderator="mo", reason="Looks <sound>.")
    finding_publish(finding_id=finding.pk, moderator="mo", reason="Looks <sound>.")
    reply = make_reply(finding, state="entered")
    reply_publish(reply_id=reply.pk, moderator="mo", reason="Looks <sound>.")
    reply_retract(reply_id=reply.pk, moderator="mo", reason="Looks <sound>.")
    event_log(finding, run=finding.run, reason=f"{WHY_TAKEN_DOWN} Looks <sound>.")
    steps = finding.events.filter(reason__endswith="moderator: Looks <sound>.").count()
    assert steps == 6
    page = visitor.get(f"/{language}/findings/{finding.name}/").content.decode()
    log = page[page.index('id="history"') : page.index('id="run"')]
    assert log.count('<span lang="en">Looks &lt;sound&gt;.</span>') == steps
    assert " by a moderator" not in log
    assert " by a moderator: Looks" in visitor.get(f"/findings/{finding.name}/").content.decode()


@pytest.mark.django_db
def test_a_translated_sentence_is_not_called_english(visitor, world) -> None:  # noqa: F811
    """A voice that reads German with the sounds of English can't be understood."""
    FindingEvent.objects.update(
        reason="It and another finding of the same model and subject turned out to be one event."
    )
    page = visitor.get(f"/de/findings/{world.finding.name}/").content.decode()
    log = page[page.index('id="history"') : page.index('id="run"')]
    assert "haben sich als ein Ereignis erwiesen" in log
    assert 'lang="en"' not in log
