"""A vendor's word: kept in the evidence, and counted where it speaks of an event that stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analysis.acknowledgements import acknowledged_by, possible_days
from analysis.config import AnalysisConfig
from analysis.frozen import evidence_read, evidence_write
from analysis.judgement import judge
from analysis.records import Acknowledgement, CountedEvidence
from tests.analysis.test_judgement import PLANTED, SHAPE, evidence, said

CONFIG = AnalysisConfig()
CELL = ("model-02", "domain-03")
WORD = Acknowledgement(
    id=7, model="model-02", domain="domain-03", symptom_kind="silent",
    source="https://vendor.example/notice", stated_on=date(2026, 10, 1),
    since=date(2026, 7, 27), until=date(2026, 9, 30), is_simulated=True,
)  # fmt: skip
OTHERS = {
    "model": {"model": "model-01"}, "domain": {"domain": "domain-04"},
    "kind": {"symptom_kind": "stated"}, "before": {"since": None, "until": date(2026, 5, 31)},
    "after": {"since": date(2026, 11, 5), "until": None}, "real": {"is_simulated": False},
}  # fmt: skip
"""Words that do not speak of the planted event: it began on 2026-07-26 and lasts to the end, 2026-11-01."""


@pytest.fixture(scope="module")
def planted() -> CountedEvidence:
    return evidence(rated=1.0)


def with_words(counted: CountedEvidence, *words: Acknowledgement) -> CountedEvidence:
    return replace(counted, acknowledgements=words)


def finding_of(counted: CountedEvidence):
    judged = judge(counted, CONFIG, seed=1)
    (finding,) = [f for f in judged.findings if (f.model, f.domain) == CELL]
    return judged, finding


@pytest.fixture(scope="module")
def plain(planted):
    return finding_of(planted)


@pytest.fixture(scope="module")
def acknowledged(planted):
    return finding_of(with_words(planted, WORD))


def test_an_event_that_stands_is_acknowledged_where_the_vendor_confirms_it(acknowledged, plain):
    judged, finding = acknowledged
    assert said(plain[0]) == {CELL: "reported"}
    assert said(judged) == {CELL: "acknowledged"}
    assert finding.reason.startswith("The vendor confirms it (https://vendor.example/notice): ")
    assert finding.outlook == "It would become resolved once its end has evidence of its own."
    (cell,) = [c for c in judged.cells if (c.model, c.domain) == CELL]
    assert (cell.state, cell.reason) == ("acknowledged", finding.reason)


def test_the_evidence_says_what_it_would_be_without_the_word(acknowledged, plain):
    evidence_of, bare = dict(acknowledged[1].evidence), dict(plain[1].evidence)
    assert evidence_of.pop("acknowledgements") == [
        {"id": 7, "source": "https://vendor.example/notice"}
    ]
    assert evidence_of.pop("otherwise") == {
        name: getattr(plain[1], name) for name in ("state", "reason", "outlook")
    }
    assert evidence_of.pop("acknowledged_by") == "https://vendor.example/notice"
    assert bare.pop("acknowledged_by") == ""
    assert evidence_of == bare


def test_nothing_else_of_the_judgement_depends_on_it(acknowledged, plain):
    (with_it, finding), (without, bare) = acknowledged, plain
    assert repr(with_it.signals) == repr(without.signals)
    assert repr(with_it.scans) == repr(without.scans)
    assert [c.state for c in with_it.cells].count("insufficient") == len(with_it.cells) - 1
    same = {name: getattr(bare, name) for name in ("state", "reason", "outlook", "evidence")}
    assert repr(replace(finding, **same)) == repr(bare)


@pytest.mark.parametrize("other", OTHERS)
def test_a_word_about_something_else_does_not_speak_of_it(plain, other):
    assert acknowledged_by(plain[1], [replace(WORD, **OTHERS[other])]) == []
    assert acknowledged_by(plain[1], [WORD]) == [WORD]


def test_a_real_event_is_acknowledged_by_real_words_alone(plain):
    real, theirs = replace(plain[1], provenance="report"), replace(WORD, is_simulated=False)
    assert acknowledged_by(real, [WORD, theirs]) == [theirs]


def test_words_about_something_else_count_for_nothing(planted, plain):
    others = [replace(WORD, **fields) for fields in OTHERS.values()]
    judged, _ = finding_of(with_words(planted, *others))
    assert repr(judged) == repr(plain[0])


@pytest.mark.parametrize(
    ("days", "speaks"),
    [
        ({"since": None, "until": date(2026, 7, 19)}, False),
        ({"since": None, "until": date(2026, 7, 20)}, True),
        ({"since": date(2026, 9, 27), "until": None}, True),
        ({"since": date(2026, 9, 28), "until": None}, False),
        ({"since": date(2026, 8, 3), "until": date(2026, 8, 3)}, True),
    ],
)
def test_its_days_must_touch_those_on_which_the_event_may_have_lasted(plain, days, speaks):
    # Mondays: it may have begun on 2026-07-20, and be over from 2026-09-28 on at the latest.
    ended = replace(
        plain[1], onset=date(2026, 7, 27), onset_low=date(2026, 7, 20),
        offset=date(2026, 9, 21), offset_high=date(2026, 9, 28),
    )  # fmt: skip
    assert bool(acknowledged_by(ended, [replace(WORD, **days)])) is speaks


@pytest.mark.parametrize(
    ("stated_on", "days", "speaks"),
    [
        # Without a last day: up to the day on which it was stated, or the first that it names.
        (date(2025, 3, 1), {"since": date(2025, 2, 1), "until": None}, False),
        (date(2026, 7, 19), {"since": date(2025, 2, 1), "until": None}, False),
        (date(2026, 7, 20), {"since": date(2025, 2, 1), "until": None}, True),
        (date(2026, 7, 1), {"since": date(2026, 7, 19), "until": None}, False),
        (date(2026, 7, 1), {"since": date(2026, 7, 20), "until": None}, True),
        # Without a first day: from the day on which it was stated, or the last that it names.
        (date(2026, 11, 9), {"since": None, "until": date(2026, 11, 30)}, False),
        (date(2026, 9, 28), {"since": None, "until": date(2026, 9, 28)}, False),
        (date(2026, 9, 27), {"since": None, "until": date(2026, 11, 30)}, True),
        (date(2026, 11, 9), {"since": None, "until": date(2026, 9, 27)}, True),
    ],
)
def test_a_word_without_one_of_its_days_does_not_speak_of_what_came_long_after_or_before(
    plain, stated_on, days, speaks
):
    # As above: it may have lasted from 2026-07-20 to 2026-09-27.
    ended = replace(
        plain[1], onset=date(2026, 7, 27), onset_low=date(2026, 7, 20),
        offset=date(2026, 9, 21), offset_high=date(2026, 9, 28),
    )  # fmt: skip
    assert bool(acknowledged_by(ended, [replace(WORD, stated_on=stated_on, **days)])) is speaks


def test_an_event_that_begins_after_an_open_word_was_stated_is_not_acknowledged(planted, plain):
    early = replace(WORD, stated_on=date(2025, 3, 1), since=date(2025, 2, 1), until=None)
    judged, finding = finding_of(with_words(planted, early))
    assert finding.state == "reported"
    assert repr(judged) == repr(plain[0])


def test_an_event_without_dates_has_those_of_its_strongest_window(plain):
    dateless = replace(
        plain[1], onset=None, onset_low=None, onset_high=None, offset=None, offset_low=None,
        offset_high=None,
    )  # fmt: skip
    peak = plain[1].peak
    assert possible_days(dateless) == (peak.window_start, peak.window_end)
    # The last week that was looked at is that of the evidence's last day, Sunday 2026-11-01.
    open_end = replace(plain[1], onset_low=None, offset_high=None)
    assert possible_days(open_end) == (plain[1].series[0].week, date(2026, 11, 1))


def test_of_several_words_the_earliest_stated_is_the_source(planted, acknowledged):
    early = replace(WORD, id=9, source="https://vendor.example/b", stated_on=date(2026, 9, 1))
    twin = replace(early, id=8, source="https://vendor.example/a")
    _, finding = finding_of(with_words(planted, WORD, early, twin))
    assert finding.evidence["acknowledged_by"] == "https://vendor.example/a"
    assert [word["id"] for word in finding.evidence["acknowledgements"]] == [8, 9, 7]
    again = finding_of(with_words(planted, twin, WORD, early))[1]
    assert repr(again) == repr(finding)


def test_the_vendors_word_alone_makes_no_finding():
    quiet = judge(with_words(evidence(ratio=1.0, rated=1.0), WORD), CONFIG, seed=1)
    assert said(quiet) == {}
    assert {cell.state for cell in quiet.cells} == {"insufficient"}


def test_an_event_that_is_over_stays_resolved_and_says_that_it_was_confirmed():
    from analysis.synthetic_evidence import evidence_of
    from analysis.synthetic_reports import report_world
    from tests.analysis.test_judgement import END, ratings

    brief = replace(PLANTED, first_day=7 * 6, end_day=7 * 16, ratio=8.0)
    world = report_world(SHAPE, seed=1, planted=(brief,))
    over = evidence_of(world, ratings(1.0), last_day=END)
    # Week 6 begins on 2026-05-17, week 16 on 2026-07-26.
    word = replace(WORD, since=date(2026, 6, 1), until=date(2026, 6, 30))
    assert said(judge(over, CONFIG, seed=1)) == {CELL: "resolved"}
    _, finding = finding_of(with_words(over, word))
    assert finding.state == "resolved"
    assert finding.reason.startswith(
        "It stood out, the vendor confirmed it (https://vendor.example/notice), and it ended: "
    )
    assert finding.evidence["otherwise"]["state"] == "resolved"
    assert finding.evidence["otherwise"]["reason"].startswith("It stood out and it ended: ")


def test_words_are_frozen_with_the_evidence_in_any_order(planted, acknowledged):
    other = replace(WORD, id=3, since=None, is_simulated=False)
    data = evidence_write(with_words(planted, WORD, other))
    assert evidence_write(with_words(planted, other, WORD)) == data
    assert evidence_read(data).acknowledgements == (other, WORD)
    assert evidence_write(evidence_read(data)) == data
    kept = evidence_read(evidence_write(with_words(planted, WORD)))
    assert repr(judge(kept, CONFIG, seed=1)) == repr(acknowledged[0])


def test_evidence_of_runs_from_before_there_were_any_has_none(planted):
    data = evidence_write(planted)
    assert b"acknowledgements" not in data  # the very bytes that earlier versions wrote
    assert evidence_read(data).acknowledgements == ()


def test_the_digest_of_the_input_covers_every_field_of_them(planted):
    from analysis.digest import input_digest
    from analysis.records import Batch, RatingArrays, ReportArrays

    def empty(record):
        return record(**{name: np.empty(0, dtype=object) for name in record.__dataclass_fields__})

    def digest(*words: Acknowledgement) -> str:
        batch = Batch(
            as_of=planted.as_of, reports=empty(ReportArrays), ratings=empty(RatingArrays),
            domains=(), example_embedding=np.empty((0, 2), dtype=np.float32), acknowledgements=words,
        )  # fmt: skip
        return input_digest(batch, CONFIG, 1)

    other = replace(WORD, id=8)
    changed = [
        replace(WORD, **{name: value})
        for name, value in {
            "id": 8, "model": "m", "domain": "d", "symptom_kind": "stated", "source": "https://x.example",
            "stated_on": date(2026, 1, 1), "since": None, "until": None, "is_simulated": False,
        }.items()
    ]  # fmt: skip
    digests = {digest(), digest(WORD), digest(WORD, other), *(digest(word) for word in changed)}
    assert len(digests) == 3 + 9
    assert digest(other, WORD) == digest(WORD, other)
