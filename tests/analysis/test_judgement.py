"""From counted evidence to states: reports and ratings together, kept as bytes and judged again."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from analysis import frozen
from analysis.config import AnalysisConfig
from analysis.frozen import evidence_read, evidence_write
from analysis.judgement import _is_outdone, judge
from analysis.records import CountedEvidence, DataError, SampledRatings
from analysis.synthetic_evidence import evidence_of, ratings_of
from analysis.synthetic_reports import Planted, ReportShape, Storm, report_world

CONFIG = AnalysisConfig()
END = date(2026, 11, 1)
SHAPE = ReportShape(n_contributors=2_000, reports_per_week=400.0, n_weeks=30, n_domains=12)
PLANTED = Planted(vendor=2, domains=(3,), ratio=6.0, first_day=7 * 16, end_day=7 * 30)


def ratings(ratio: float, *, seed: int = 5) -> SampledRatings:
    """Three a day of each cell; from week 16 the planted one is bad that many times as often."""
    rng = np.random.default_rng(seed)
    rate = np.full((210, SHAPE.n_vendors, SHAPE.n_domains), 0.1)
    rate[7 * 16 :, 2, 3] *= ratio
    total = rng.poisson(3.0, rate.shape)
    return ratings_of(rng.binomial(total, rate), total, last_day=END)


def evidence(*, ratio: float = 6.0, rated: float = 4.0, seed: int = 1) -> CountedEvidence:
    planted = (replace(PLANTED, ratio=ratio),) if ratio > 1 else ()
    storms = (Storm(4.0, 80, 14, vendor=1), Storm(3.0, 100, 14, domain=7))
    world = report_world(SHAPE, seed=seed, planted=planted, storms=storms)
    return evidence_of(world, ratings(rated), last_day=END)


def said(judged) -> dict[tuple[str, str], str]:
    return {(f.model, f.domain): f.state for f in judged.findings if f.state != "insufficient"}


@pytest.fixture(scope="module")
def planted() -> CountedEvidence:
    return evidence()


@pytest.fixture(scope="module")
def judged(planted):
    return judge(planted, CONFIG, seed=1)


def test_reports_and_ratings_that_agree_are_corroborated(judged):
    assert said(judged) == {("model-02", "domain-03"): "corroborated"}


def test_reports_alone_are_only_reported():
    judged = judge(evidence(rated=1.0), CONFIG, seed=1)
    assert said(judged) == {("model-02", "domain-03"): "reported"}


def test_the_scan_places_the_finding(judged):
    (finding,) = [f for f in judged.findings if f.state == "corroborated"]
    assert finding.evidence["place"]["domain"] == "domain-03"
    assert finding.evidence["place"]["p_value"] == 0.001  # 1 of 1 + 999: none reached it


def test_every_known_cell_is_listed_with_what_would_have_been_noticed(judged):
    assert len(judged.cells) == SHAPE.n_vendors * SHAPE.n_domains
    assert {c.state for c in judged.cells} == {"insufficient", "corroborated"}
    for cell in judged.cells:
        assert cell.detectable_ratio > 1
        assert 0.1 < cell.detectable_share < 1


def test_evidence_kept_as_bytes_is_judged_the_same_bit_for_bit(planted, judged):
    data = evidence_write(planted)
    assert evidence_write(evidence_read(data)) == data
    again = judge(evidence_read(data), CONFIG, seed=1)
    for field in fields(judged):
        assert repr(getattr(again, field.name)) == repr(getattr(judged, field.name))


def test_evidence_from_before_people_were_told_apart_is_judged_as_it_was(planted, monkeypatch):
    monkeypatch.setattr(frozen, "fields", lambda record: [
        f for f in fields(record) if (record, f.name) != (planted.ratings, "contributor")
    ])  # fmt: skip
    data = evidence_write(planted)
    monkeypatch.undo()
    assert len(data) < len(evidence_write(planted))
    ratings = evidence_read(data).ratings
    assert ratings.contributor.tolist() == list(range(len(planted.ratings)))


def test_bytes_that_are_no_evidence_are_refused(planted):
    data = evidence_write(planted)
    for broken in (b"", b"nothing of the kind", data[:-1], data[: len(data) // 2]):
        with pytest.raises(DataError, match="no evidence"):
            evidence_read(broken)


def test_stated_and_silent_reports_are_two_events_and_ratings_speak_for_the_larger(planted):
    # Every fourth report of the planted cell is stated; so is every fourth elsewhere.
    stated = np.arange(len(planted)) % 4 == 0
    judged = judge(replace(planted, is_silent=~stated), CONFIG, seed=1)
    found = {
        f.symptom_kind: (f.state, f.cautions)
        for f in judged.findings
        if (f.model, f.domain) == ("model-02", "domain-03") and f.state != "insufficient"
    }
    assert found["silent"] == ("corroborated", ())
    assert found["stated"] == ("reported", ("rated_with_the_other_kind",))


def test_an_excess_that_comes_with_another_redaction_is_the_instruments(planted):
    # All reports of the domain since the onset went through version 2: within it the model draws
    # exactly what is expected, and version 1 has none of that domain.
    new = (planted.domain == "domain-03") & (planted.day >= np.datetime64("2026-07-27"))
    redaction = np.where(new, "2", "1").astype(object)
    judged = judge(replace(planted, redaction=redaction), CONFIG, seed=1)
    (finding,) = [f for f in judged.findings if (f.model, f.domain) == ("model-02", "domain-03")]
    assert (finding.state, "instrument" in finding.cautions) == ("insufficient", True)
    assert "versions of the redaction" in finding.reason


def test_names_of_models_do_not_matter(planted, judged):
    names = {f"model-{n:02d}": f"model-{(n * 5 + 3) % 6:02d}" for n in range(6)}
    renamed = np.array([names[name] for name in planted.model], dtype=object)
    rated = np.array([names[name] for name in planted.ratings.model], dtype=object)
    again = judge(
        replace(planted, model=renamed, ratings=replace(planted.ratings, model=rated)),
        CONFIG,
        seed=1,
    )
    assert said(again) == {(names[m], d): state for (m, d), state in said(judged).items()}
    expected = {
        (names[s.model], s.domain, s.window_end, s.window_start): s.p_value for s in judged.signals
    }
    got = {(s.model, s.domain, s.window_end, s.window_start): s.p_value for s in again.signals}
    assert got == pytest.approx(expected)


@pytest.mark.parametrize(("is_reported", "is_outdone"), [(True, True), (False, False)])
def test_only_what_is_reported_takes_the_ratings_from_the_other_kind(is_reported, is_outdone):
    """A near miss of the stated kind, however large, leaves them to the silent one."""

    def draft(kind: str, observed: float, *, reported: bool) -> SimpleNamespace:
        week = SimpleNamespace(week=date(2026, 9, 7), observed=observed, expected=1.0)
        result = SimpleNamespace(
            symptom_kind=kind, provenance="report", model="m", domain="law", onset=None, offset=None,
            onset_low=None, offset_high=None, series=[week],
        )  # fmt: skip
        return SimpleNamespace(result=result, evidence=SimpleNamespace(is_reported=reported))

    mine = draft("silent", 9, reported=True)
    assert _is_outdone(mine, [mine, draft("stated", 20, reported=is_reported)]) is is_outdone
