"""While simulated data is public, every page says so, and so does each thing drawn from it."""

from __future__ import annotations

import pytest

from backend.catalogue.selectors import demo_models
from backend.findings.models import ReportDomain
from tests.explorer.conftest import make_windows
from tests.factories import make_finding, make_report, make_run

pytestmark = pytest.mark.django_db
BANNER = "<strong>SIMULATED</strong> data is present"


@pytest.fixture
def simulated(catalogue: None, clock):
    model, _, site, label = demo_models()[0]
    report = make_report(provenance="simulated", collection="demo", site=site, model_label=label)
    run = make_run(has_simulated=True)
    ReportDomain.objects.create(
        run=run, report=report, domain="distributed-training",
        domain_inferred="distributed-training", confidence=0.9, is_duplicate=False,
    )  # fmt: skip
    make_windows(run, model=model)
    finding = make_finding(run=run, model_id=model, is_simulated=True, representatives=(report,))
    return report, finding


def test_every_page_has_the_banner(visitor, simulated) -> None:
    report, finding = simulated
    for address in ("/", "/findings/", "/comparisons/", "/reports/", "/domains/", "/method/", "/data/",
                    "/privacy/", "/withdraw/", "/nothing/", "/domains/distributed-training/",
                    f"/findings/{finding.name}/", f"/reports/{report.pk}/"):  # fmt: skip
        assert BANNER in visitor.get(address).content.decode(), address


def test_no_page_has_it_without_simulated_reports(visitor, world) -> None:
    for address in ("/", f"/findings/{world.finding.name}/", f"/reports/{world.reports[0].pk}/"):
        assert "SIMULATED" not in visitor.get(address).content.decode(), address


def test_each_simulated_thing_is_marked(visitor, simulated) -> None:
    report, finding = simulated
    mark = '<span class="tag simulated">SIMULATED</span>'
    # overview and findings: its card; finding: heading and one representative;
    # domain: card, model; report list and report: once each
    expected = {"/": 1, "/findings/": 1, f"/findings/{finding.name}/": 2, "/reports/": 1,
                f"/reports/{report.pk}/": 1, "/domains/distributed-training/": 2}  # fmt: skip
    assert {a: visitor.get(a).content.decode().count(mark) for a in expected} == expected


def test_pictures_carry_the_word(visitor, simulated) -> None:
    _, finding = simulated
    for name in ("reports-", "domain-distributed-training.", f"finding-{finding.pk}-"):
        for look in ("light", "dark", "light-narrow", "dark-narrow"):
            picture = visitor.get(f"/charts/{name}{look}.svg").content.decode()
            assert ">SIMULATED</text>" in picture, (name, look)


def test_pictures_of_real_reports_do_not(visitor, world) -> None:
    for name in ("reports-", "domain-distributed-training.", f"finding-{world.finding.pk}-"):
        assert "SIMULATED" not in visitor.get(f"/charts/{name}light.svg").content.decode()
