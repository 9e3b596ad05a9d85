"""A chart in the pages of others: its frame, its card, and what oEmbed says of it."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest

from backend.charts.models import Chart
from backend.findings.models import Finding

pytestmark = pytest.mark.django_db


def test_only_the_frame_may_be_framed_and_nothing_else_is_loosened_for_it(visitor, charts) -> None:
    chart = charts["reports"]
    page, frame = visitor.get(f"/c/{chart.pk}/"), visitor.get(f"/c/{chart.pk}/embed/")
    policies = [set(answer["Content-Security-Policy"].split("; ")) for answer in (page, frame)]
    assert policies[0] - policies[1] == {"frame-ancestors 'none'"}
    assert policies[1] - policies[0] == {"frame-ancestors *"}
    assert page["X-Frame-Options"] == "DENY"
    assert "X-Frame-Options" not in frame
    assert "X-Frame-Options" not in visitor.get("/c/aaaaaaaaaaaa/embed/")
    assert not re.search(r"<script|<style|\sstyle=", frame.content.decode())


def test_the_page_leads_programs_to_its_oembed_and_networks_to_its_card(
    visitor, charts, settings
) -> None:
    chart = charts["finding"]
    page = visitor.get(f"/c/{chart.pk}/").content.decode()
    link = re.search(r'<link rel="alternate" type="application/json\+oembed" href="([^"]+)"', page)
    assert link is not None
    address = unescape(link.group(1))
    assert address.startswith(settings.PUBLIC_URL)
    found = visitor.get(address.removeprefix(settings.PUBLIC_URL)).json()
    assert found["title"] == chart.title
    meta = dict(re.findall(r'<meta (?:property|name)="([a-z:]+)" content="([^"]*)"', page))
    assert meta["og:image"] == f"{settings.PUBLIC_URL}/c/{chart.pk}/social.png"
    assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")
    assert meta["twitter:card"] == "summary_large_image"


@pytest.mark.parametrize("kind", ["finding", "map"])
@pytest.mark.parametrize(
    ("state", "words"),
    [("reported", "reported"), ("refuted", "refuted"), ("insufficient", "not enough data")],
)
def test_around_an_image_stands_what_became_of_its_finding(
    visitor, charts, kind: str, state: str, words: str
) -> None:
    """The image never changes: a refuted finding must not go on accusing in other people's pages."""
    Finding.objects.update(state=state)
    said = f"State of the finding now: {words}."
    for address in (f"/c/{charts[kind].pk}/", f"/c/{charts[kind].pk}/embed/"):
        assert said in visitor.get(address).content.decode(), address
    page = visitor.get(f"/c/{charts[kind].pk}/").content.decode()
    assert f'<meta property="og:description" content="{said} ' in page
    assert "State of the finding" not in visitor.get(f"/c/{charts['domain'].pk}/").content.decode()


def oembed(visitor, settings, chart: Chart, **query: object):
    url = quote(f"{settings.PUBLIC_URL}/c/{chart.pk}/", safe="")
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return visitor.get(f"/oembed/?url={url}{more}")


def test_oembed_keeps_within_what_the_page_has_room_for(visitor, settings, charts) -> None:
    chart = charts["reports"]
    wide = oembed(visitor, settings, chart).json()
    assert (wide["version"], wide["type"], wide["width"]) == ("1.0", "rich", 720)
    assert wide["thumbnail_url"].endswith("/social.png")
    assert f'src="{settings.PUBLIC_URL}/c/{chart.pk}/embed/"' in wide["html"]
    small = oembed(visitor, settings, chart, maxwidth=300, maxheight=200).json()
    assert (small["width"], small["height"]) == (300, 200)
    assert 'width="300" height="200"' in small["html"]
    assert "thumbnail_url" not in small  # it is larger than that


def test_a_frame_has_room_for_the_lines_below_its_picture(visitor, settings, charts) -> None:
    """As a browser lays them out: 101 pixels at a width of 300, where a finding is named."""
    chart = charts["finding"]
    narrow = oembed(visitor, settings, chart, maxwidth=300).json()
    picture = chart.files["light-narrow.svg"]
    assert narrow["height"] >= picture["height"] * 300 / picture["width"] + 101
    wide = oembed(visitor, settings, chart).json()
    assert wide["height"] >= chart.files["light.svg"]["height"] + 57


def test_oembed_refuses_as_its_specification_has_it(visitor, settings, charts) -> None:
    chart = charts["reports"]
    assert oembed(visitor, settings, chart, format="json").status_code == 200
    assert oembed(visitor, settings, chart, format="xml").status_code == 501
    assert oembed(visitor, settings, chart, format="yaml").status_code == 400
    for width in ("wide", "", "0", "100000000"):
        assert oembed(visitor, settings, chart, maxwidth=width).status_code == 400
    assert oembed(visitor, settings, chart, maxheight=0).status_code == 400
    assert visitor.get("/oembed/").status_code == 400
    for url in (f"https://elsewhere.example/c/{chart.pk}/", f"{settings.PUBLIC_URL}/c/aaaaaaaaaaaa/",
                f"{settings.PUBLIC_URL}/findings/", "nothing", "http://[::1", "//testserver"):  # fmt: skip
        answer = visitor.get("/oembed/", {"url": url})
        assert (answer.status_code, set(answer.json())) == (404, {"error"}), url


def test_oembed_knows_the_page_in_every_language(visitor, settings, charts) -> None:
    url = f"{settings.PUBLIC_URL}/de/c/{charts['map'].pk}/"
    assert visitor.get("/oembed/", {"url": url}).json()["title"] == charts["map"].title
