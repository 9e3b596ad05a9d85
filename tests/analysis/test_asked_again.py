"""Of which findings probes speak, and what becomes of these in a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analysis.config import AnalysisConfig
from analysis.digest import input_digest
from analysis.frozen import evidence_read, evidence_write
from analysis.judgement import judge
from analysis.probe_records import ProbeArrays, Replication
from analysis.records import (
    Batch,
    CountedEvidence,
    DataError,
    RatingArrays,
    ReportArrays,
    SampledRatings,
)
from analysis.replication import asked_again, deciding
from analysis.synthetic_evidence import evidence_of
from analysis.synthetic_reports import Planted, ReportShape, report_world
from tests.analysis.test_replication import CONFIG, FIRST, LAW, asked, names, where

ONE = Replication(
    series="suite", model="model-a", domain="law", provenance="probe", site="site",
    baseline_from=date(2026, 3, 2), baseline_to=date(2026, 3, 20), asked_from=date(2026, 6, 1),
    asked_to=date(2026, 6, 8), n_rounds=2, n_accounts=3, n_items=1128, n_missing=0, n_controls=2200,
    rate_now=0.4, rate_baseline=0.06, rate_controls=0.06, rate_controls_baseline=0.06,
    difference_high=0.38, difference_highest=0.36, log_e=40.0, verdict="worse",
)  # fmt: skip
SAME = replace(ONE, verdict="no_difference", difference_high=0.04, difference_highest=0.01)
ASIDE = replace(SAME, verdict="no_difference_aside")


class Found:
    """As much of a finding as decides whether probes speak of it."""

    symptom_kind, model, domain, provenance = "silent", "model-a", "law", "report"
    onset, onset_low, onset_high = date(2026, 5, 4), date(2026, 4, 20), date(2026, 5, 18)
    offset = offset_low = offset_high = None

    def __init__(self, **changes):
        self.__dict__.update(changes)


@pytest.mark.parametrize(
    ("changes", "one", "speaks"),
    [
        ({}, ONE, True),
        ({}, SAME, True),
        ({"symptom_kind": "stated"}, ONE, False),
        ({"model": "model-b"}, ONE, False),
        ({"domain": "math"}, ONE, False),
        ({"provenance": "simulated"}, ONE, False),
        ({"provenance": "simulated"}, replace(ONE, provenance="simulated"), True),
        ({"provenance": "import"}, ONE, False),
        ({}, replace(ONE, provenance="simulated"), False),
        ({"onset_low": None}, ONE, False),
        ({}, replace(ONE, baseline_to=date(2026, 4, 19)), True),
        ({}, replace(ONE, baseline_to=date(2026, 4, 20)), False),
        # The last week in which it may have begun is that of Monday, 18 May.
        ({}, replace(ONE, asked_from=date(2026, 5, 25)), True),
        ({}, replace(ONE, asked_from=date(2026, 5, 24)), False),
        ({}, replace(ONE, site=""), True),
    ],
)
def test_probes_speak_of_a_finding_that_began_between_baseline_and_now(changes, one, speaks):
    assert asked_again(Found(**changes), [one], CONFIG, is_over=False) == ((one,) if speaks else ())


@pytest.mark.parametrize(
    ("changes", "one", "clears"),
    [
        ({}, SAME, True),
        ({}, replace(SAME, site=""), False),  # at the API people are not
        ({}, replace(SAME, baseline_to=date(2026, 3, 22)), True),
        ({}, replace(SAME, baseline_to=date(2026, 3, 23)), False),  # four weeks before 20 April
        ({"offset_low": date(2026, 6, 9)}, SAME, True),
        ({"offset_low": date(2026, 6, 8)}, SAME, False),  # it may have ended by then
    ],
)
def test_no_difference_clears_only_where_and_while_people_were_affected(changes, one, clears):
    (found,) = asked_again(Found(**changes), [one], CONFIG, is_over=False)
    assert found == (one if clears else replace(one, verdict="no_difference_aside"))


@pytest.mark.parametrize(
    ("one", "ended", "speaks"),
    [
        (ONE, date(2026, 6, 1), True),
        (ONE, date(2026, 6, 2), False),
        (SAME, date(2026, 6, 1), False),
    ],
)
def test_of_what_is_over_only_worse_answers_after_its_end_speak(one, ended, speaks):
    found = asked_again(Found(offset_high=ended), [one], CONFIG, is_over=True)
    assert found == ((one,) if speaks else ())


def test_the_last_asked_comes_first():
    later = replace(ONE, series="other", asked_to=date(2026, 6, 9))
    assert asked_again(Found(), [ONE, later], CONFIG, is_over=False) == (later, ONE)


@pytest.mark.parametrize(
    ("again", "decides"),
    [
        ([], None),
        ([ONE], ONE),
        ([SAME], SAME),
        ([ASIDE], None),
        ([SAME, ONE], None),
        ([ASIDE, ONE], ONE),
        ([replace(ONE, verdict="global"), SAME], None),
        ([replace(ONE, verdict="global"), ONE], ONE),
        ([replace(ONE, verdict="once"), SAME], None),
        ([replace(SAME, verdict="insufficient"), SAME], SAME),
        # One account of another series, which says nothing by itself, saw a rise.
        ([replace(SAME, verdict="insufficient", difference_highest=0.05), SAME], None),
        ([replace(SAME, verdict="insufficient", difference_highest=float("nan")), SAME], SAME),
    ],
)
def test_series_that_contradict_each_other_decide_nothing(again, decides):
    assert deciding(again, CONFIG) == decides


# --- in a run


@pytest.fixture(scope="module")
def planted() -> CountedEvidence:
    """Reports of one cell at six times their rate from week 16 of 30 on; no ratings."""
    shape = ReportShape(n_contributors=2_000, reports_per_week=400.0, n_weeks=30, n_domains=12)
    event = Planted(vendor=2, domains=(3,), ratio=6.0, first_day=7 * 16, end_day=7 * 30)
    world = report_world(shape, seed=1, planted=(event,))
    return evidence_of(world, SampledRatings.none(), last_day=date(2026, 11, 1))


def probed(wrong_now, **shape) -> ProbeArrays:
    """The suite as asked of the planted model: before week 16, and in the last week."""
    probes = asked(wrong_now, **shape)
    slugs = {"law": "domain-03", "history": "domain-01", "math": "domain-02"}
    days = np.where(probes.is_baseline, np.datetime64("2026-05-01"), np.datetime64("2026-10-28"))
    n = len(probes)
    return replace(
        probes, model=names(["model-02"] * n), provenance=names(["simulated"] * n), day=days,
        domain=names(slugs[domain] for domain in probes.domain),
    )  # fmt: skip


def states(counted: CountedEvidence) -> dict[tuple[str, str], str]:
    found = judge(counted, CONFIG, seed=1).findings
    return {(f.model, f.domain): f.state for f in found if f.state != "insufficient"}


CELL = ("model-02", "domain-03")


def test_a_finding_that_probes_confirm_is_replicated(planted):
    assert states(planted) == {CELL: "reported"}
    assert states(replace(planted, probes=probed(LAW, per_domain=300))) == {CELL: "replicated"}


def test_a_finding_whose_probes_show_no_difference_is_refuted(planted):
    assert states(replace(planted, probes=probed({}, per_domain=1000))) == {CELL: "refuted"}
    assert states(replace(planted, probes=probed({}, per_domain=20))) == {CELL: "reported"}


def test_probes_of_services_say_nothing_of_simulated_reports(planted):
    probes = probed(LAW, per_domain=300)
    real = replace(probes, provenance=names(["probe"] * len(probes)))
    assert states(replace(planted, probes=real)) == {CELL: "reported"}


def test_probes_kept_as_bytes_are_judged_the_same_bit_for_bit(planted):
    counted = replace(planted, probes=probed(LAW, per_domain=300))
    data = evidence_write(counted)
    assert evidence_write(evidence_read(data)) == data
    first, again = (judge(one, CONFIG, seed=1) for one in (counted, evidence_read(data)))
    assert repr(first) == repr(again)
    assert {f.state for f in first.findings if (f.model, f.domain) == CELL} >= {"replicated"}


def test_bytes_with_a_table_more_are_refused(planted):
    data = evidence_write(replace(planted, probes=probed(LAW, per_domain=2)))
    with pytest.raises(DataError, match="no evidence"):
        evidence_read(data + (1).to_bytes(8, "big") + b"x")


def test_evidence_without_probes_is_the_bytes_it_was_before_there_were_any(planted):
    without = evidence_write(planted)
    # A head and four tables less one: reports, ratings, exposures.
    sizes, place = [], 0
    while place < len(without):
        sizes.append(int.from_bytes(without[place : place + 8], "big"))
        place += 8 + sizes[-1]
    assert len(sizes) == 4
    assert len(evidence_read(without).probes) == 0


def test_probes_are_part_of_what_a_result_follows_from():
    def empty(record):
        return record(**{name: np.empty(0, dtype=object) for name in record.__dataclass_fields__})

    def digest(probes: ProbeArrays, config: AnalysisConfig = CONFIG) -> str:
        batch = Batch(
            as_of=FIRST, reports=empty(ReportArrays), ratings=empty(RatingArrays), domains=(),
            example_embedding=np.empty((0, 2), dtype=np.float32), probes=probes,
        )  # fmt: skip
        return input_digest(batch, config, 1)

    probes = asked(per_domain=2)
    other = where(probes, np.arange(len(probes))[::-1])
    assert len({digest(ProbeArrays.none()), digest(probes), digest(asked(LAW, per_domain=2))}) == 3
    assert digest(other) == digest(probes)
    # Without any, thresholds that came with them are not: earlier runs had none.
    other = replace(CONFIG, probe_difference=0.1, probe_clearing_level=0.2, probe_margin_days=1)
    assert digest(ProbeArrays.none(), other) == digest(ProbeArrays.none())
    assert digest(probes, other) != digest(probes)
