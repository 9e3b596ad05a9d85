"""Charts on pages: which picture is offered, in which sizes, and how it changes."""

from __future__ import annotations

import re

import pytest

from backend.charts.looks import PAGE_LOOKS
from backend.reports.models import Report
from tests.factories import make_report, publish_charts

pytestmark = pytest.mark.django_db
DRAWING = "The picture is being drawn; the table below holds the numbers."


def picture(visitor, page: str) -> str:
    """Address of the picture on a page, in light and wide."""
    found = re.search(r'<img src="([^"]+/light\.svg)"', visitor.get(page).content.decode())
    assert found is not None
    return found.group(1)


def test_a_picture_is_asked_for_again_only_when_something_changed(visitor, clock) -> None:
    make_report()
    publish_charts()
    address = picture(visitor, "/")
    first = visitor.get(address)
    assert (first.status_code, first["Content-Type"]) == (200, "image/svg+xml")
    assert first["Cache-Control"] == "public, no-cache"
    again = visitor.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_report()
    publish_charts()
    assert picture(visitor, "/") != address


def test_a_picture_changes_though_as_many_reports_are_public_as_before(visitor, clock) -> None:
    gone = make_report(observed_on="2026-11-02")
    make_report(observed_on="2026-11-20")
    publish_charts()
    first = picture(visitor, "/")
    Report.objects.filter(pk=gone.pk).update(state="rejected")
    make_report(observed_on="2026-11-20")
    publish_charts()
    assert picture(visitor, "/") != first


@pytest.mark.parametrize(
    ("page", "alt"),
    [("/", "Bar chart of public reports per week"),
     ("/domains/distributed-training/", "Bar chart of reports in this domain"),
     ("/findings/{}/", "Line chart of contributors"),
     ("/findings/{}/map/", "Scatter chart of reports by likeness")],
)  # fmt: skip
def test_a_page_offers_a_picture_for_desk_and_phone_light_and_dark(
    world, visitor, page: str, alt: str
) -> None:
    publish_charts()
    text = visitor.get(page.format(world.finding.name)).content.decode()
    offered = re.findall(
        r'src(?:set)?="(/c/[a-z2-7]{12}/)([a-z-]+)\.svg"(?: [^>]*)? width="([0-9]+)" height="[0-9]+"',
        text,
    )
    assert sorted((look, width) for _, look, width in offered) == sorted(
        (look, "360" if "narrow" in look else "720") for look in PAGE_LOOKS
    )
    (home,) = {start for start, _, _ in offered}
    assert f'<a href="{home}">' in text  # where it is verified
    assert all(visitor.get(f"{home}{look}.svg").status_code == 200 for look in PAGE_LOOKS)
    assert re.search(rf'<img [^>]*alt="{alt}', text)
    assert DRAWING not in text


@pytest.mark.parametrize(
    "page", ["/", "/domains/distributed-training/", "/findings/{}/", "/findings/{}/map/"]
)
def test_before_it_is_drawn_a_page_says_so_and_shows_its_table(world, visitor, page: str) -> None:
    answer = visitor.get(page.format(world.finding.name))
    assert answer.status_code == 200
    assert DRAWING in answer.content.decode()
    assert "<picture>" not in answer.content.decode()
    assert "<table" in answer.content.decode()
