"""The planted truth of the demo episode comes out, and nothing else does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from backend.findings.models import Finding
from backend.findings.selectors import run_current
from backend.reports.models import Receipt, Report

STORY = {"pretraining-pipelines", "distributed-training", "ml-accelerator-design"}
END = date(2026, 11, 22)


@pytest.mark.usefixtures("catalogue", "clock")
def test_three_planted_domains_are_reported_and_outage_and_brigade_are_not() -> None:
    from analysis.synthetic import demo_world
    from backend.catalogue.selectors import demo_models, domains_for_analysis
    from backend.findings.demo import DEMO_SEED

    call_command("fill_demo", end=END)
    assert 2_800 < Report.objects.count() < 3_200
    assert set(Report.objects.values_list("provenance", "state")) == {("simulated", "released")}
    assert Receipt.objects.count() == Report.objects.count()

    call_command("run_analysis", as_of=END)
    world = demo_world(
        seed=DEMO_SEED, end=END, models=demo_models(),
        domains=[slug for slug, _, examples in domains_for_analysis() if examples],
    )  # fmt: skip
    (degraded,) = world.degradation.models
    found = {(f.model_id, f.domain_id): f for f in Finding.objects.filter(state="reported")}
    assert set(found) == {(degraded, domain) for domain in STORY}
    for finding in found.values():
        assert finding.is_simulated
        assert finding.symptom_kind == "silent"
        assert abs(finding.onset - world.degradation.first_day) <= timedelta(days=14)
        assert abs(finding.offset - world.degradation.last_day) <= timedelta(days=14)
        assert finding.representatives.count() > 0
    run = run_current()
    assert run is not None
    assert run.has_simulated
    assert len(run.input_digest) == 64
