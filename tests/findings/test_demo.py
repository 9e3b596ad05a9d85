"""The planted truth of the demo episode comes out, and nothing else does."""

from __future__ import annotations

import math
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.forms.models import model_to_dict

from backend.findings.models import CellState, Finding, FindingEvent
from backend.findings.selectors import run_current
from backend.reports.models import Receipt, Report
from backend.reports.search import words_widened

STORY = {"pretraining-pipelines", "distributed-training", "ml-accelerator-design"}
END = date(2026, 11, 22)


@pytest.mark.usefixtures("catalogue", "clock")
def test_three_planted_domains_are_reported_and_outage_and_brigade_are_not(
    tmp_path, monkeypatch
) -> None:
    from analysis.synthetic import demo_world
    from backend.catalogue.selectors import demo_models, domains_for_analysis
    from backend.charts import rendering
    from backend.findings.demo import DEMO_SEED
    from tests.factories import publish_charts

    monkeypatch.setattr(rendering, "charts_publish", publish_charts)  # drawing takes its time
    call_command("fill_demo", end=END)
    assert 2_800 < Report.objects.count() < 3_200
    assert set(Report.objects.values_list("provenance", "state")) == {("simulated", "released")}
    assert Receipt.objects.count() == Report.objects.count()
    widened = words_widened("graident")
    assert widened is not None
    assert widened.words == "gradient"

    call_command("run_analysis", as_of=END)
    world = demo_world(
        seed=DEMO_SEED, end=END, models=demo_models(),
        domains=[slug for slug, _, examples in domains_for_analysis() if examples],
    )  # fmt: skip
    (degraded,) = world.degradation.models
    found = {(f.model_id, f.domain_id): f for f in Finding.objects.exclude(state="insufficient")}
    assert set(found) == {(degraded, domain) for domain in STORY}
    for finding in found.values():
        assert finding.state == "resolved"  # the planted episode ended months before
        assert finding.is_simulated
        assert finding.symptom_kind == "silent"
        assert abs(finding.onset - world.degradation.first_day) <= timedelta(days=14)
        assert abs(finding.offset - world.degradation.last_day) <= timedelta(days=14)
        assert finding.representatives.count() > 0
        versions = {row["value"] for row in finding.instrument["parts"]["extension"]}
        assert versions == {"0.1.0"}  # of the extension, not what it was read by
    run = run_current()
    assert run is not None
    assert run.has_simulated
    assert len(run.input_digest) == 64
    _assert_a_second_run_changes_nothing_and_every_finding_recomputes(tmp_path)


def everything() -> list[Any]:
    """All findings and events, without the run that they name."""
    rows = [
        model_to_dict(finding, exclude=["run", "representatives"])
        | {"reports": sorted(map(str, finding.representatives.values_list("pk", flat=True)))}
        for finding in Finding.objects.order_by("pk")
    ]
    events = FindingEvent.objects.order_by("pk").values()
    return [rows, [{k: v for k, v in event.items() if k != "run_id"} for event in events]]


def _assert_a_second_run_changes_nothing_and_every_finding_recomputes(tmp_path: Path) -> None:
    """Here and not in a test of its own, because a run takes its time."""
    first, before = run_current(), everything()
    out = StringIO()
    call_command("recompute", all=True, stdout=out)
    n = Finding.objects.filter(run=first).count()
    assert out.getvalue().count(": the same, bit for bit: 21 fields") == n >= len(STORY)
    call_command("export_evidence", first.pk, str(tmp_path / "evidence"), stdout=out)
    call_command("run_analysis", as_of=END)
    second = run_current()
    assert second.pk != first.pk
    assert everything() == before
    assert second.evidence_digest == first.evidence_digest
    out = StringIO()
    call_command("recompute", all=True, evidence=tmp_path / "evidence", stdout=out)
    assert "differs" not in out.getvalue()
    # One number changed by one bit is found.
    finding = Finding.objects.filter(run=second).first()
    finding.peak["ic"] = math.nextafter(finding.peak["ic"], math.inf)
    finding.save()
    with pytest.raises(CommandError, match="1 of 1 findings differ"):
        call_command("recompute", finding.pk, stdout=out)
    assert CellState.objects.filter(run=second, is_simulated=True).count() > 100
    assert not CellState.objects.filter(n_contributors__lt=5).exists()


@pytest.mark.parametrize(
    ("end", "said"), [("2030-01-01", "has not come yet"), ("2022-01-01", "day must lie between")]
)
@pytest.mark.usefixtures("catalogue", "clock")
def test_an_episode_of_impossible_days_is_refused_and_leaves_nothing(end: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("fill_demo", f"--end={end}")
    assert not Report.objects.exists()
