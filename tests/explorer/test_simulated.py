"""While simulated data is public, every page says so, and so does each thing drawn from it."""

from __future__ import annotations

import pytest

from backend.catalogue.selectors import demo_models
from backend.findings.models import ReportDomain
from backend.findings.services import domains_counted_update
from tests.explorer.conftest import make_windows
from tests.factories import make_finding, make_report, make_run, publish_charts

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
    domains_counted_update()
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
    # overview: its card, and when it began; findings: its card; finding: heading and one representative;
    # report list: its row, and the filters by site, vendor and model; report: once;
    # domain: card, and the model twice
    expected = {"/": 2, "/findings/": 1, f"/findings/{finding.name}/": 2, "/reports/": 4,
                f"/reports/{report.pk}/": 1, "/domains/distributed-training/": 3}  # fmt: skip
    assert {a: visitor.get(a).content.decode().count(mark) for a in expected} == expected


def pictures(visitor, finding) -> dict[str, str]:
    """Every SVG of every current chart, drawn for real."""
    from backend.charts import rendering
    from backend.charts.models import Chart

    assert rendering.charts_publish() == 4
    charts = {(c.kind, c.subject): c for c in Chart.objects.filter(is_current=True)}
    assert set(charts) == {("reports", ""), ("domain", "distributed-training"),
                           ("finding", str(finding.pk)), ("map", str(finding.pk))}  # fmt: skip
    return {
        f"{chart.kind} {look}": visitor.get(f"/c/{chart.pk}/{look}.svg").content.decode()
        for chart in charts.values()
        for look in ("light", "dark", "light-narrow", "dark-narrow")
    }


def test_pictures_carry_the_word(visitor, simulated) -> None:
    _, finding = simulated
    for name, picture in pictures(visitor, finding).items():
        assert ">SIMULATED</text>" in picture, name


def test_pictures_of_real_reports_do_not(visitor, world) -> None:
    for name, picture in pictures(visitor, world.finding).items():
        assert "SIMULATED" not in picture, name


def test_the_page_and_the_frame_of_a_simulated_chart_say_so(visitor, simulated) -> None:
    from backend.charts.models import Chart

    publish_charts()
    mark = '<span class="tag simulated">SIMULATED</span>'
    for chart in Chart.objects.all():
        for address in (f"/c/{chart.pk}/", f"/c/{chart.pk}/embed/"):
            assert visitor.get(address).content.decode().count(mark) == 1, address
