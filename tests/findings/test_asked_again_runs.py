"""From an import of probes to the state of a finding, and what recomputing it gives.

The evidence is of a SIMULATED world; its planted cell has the names of a fictional model and a subject.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from analysis.config import AnalysisConfig
from analysis.frozen import evidence_write
from analysis.judgement import judge
from analysis.records import CountedEvidence
from backend.common.errors import RuleError
from backend.findings import services
from backend.findings.arrays import probe_arrays
from backend.findings.conclusions import finding_row
from backend.findings.models import AnalysisRun, Finding
from backend.findings.runner import findings_judge
from backend.probes.models import ProbeSeries
from backend.probes.services import probe_series_delete
from tests.factories import make_probes, make_run
from tests.findings.test_acknowledged_runs import AS_OF, CELL, counted, keep, log_of, recomputed

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
__all__ = ["counted"]
CONFIG = AnalysisConfig()
SUBJECTS = ("law", "mathematics", "medicine")
BEFORE, AGAIN = date(2026, 5, 1), date(2026, 10, 13)


def lines(*, wrong_now: float = 0.05, n_items: int = 240, **overrides: Any) -> list[dict[str, Any]]:
    """Three accounts, four rounds before the event began and two while it lasts; 5 of 100 are wrong."""
    rng = random.Random(7)
    return [
        {
            "account": account, "item": f"{subject}-{i}", "domain": subject, "stratum": "choice",
            "round": number,
            "asked_on": str((AGAIN if number >= 4 else BEFORE) + timedelta(days=number)),
            "outcome": "wrong"
            if rng.random() < (wrong_now if number >= 4 and subject == "law" else 0.05)
            else "right",
        }
        | overrides
        for number in range(6)
        for account in ("ann's", "the lab's", "a third")
        for subject in SUBJECTS
        for i in range(n_items)
    ]  # fmt: skip


def probes(**shape: Any) -> ProbeSeries:
    simulated = {"model": CELL["model_id"], "site": "demo-brook-chat", "is_simulated": True}
    return make_probes(lines(**shape), **simulated)


def conclusions(counted: CountedEvidence) -> services.Conclusions:
    frozen = replace(counted, probes=probe_arrays(as_of=AS_OF))
    judged = judge(frozen, CONFIG, seed=1)
    return services.Conclusions(
        findings=[(finding_row(finding), []) for finding in judged.findings],
        evidence=evidence_write(frozen),
    )


def test_a_finding_that_probes_confirm_is_replicated_with_the_next_run(counted) -> None:
    assert keep(conclusions(counted)).state == "reported"
    probes(wrong_now=0.5)
    finding = keep(conclusions(counted))
    assert finding.state == "replicated"
    assert finding.reason.startswith("Asked again, under control, the answers are worse: ")
    (again,) = finding.evidence["again"]
    assert (again["series"], again["n_accounts"], again["verdict"]) == ("gpt-web", 3, "worse")
    assert (again["baseline_to"], again["asked_from"]) == ("2026-05-04", "2026-10-17")
    assert again["site"] == "demo-brook-chat"
    assert log_of(finding) == [("state", "", "reported"), ("state", "reported", "replicated")]
    assert "the same, bit for bit" in recomputed()


def test_what_probes_clear_is_refuted_and_a_removed_series_counts_no_longer(
    counted, visitor
) -> None:
    series = probes(n_items=400)
    finding = keep(conclusions(counted))
    assert finding.state == "refuted"
    detail = visitor.get(f"/api/v1/findings/{finding.pk}/").json()
    assert detail["evidence"]["replication"] == "no_difference"
    probe_series_delete(slug=series.slug)
    assert "the same, bit for bit" in recomputed()  # of the evidence of its own run
    finding = keep(conclusions(counted))
    assert (finding.state, "again" in finding.evidence) == ("reported", False)
    assert "the same, bit for bit" in recomputed()


def test_only_answers_up_to_the_day_of_the_run_count() -> None:
    probes(n_items=2)
    assert len(probe_arrays(as_of=AGAIN + timedelta(days=5))) == 3 * 3 * 2 * 6
    assert len(probe_arrays(as_of=AGAIN + timedelta(days=4))) == 3 * 3 * 2 * 5
    assert len(probe_arrays(as_of=AGAIN)) == 3 * 3 * 2 * 4


def test_of_later_rounds_the_last_two_are_read() -> None:
    series = probes(n_items=2)
    later = [
        line | {"round": 6, "asked_on": str(AGAIN + timedelta(days=14))}
        for line in lines(n_items=2)
        if line["round"] == 5
    ]
    make_probes(later, model=series.model_id, site=series.site_id, is_simulated=True)
    assert set(probe_arrays(as_of=AS_OF).round.tolist()) == {0, 1, 2, 3, 5, 6}


def test_refusals_reach_the_analysis_as_such() -> None:
    probes(n_items=1, outcome="refused")
    found = probe_arrays(as_of=AS_OF)
    assert found.is_refused.all()
    assert not found.is_wrong.any()


def test_simulated_answers_never_speak_of_a_real_model() -> None:
    probes(n_items=1)
    ProbeSeries.objects.update(model="gpt-4-0613")
    assert len(probe_arrays(as_of=AS_OF)) == 0


def test_a_run_from_before_there_were_probes_can_be_computed_again(counted) -> None:
    finding = keep(conclusions(counted))
    run = AnalysisRun.objects.get(is_current=True)
    later = {"probe_difference", "probe_clearing_level", "probe_margin_days"}
    stored = {name: value for name, value in run.config.items() if name not in later}
    record = {"config": stored, "seed": run.seed, "method_version": run.method_version}
    rows = findings_judge(data=bytes(run.evidence.data), record=record)
    (row,) = [row for row in rows if row["state"] == finding.state]
    assert row["evidence"] == finding.evidence


def test_any_other_threshold_that_is_missing_is_named() -> None:
    run = make_run()
    stored = {name: value for name, value in run.config.items() if name != "probe_level"}
    record = {"config": stored, "seed": 1, "method_version": run.method_version}
    with pytest.raises(RuleError) as refused:
        findings_judge(data=b"", record=record)
    assert refused.value.fields == {"probe_level": ["Missing."]}
    assert Finding.objects.count() == 0
