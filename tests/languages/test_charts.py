"""What a chart says of itself, in the language of the page; files and images stay as they are."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.utils import translation

from backend.charts.kinds import KINDS
from backend.charts.models import Chart
from backend.charts.wanted import drafts_of
from backend.charts.words import ALTS, MOMENTS, QUERIES, TITLES, said
from backend.findings.models import Finding
from tests.explorer.conftest import World
from tests.explorer.conftest import world as quiet_world  # noqa: F401 - a fixture
from tests.factories import make_disclosure, make_finding, make_ratings, publish_charts

languages = pytest.mark.parametrize("language", ["de", "es", "fr", "zh-hans"])
SUBJECT = "Infrastruktur für verteiltes Training"
RATED = (
    "Line chart of 12 weeks: the share of answers of GPT-4 (June 2023) about Medicine, drawn at random, that "
    "people called bad. Published for 9 weeks. Most, 30% (22% to 39%) of 120 ratings, in the week of "
    "2026-09-07"
)
SIDES = (
    "",
    ", against 11% at other vendors in this subject",
    ", against 10% at this model in other subjects",
    ", against 11% at other vendors in this subject and 10% at this model in other subjects",
)
BOUNDS = (
    "",
    " It began about the week of 2026-09-07 (between 2026-08-31 and 2026-09-14).",
    " It ended about the week of 2026-10-05 (between 2026-10-05 and 2026-10-12).",
    " It began about the week of 2026-09-07 (between 2026-08-31 and 2026-09-14)."
    " It ended about the week of 2026-10-05 (between 2026-10-05 and 2026-10-12).",
)
EXAMPLES = [f"{RATED}{side}.{bounds}" for side in SIDES for bounds in BOUNDS]
"""Of ratings, whatever is known beside them."""


@pytest.fixture
def world(quiet_world: World) -> World:  # noqa: F811 - pytest finds it by its name
    """Every kind of chart, of findings that have all there is to say and of one that has little."""
    for monday, bad in (("2026-08-31", 5), ("2026-09-07", 8)):
        make_ratings(monday, bad=bad, fine=20 - bad)
        make_ratings(monday, bad=5, fine=45, site_id="claude", model_id="claude-3-opus")
    day = quiet_world.reports[0].observed_on
    week = day - timedelta(days=day.weekday())
    make_finding(
        run=quiet_world.run, model_id="gpt-4-0314", domain_id="medicine", symptom_kind="stated",
        state="resolved", onset=week - timedelta(weeks=4), offset=week,
    )  # fmt: skip
    make_disclosure(
        vendor_id="openai", published_on=day, reversed_on=day + timedelta(days=1),
        reversed_source_url="https://vendor.example/back",
    )  # fmt: skip
    return quiet_world


@pytest.mark.django_db
@languages
def test_every_chart_says_what_it_is_in_every_language(world, language: str) -> None:
    drafts = [draft for kind in KINDS for draft in drafts_of(kind)]
    assert {draft.kind for draft in drafts} == set(KINDS)
    with translation.override(language):
        for draft in drafts:
            for text, patterns in (
                (draft.title, TITLES),
                (draft.alt, ALTS),
                (draft.query, QUERIES),
            ):
                words, told = said(text, patterns)
                assert told == "", text
                assert words != text
                assert set(re.findall(r"\d+", text)) <= set(re.findall(r"\d+", words)), text


@languages
def test_ratings_are_said_with_whatever_is_known_beside_them(language: str) -> None:
    with translation.override(language):
        for text in EXAMPLES:
            words, told = said(text, ALTS)
            assert told == "", text
            assert sorted(re.findall(r"\d+", words)) == sorted(re.findall(r"\d+", text))
            assert "GPT-4 (June 2023)" in words
            assert "Medicine" not in words


@languages
def test_a_text_of_an_earlier_version_stays_english_and_says_so(language: str) -> None:
    with translation.override(language):
        assert said("A chart of something.", ALTS) == ("A chart of something.", "en")
        assert said("GPT-4", MOMENTS) == ("GPT-4", "en")


@pytest.mark.django_db
def test_the_page_of_a_chart_is_in_the_readers_language(visitor, world) -> None:
    publish_charts()
    chart = Chart.objects.get(kind="finding", subject=world.finding.pk)
    page = html.unescape(visitor.get(f"/de/c/{chart.pk}/").content.decode())
    title = f"GPT-4 (June 2023) · {SUBJECT}: stillschweigende Symptome"
    assert f"<h1>{title}</h1>" in page
    assert f"<caption>{title}</caption>" in page
    assert f'<meta property="og:title" content="{title}">' in page
    assert (
        f"<figcaption>Liniendiagramm über 5 Zeitfenster von GPT-4 (June 2023) und „{SUBJECT}“."
        in page
    )
    assert chart.alt not in page
    frame = html.unescape(visitor.get(f"/de/c/{chart.pk}/embed/").content.decode())
    assert re.search(r'alt="Liniendiagramm über 5 Zeitfenster [^>]*" width', frame)
    # What is cited and what programs read stays as it was stored.
    assert f"“{chart.title}”" in page
    assert visitor.get(f"/api/v1/charts/{chart.pk}/").json()["alt"] == chart.alt


@pytest.mark.django_db
def test_an_old_chart_is_marked_as_english(visitor, world) -> None:
    publish_charts()
    chart = Chart.objects.get(kind="finding", subject=world.finding.pk)
    Chart.objects.filter(pk=chart.pk).update(title="Old title", alt="Old words.", query="old query")
    page = visitor.get(f"/de/c/{chart.pk}/").content.decode()
    for part in ("<h1", "<caption", "<figcaption", "<dd"):
        assert re.search(f'{part} lang="en">[Oo]ld ', page), part
    assert 'alt="Old words." lang="en"' in visitor.get(f"/de/c/{chart.pk}/embed/").content.decode()


@pytest.mark.django_db
def test_moments_of_a_chart_are_said_in_the_table(visitor, world) -> None:
    publish_charts()
    chart = Chart.objects.get(kind="reports", is_current=True)
    told = {row["what"] for row in chart.data}
    other = Finding.objects.get(domain_id="medicine")
    assert f"finding {other.pk}" in told
    page = visitor.get(f"/de/c/{chart.pk}/").content.decode()
    assert f'<td class="dates" lang="de">Befund {other.pk}</td>' in page
    assert "OpenAI: disclosed" in told
    assert '<td class="dates" lang="de">OpenAI: offengelegt</td>' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("prefix", "name"), [("", "Distributed training infrastructure"), ("/de", SUBJECT)]
)
def test_a_map_of_clusters_names_subjects_and_its_files_have_their_slugs(
    visitor, world, prefix: str, name: str
) -> None:
    publish_charts()
    chart = Chart.objects.get(kind="clusters", subject="", is_current=True)
    page = visitor.get(f"{prefix}/c/{chart.pk}/").content.decode()
    table = page[page.index("<tbody") : page.index("</tbody>")]
    assert f">{name}</td>" in table
    assert "distributed-training" not in table
    assert b",distributed-training," in visitor.get(f"/c/{chart.pk}/data.csv").content
