"""While simulated data is public, every page says so, and so does each thing drawn from it."""

from __future__ import annotations

import pytest

from backend.catalogue.selectors import demo_models
from backend.common import changes
from backend.explorer.templatetags.explorer import heading
from backend.findings.models import ReportDomain
from backend.findings.services import domains_counted_update
from backend.reports.selectors import has_simulated, has_simulated_kept
from tests.explorer.conftest import make_windows
from tests.factories import make_cluster, make_finding, make_report, make_run, publish_charts

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

    assert rendering.charts_publish() == 6
    charts = {(c.kind, c.subject): c for c in Chart.objects.filter(is_current=True)}
    assert set(charts) == {("reports", ""), ("domain", "distributed-training"),
                           ("finding", str(finding.pk)), ("map", str(finding.pk)),
                           ("clusters", ""), ("clusters", "distributed-training")}  # fmt: skip
    return {
        f"{chart.kind} {look}": visitor.get(f"/c/{chart.pk}/{look}.svg").content.decode()
        for chart in charts.values()
        for look in ("light", "dark", "light-narrow", "dark-narrow")
    }


def test_pictures_carry_the_word(visitor, simulated) -> None:
    report, finding = simulated
    make_cluster(run=finding.run, reports=[report])
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
            page = visitor.get(address).content.decode()
            assert page.count(mark) == 1, address
            assert "<title>SIMULATED: " in page, address


def test_what_others_put_into_their_pages_says_so_by_itself(visitor, simulated, settings) -> None:
    from backend.charts.models import Chart

    publish_charts()
    chart = Chart.objects.get(kind="finding")
    title = f"SIMULATED: {chart.title}"
    told = visitor.get("/oembed/", {"url": f"{settings.PUBLIC_URL}/c/{chart.pk}/"}).json()
    assert told["title"] == title
    assert f' title="{title}" ' in told["html"]
    page = visitor.get(f"/c/{chart.pk}/").content.decode()
    assert f'title="{title}" lang="en">' in page
    assert f" title=&quot;{title}&quot; " in page


def test_clusters_say_where_they_hold_simulated_reports(visitor, simulated) -> None:
    report, finding = simulated
    invented = make_cluster(run=finding.run, reports=[report, make_report()])
    make_cluster(run=finding.run, reports=[report], parent=invented)
    real = make_cluster(run=finding.run, reports=[make_report()], terms=["other", "words"])
    mark = ' <span class="tag simulated">SIMULATED</span>'
    told = {row["id"]: row for row in visitor.get("/api/v1/clusters/").json()["results"]}
    shown = visitor.get("/map/").content.decode()
    listed = visitor.get("/domains/distributed-training/").content.decode()
    for cluster, is_marked in ((invented, True), (real, False)):
        address = f"clusters/{cluster.track_id}/"
        body = visitor.get(f"/api/v1/{address}").json()
        assert told[cluster.track_id]["has_simulated"] is body["has_simulated"] is is_marked
        page = visitor.get(f"/{address}").content.decode()
        assert ("<title>SIMULATED: " in page) is is_marked
        assert (f"{mark}</h1>" in page) is is_marked
        assert ("were worse. (SIMULATED reports included)</p>" in page) is is_marked
        assert (f'/{address}">{heading(cluster.terms)}</a>{mark}</th>' in shown) is is_marked
        card = listed[listed.index(f'/{address}">') :].split("</li>")[0]
        assert ("SIMULATED</span>" in card.split("reports,")[0]) is is_marked
        variant = '<p><span class="tag simulated">SIMULATED</span> 20 reports, 10 contributors</p>'
        assert (variant in page) is is_marked


def test_a_map_without_simulated_clusters_does_not_say_that_it_has_some(visitor, simulated) -> None:
    report, finding = simulated
    make_cluster(run=finding.run, reports=[make_report()])
    caption = "<caption>The clusters on the map</caption>"
    assert caption in visitor.get("/map/").content.decode()
    make_cluster(run=finding.run, reports=[report], terms=["other", "words"])
    page = visitor.get("/map/").content.decode()
    assert "<caption>The clusters on the map (SIMULATED reports included)</caption>" in page


def test_a_comparison_of_invented_models_says_so_in_its_title(visitor, simulated) -> None:
    """So does a tab, a bookmark, a result of a search."""
    models = [f"model:{model}" for model, *_ in demo_models()[:2]]
    page = visitor.get("/compare/", {"left": models[0], "right": models[1]}).content.decode()
    assert "<title>SIMULATED: " in page
    real = {"left": "model:gpt-4-0314", "right": "model:gpt-4-0613"}
    assert "<title>SIMULATED" not in visitor.get("/compare/", real).content.decode()


def test_what_is_drawn_does_not_ask_what_is_kept_for_pages(
    catalogue, clock, settings, monkeypatch
) -> None:
    settings.PAGE_CACHE_SECONDS = 50
    changes.kept.clear()
    monkeypatch.setattr(changes, "LOOK_SECONDS", 3_600)  # nobody looks for changes again
    assert not has_simulated_kept()
    make_report(provenance="simulated")
    assert not has_simulated_kept()
    assert has_simulated()
    changes.kept.clear()
