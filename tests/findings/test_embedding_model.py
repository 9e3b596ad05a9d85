"""Another embedding model by setting: another space, in which everything is embedded anew."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from backend.findings import runner
from backend.findings.models import AnalysisRun
from backend.findings.services import run_queue, runs_execute
from backend.reports.models import Report
from tests.factories import make_report

pytestmark = pytest.mark.usefixtures("catalogue")
STATIC = "minilm-static-256-1"


def spaces() -> set[tuple[str, int]]:
    return {(r.embedding_model, len(r.embedding)) for r in Report.objects.all()}


def test_a_change_of_the_setting_embeds_everything_anew_and_runs_go_on(settings) -> None:
    for _ in range(3):
        make_report()
    assert runner.reports_embed() == 3
    assert spaces() == {("minilm-l6-v2-int8-1", 384)}
    settings.EMBEDDING_MODEL = STATIC
    told = StringIO()
    call_command("embed_reports", stdout=told)
    assert f"3 reports embedded with {STATIC}" in told.getvalue()
    assert spaces() == {(STATIC, 256)}
    assert runner.reports_embed() == 0
    run_queue(seed=1)
    runs_execute(execute=runner.run_execute)
    assert AnalysisRun.objects.get(is_current=True).embedding_model == STATIC


@pytest.mark.parametrize("command", ["embed_reports", "build_model"])
def test_a_model_that_is_not_there_is_said_to_be(settings, command) -> None:
    settings.EMBEDDING_MODEL = "/nowhere/minilm"
    with pytest.raises(
        CommandError, match=r"no embedding model '/nowhere/minilm'.*EMBEDDING_MODEL"
    ):
        call_command(command)
