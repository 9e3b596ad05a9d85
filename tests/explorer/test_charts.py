"""Pictures: numbers to SVG, and how they are served."""

from __future__ import annotations

import re
from datetime import date

import pytest

from backend.explorer import charts
from backend.reports.models import Report
from tests.factories import make_report

WINDOWS = (
    charts.Window(date(2026, 9, 6), 6, 2.0),
    charts.Window(date(2026, 9, 13), None, 2.0),
    charts.Window(date(2026, 9, 20), 8, 2.0),
    charts.Window(date(2026, 10, 4), 9, 2.0),
)
BEGAN = charts.Moment("began", date(2026, 9, 7), date(2026, 9, 7), date(2026, 9, 14))
ENDED = charts.Moment("ended", date(2026, 9, 28), date(2026, 9, 28), date(2026, 9, 28))


def draw(*moments: charts.Moment, look: str = "light", windows=WINDOWS) -> str:
    return charts.finding_windows(windows, moments, look, is_simulated=False)


def test_each_look_has_its_width() -> None:
    widths = {look: re.search(r'width="(\d+)"', draw(look=look)).group(1) for look in charts.LOOKS}
    assert widths == {"light": "720", "dark": "720", "light-narrow": "360", "dark-narrow": "360"}


def test_a_line_breaks_where_the_count_is_not_published_or_not_known() -> None:
    # 6, hidden, 8, no window, 9: three pieces, so the pen is put down three times
    path = re.search(r'aria-label="[^"]*series: counted"[^>]*d="([^"]*)"', draw())
    assert path is not None
    assert path.group(1).count("M") == 3


def test_the_band_says_why_nothing_is_there() -> None:
    assert "fewer than 5: not published" in draw()


def test_onset_and_offset_are_marked_with_words() -> None:
    assert {"began", "ended"} & set(re.findall(r">([a-z]+)</text>", draw())) == set()
    assert {"began", "ended"} <= set(re.findall(r">([a-z]+)</text>", draw(BEGAN, ENDED)))
    assert "ended" not in draw(BEGAN)


def test_there_is_a_picture_of_nothing() -> None:
    assert draw(windows=()).startswith("<svg")
    assert charts.weekly_reports((), "dark", is_simulated=False).startswith("<svg")


@pytest.mark.django_db
def test_a_picture_is_asked_for_again_only_when_something_changed(visitor, clock) -> None:
    make_report()
    first = visitor.get("/charts/reports-light.svg")
    assert (first.status_code, first["Content-Type"]) == (200, "image/svg+xml")
    assert first["Cache-Control"] == "public, no-cache"
    again = visitor.get("/charts/reports-light.svg", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_report()
    later = visitor.get("/charts/reports-light.svg", headers={"If-None-Match": first["ETag"]})
    assert (later.status_code, later["ETag"] != first["ETag"]) == (200, True)


@pytest.mark.django_db
def test_a_picture_changes_though_as_many_reports_are_public_as_before(visitor, clock) -> None:
    gone = make_report(observed_on="2026-11-02")
    make_report(observed_on="2026-11-20")
    first = visitor.get("/charts/reports-light.svg")
    Report.objects.filter(pk=gone.pk).update(state="rejected")
    make_report(observed_on="2026-11-20")
    later = visitor.get("/charts/reports-light.svg", headers={"If-None-Match": first["ETag"]})
    assert later.status_code == 200


@pytest.mark.django_db
def test_a_page_offers_a_picture_for_desk_and_phone_light_and_dark(world, visitor) -> None:
    page = visitor.get(f"/findings/{world.finding.name}/").content.decode()
    offered = re.findall(rf'src(?:set)?="(/charts/finding-{world.finding.pk}-[a-z-]+\.svg)"', page)
    assert sorted(offered) == sorted(
        f"/charts/finding-{world.finding.pk}-{look}.svg" for look in charts.LOOKS
    )
    assert all(visitor.get(address).status_code == 200 for address in offered)
    assert re.search(r'<img [^>]*alt="Line chart of contributors', page)
    assert "<summary>The same as a table</summary>" in page
