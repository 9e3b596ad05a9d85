"""From a vendor's published word to the state of a finding, and back when the word is taken down.

The evidence is of a SIMULATED world; its planted cell has the names of a fictional model and a subject.
"""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from django.core.management import call_command

from analysis.config import METHOD_VERSION, AnalysisConfig
from analysis.frozen import evidence_read, evidence_write
from analysis.judgement import judge
from analysis.records import CountedEvidence
from backend.findings import runner, services
from backend.findings.acknowledgements import acknowledgement_retract
from backend.findings.arrays import acknowledgement_records
from backend.findings.conclusions import finding_row
from backend.findings.models import AnalysisRun, CellState, Finding, FindingEvent, RunEvidence
from backend.findings.selectors import cells_public
from tests.analysis.test_judgement import evidence
from tests.factories import make_acknowledgement, make_report

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
CONFIG = AnalysisConfig()
CELL = {"model_id": "demo-brook-deep", "domain_id": "law", "symptom_kind": "silent"}
NAMES = {"model-02": "demo-brook-deep", "domain-03": "law"}
SOURCE = "https://vendor.example/notice"
AS_OF = date(2026, 11, 1)
VALUES = ("state", "reason", "outlook", "evidence")


@pytest.fixture(scope="module")
def counted() -> CountedEvidence:
    """Reports of one cell are up from 2026-07-26 on; no rating says anything."""

    def named(codes: Any) -> Any:
        return np.array([NAMES.get(code, code) for code in codes], dtype=object)

    world = evidence(rated=1.0)
    return replace(
        world, model=named(world.model), domain=named(world.domain),
        domains=tuple(replace(d, slug=NAMES.get(d.slug, d.slug)) for d in world.domains),
    )  # fmt: skip


def word(**overrides: Any) -> Any:
    cell = Finding(**CELL)
    days = {"since": date(2026, 7, 27), "until": date(2026, 9, 30), "stated_on": date(2026, 10, 1)}
    return make_acknowledgement(cell, **days | overrides)


def conclusions(counted: CountedEvidence) -> services.Conclusions:
    """What a run concludes that begins now: as `run_execute` puts it together."""
    frozen = replace(counted, acknowledgements=acknowledgement_records(as_of=AS_OF))
    judged = judge(frozen, CONFIG, seed=1)
    cells = [
        {"model_id": c.model, "domain_id": c.domain, "symptom_kind": c.symptom_kind, "state": c.state,
         "reason": c.reason, "is_simulated": True, "n_contributors": 40, "expected": 9.0,
         "n_ratings": 0}
        for c in judged.cells if (c.model, c.domain) == (CELL["model_id"], CELL["domain_id"])
    ]  # fmt: skip
    return services.Conclusions(
        findings=[(finding_row(finding), []) for finding in judged.findings],
        cells=cells,
        evidence=evidence_write(frozen),
    )


def keep(concluded: services.Conclusions) -> Finding:
    """Store a run's conclusions; the finding of the planted cell."""
    run = services.run_queue(as_of=AS_OF, seed=1)
    AnalysisRun.objects.filter(pk=run.pk).update(state="running")
    record = {
        "config": CONFIG.as_dict(),
        "method_version": METHOD_VERSION,
        "embedding_model": "none",
        "input_digest": "0" * 64,
    }
    services.run_store(run_id=run.pk, record=record, conclusions=concluded)
    return Finding.objects.get()


def values(finding: Finding) -> dict[str, Any]:
    finding.refresh_from_db()
    return {name: getattr(finding, name) for name in VALUES}


def log_of(finding: Finding) -> list[tuple[str, str, str]]:
    return list(finding.events.order_by("pk").values_list("kind", "from_state", "to_state"))


def recomputed() -> str:
    out = io.StringIO()
    call_command("recompute", "--all", stdout=out)
    return out.getvalue()


def test_a_published_word_moves_the_state_with_the_next_run_and_recompute_gives_the_same(
    counted,
) -> None:
    finding = keep(conclusions(counted))
    assert finding.state == "reported"
    word()
    assert values(finding)["state"] == "reported", "nothing moves before the next run"
    finding = keep(conclusions(counted))
    assert finding.state == "acknowledged"
    assert finding.reason.startswith(f"The vendor confirms it ({SOURCE}): ")
    assert finding.evidence["acknowledged_by"] == SOURCE
    assert log_of(finding) == [("state", "", "reported"), ("state", "reported", "acknowledged")]
    assert "the same, bit for bit" in recomputed()
    (cell,) = cells_public()
    assert (cell.state, cell.reason) == ("acknowledged", finding.reason)


@pytest.mark.parametrize(
    "overrides",
    [{"state": "entered"}, {"state": "retracted"}, {"stated_on": date(2026, 11, 2)},
     {"model_id": "demo-brook-swift"}, {"domain_id": "medicine"}, {"symptom_kind": "stated"}],
)  # fmt: skip
def test_only_what_is_published_and_speaks_of_the_cell_counts(counted, overrides) -> None:
    word(**overrides)
    finding = keep(conclusions(counted))
    assert (finding.state, finding.evidence["acknowledged_by"]) == ("reported", "")
    assert SOURCE not in str(values(finding))


def test_taking_it_down_gives_at_once_what_the_next_run_gives(counted, visitor) -> None:
    plain = values(keep(conclusions(counted)))
    Finding.objects.all().delete()
    mistaken = word()
    finding = keep(conclusions(counted))
    acknowledgement_retract(acknowledgement_id=mistaken.pk, moderator="mo", reason="Not theirs.")
    assert values(finding) == plain
    assert log_of(finding)[1:] == [("state", "acknowledged", "reported")]
    assert "the same, bit for bit" in recomputed()
    (cell,) = cells_public()
    assert (cell.state, cell.reason) == ("reported", plain["reason"])
    detail = visitor.get(f"/api/v1/findings/{finding.pk}/").json()
    assert detail["events"][-1]["step"] == "moved_down"
    assert SOURCE not in str(detail)
    before = log_of(finding)
    keep(conclusions(counted))
    assert (values(finding), log_of(finding)) == (plain, before)


def test_of_two_sources_the_other_remains_and_recompute_agrees(counted) -> None:
    mistaken = word()
    other = word(source_url="https://vendor.example/later", stated_on=date(2026, 10, 9))
    finding = keep(conclusions(counted))
    assert finding.evidence["acknowledged_by"] == SOURCE
    acknowledgement_retract(acknowledgement_id=mistaken.pk, moderator="mo", reason="A mistake.")
    now = values(finding)
    assert now["state"] == "acknowledged"
    assert now["evidence"]["acknowledgements"] == [{"id": other.pk, "source": other.source_url}]
    assert SOURCE not in str(now) + str(list(FindingEvent.objects.values()))
    assert log_of(finding)[1:] == [("retracted", "acknowledged", "acknowledged")]
    assert "the same, bit for bit" in recomputed()
    keep(conclusions(counted))
    assert values(finding) == now


def test_what_is_taken_down_while_a_run_goes_on_is_never_stored(counted) -> None:
    plain = values(keep(conclusions(counted)))
    mistaken = word()
    under_way = conclusions(counted)
    assert "acknowledged" in [fields["state"] for fields, _ in under_way.findings]
    acknowledgement_retract(acknowledgement_id=mistaken.pk, moderator="mo", reason="A mistake.")
    finding = keep(under_way)
    assert values(finding) == plain
    assert log_of(finding) == [("state", "", "reported")]
    assert [(c.state, c.reason) for c in CellState.objects.all()] == [("reported", plain["reason"])]
    assert "the same, bit for bit" in recomputed()


def test_a_run_freezes_the_published_words_with_its_evidence() -> None:
    report = make_report()
    assert report.pk
    published = word()
    word(state="entered")
    runner.model_build()
    services.run_queue(as_of=date(2026, 11, 23), seed=1)
    services.runs_execute(execute=runner.run_execute)
    frozen = evidence_read(bytes(RunEvidence.objects.get().data)).acknowledgements
    assert frozen == acknowledgement_records(as_of=AS_OF)
    assert [(w.id, w.model, w.source, w.is_simulated) for w in frozen] == [
        (published.pk, "demo-brook-deep", SOURCE, True)
    ]
