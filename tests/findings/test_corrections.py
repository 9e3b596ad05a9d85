"""A moderator says what a report is about: it counts there, and the next run has learnt it."""

from __future__ import annotations

from datetime import date

import pytest

from backend.common.errors import RuleError, UnknownError
from backend.findings import runner, services
from backend.findings.corrections import corrections_current, domain_correct
from backend.findings.models import AnalysisRun, DomainCorrection, ReportDomain
from backend.reports.services import report_withdraw
from tests.factories import make_report, make_run

pytestmark = pytest.mark.usefixtures("catalogue")
LIST = "/admin/findings/reportdomain/"
KEY = "c" * 32
WHY = {"moderator": "mo", "reason": "It is about cats."}


def placed(report, domain: str = "cooking") -> ReportDomain:
    run = AnalysisRun.objects.filter(is_current=True).first() or make_run()
    return ReportDomain.objects.create(
        run=run, report=report, domain=domain, domain_inferred=domain, confidence=0.4,
        is_duplicate=False,
    )  # fmt: skip


def analyse() -> dict[str, str]:
    runner.model_build()
    services.run_queue(as_of=date(2026, 11, 24), seed=AnalysisRun.objects.count())
    services.runs_execute(execute=runner.run_execute)
    rows = ReportDomain.objects.filter(run__is_current=True)
    return {str(report_id): domain for report_id, domain in rows.values_list("report_id", "domain")}


def test_the_newest_word_counts_and_teaches() -> None:
    report = make_report(prompt="zorgon flibber trunnel", domain=None)
    like_it = make_report(prompt="zorgon flibber trunnel please", domain=None)
    one = placed(report)
    domain_correct(report_domain_id=one.pk, domain="cooking", **WHY)
    domain_correct(report_domain_id=one.pk, domain="history", **WHY)
    assert corrections_current() == {str(report.pk): ("history", "zorgon flibber trunnel")}
    history = next(domain for domain in runner._domains() if domain.slug == "history")
    assert "zorgon flibber trunnel" in history.examples
    found = analyse()
    assert found[str(report.pk)] == "history"
    assert found[str(like_it.pk)] == "history"


def test_a_report_can_be_said_to_belong_nowhere_against_its_sender() -> None:
    report = make_report(prompt="How do I shard a checkpoint?")
    domain_correct(report_domain_id=placed(report).pk, domain="unknown", **WHY)
    assert analyse()[str(report.pk)] == "unknown"


def test_a_withdrawn_report_teaches_nothing() -> None:
    report = make_report(receipt_key=KEY)
    domain_correct(report_domain_id=placed(report).pk, domain="history", **WHY)
    assert len(corrections_current()) == 1
    report_withdraw(receipt_key=KEY)
    assert corrections_current() == {}


def test_only_public_reports_and_leaves() -> None:
    one = placed(make_report())
    with pytest.raises(RuleError, match="no domain"):
        domain_correct(report_domain_id=one.pk, domain="society", **WHY)
    with pytest.raises(RuleError, match="needs a reason"):
        domain_correct(report_domain_id=one.pk, domain="law", moderator="mo", reason=" ")
    hidden = placed(make_report(state="quarantined"))
    for number in (hidden.pk, 0):
        with pytest.raises(UnknownError):
            domain_correct(report_domain_id=number, domain="law", **WHY)
    assert not DomainCorrection.objects.exists()


def test_the_desk_corrects(moderator) -> None:
    one = placed(make_report(prompt="How do bees survive the winter?"))
    assert "How do bees survive" in moderator.get(LIST).content.decode()
    form = {
        "action": "correct",
        "reason": "Bees.",
        "domain": "unknown",
        "_selected_action": [one.pk],
    }
    assert "1 decided." in moderator.post(LIST, form, follow=True).content.decode()
    assert DomainCorrection.objects.get().actor == "moderator"
