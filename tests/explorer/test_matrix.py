"""The matrix of the first page: states in words, kinds apart, SIMULATED apart, and no gap that tells."""

from __future__ import annotations

import re

import pytest

from backend.findings import services
from backend.findings.models import CellState, Finding
from tests.factories import make_cell, make_cluster, make_finding, make_report, make_run

pytestmark = pytest.mark.django_db
QUIET = '<td class="quiet"><a href="{}"><span class="unseen">not enough data</span></a></td>'


def page(visitor, address: str = "/") -> str:
    answer = visitor.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def content(text: str) -> str:
    """A page without what names its own address."""
    return text[text.index("<main") : text.index("</main>")]


def squares(text: str) -> list[str]:
    return re.findall(r'<td class="(\w+)"><a href="[^"]*#?[^"]*"', text)


@pytest.fixture
def cells(world) -> None:
    make_cell(run=world.run)
    make_cell(run=world.run, domain_id="law", model_id="gpt-5")


def test_a_square_is_a_finding_or_leads_to_what_would_have_been_noticed(
    visitor, world, cells
) -> None:
    text = page(visitor)
    assert squares(text) == ["reported", "quiet", "quiet", "quiet"]  # two models, two domains
    assert (
        f'<td class="reported"><a href="/findings/{world.finding.pk}-{world.finding.slug}/" '
        'title="GPT-4 (June 2023) · Distributed training infrastructure · reported">' in text
    )
    assert QUIET.format("/domains/distributed-training/#model-gpt-5") in text
    assert 'id="model-gpt-5"' in page(visitor, "/domains/distributed-training/")
    assert '<span class="unseen">reported</span>' in text  # in words, not by colour alone


def test_the_table_has_headers_for_rows_columns_and_vendors(visitor, world, cells) -> None:
    text = page(visitor)
    table = text[text.index('<table class="matrix">') : text.index('<ul class="legend"')]
    assert re.findall(r'<th scope="(\w+)"', table) == [
        "col", "col", "col", "rowgroup", "row", "row",
    ]  # fmt: skip
    assert '<a href="/models/gpt-5/">GPT-5</a>' in table
    assert '<a href="/vendors/openai/">OpenAI</a>' in table
    assert 'role="region" aria-label="Matrix of models and domains"' in text


def test_stated_and_silent_are_apart_and_silent_comes_first(visitor, world, cells) -> None:
    make_finding(run=world.run, domain_id="law", symptom_kind="stated")
    silent = content(page(visitor))
    assert silent == content(page(visitor, "/?kind=silent"))
    assert silent == content(page(visitor, "/?kind=no-such"))
    assert squares(page(visitor)).count("reported") == 1
    stated = page(visitor, "/?kind=stated")
    assert squares(stated) == ["quiet", "reported", "quiet", "quiet"]
    assert QUIET.format("/domains/distributed-training/?kind=stated#model-gpt-5") in stated
    assert '<a href="?kind=stated#matrix" aria-current="true">Stated symptoms</a>' in stated


def test_simulated_models_have_a_table_of_their_own(visitor, world, cells) -> None:
    assert "Matrix of SIMULATED models" not in page(visitor)
    make_cell(run=world.run, model_id="demo-brook-deep", domain_id="cooking", is_simulated=True)
    text = page(visitor)
    real, simulated = text.split('aria-label="Matrix of SIMULATED models and domains"')
    assert "Brook Deep" not in real
    assert "Cooking" not in real
    simulated = simulated[: simulated.index("</table>")]
    assert '<span class="tag simulated">SIMULATED</span>' in simulated
    assert squares(simulated) == ["quiet"]


@pytest.mark.parametrize(
    ("cell", "is_listed"),
    [({"n_contributors": None, "n_ratings": None, "detectable_share": None}, False),
     ({"n_contributors": 5, "n_ratings": None, "detectable_share": None}, True),
     ({"n_contributors": None, "n_ratings": 5}, True)],
)  # fmt: skip
def test_only_models_with_data_are_rows(visitor, world, cell, is_listed: bool) -> None:
    make_cell(run=world.run, model_id="gpt-5", **cell)
    assert ("/models/gpt-5/" in page(visitor)) is is_listed


def test_the_firmest_finding_of_a_cell_gives_its_state(visitor, world, cells) -> None:
    make_finding(run=world.run, state="resolved")
    corroborated = make_finding(run=world.run, state="corroborated")
    merged = make_finding(run=world.run, state="acknowledged")
    Finding.objects.filter(pk=merged.pk).update(merged_into=corroborated)
    text = page(visitor)
    assert squares(text)[0] == "corroborated"
    assert (
        f'<td class="corroborated"><a href="/findings/{corroborated.pk}-{corroborated.slug}/"'
        in text
    )


def test_a_finding_without_a_cell_has_its_square(visitor, world) -> None:
    assert not CellState.objects.exists()
    assert squares(page(visitor)) == ["reported"]


def test_the_legend_counts_the_squares(visitor, world, cells) -> None:
    text = page(visitor)
    legend = text[text.index('<ul class="legend"') :]
    assert re.findall(r'</span> ([a-z ]+) <span class="soft">(\d+)</span>', legend) == [
        ("reported", "1"), ("not enough data", "3"),
    ]  # fmt: skip


ADDRESSES = [
    "/", "/?kind=stated", "/vendors/", "/vendors/openai/", "/models/gpt-5/",
    "/models/gpt-5/?kind=stated", "/sites/chatgpt/", "/domains/", "/domains/law/", "/status/",
    "/compare/?left=model:gpt-5&right=model:gpt-4-0613",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_waits_for_a_moderator_changes_no_byte(visitor, world, cells, address: str) -> None:
    """The same world, in which a cell that draws more than expected stands out, or does not."""
    make_report(model_label="gpt-5", domain="law")
    cell = make_cell(
        run=world.run, model_id="gpt-5", domain_id="law", symptom_kind="stated",
        n_contributors=20, expected=3.0,
    )  # fmt: skip
    before = page(visitor, address)
    CellState.objects.filter(pk=cell.pk).update(state="reported", reason="They stand out.")
    waiting = make_finding(
        run=world.run, model_id="gpt-5", domain_id="law", symptom_kind="stated",
        is_published=False, reason="They stand out.",
    )  # fmt: skip
    assert page(visitor, address) == before
    services.finding_publish(finding_id=waiting.pk, moderator="mo", reason="Looked at.")
    shows_it = not address.startswith(("/status/", "/compare/"))
    assert (page(visitor, address) != before) is shows_it
    services.finding_hold(finding_id=waiting.pk, moderator="mo", reason="A brigade.")
    assert page(visitor, address) == before


def test_a_held_cell_looks_like_one_that_nobody_reported(visitor, world, cells) -> None:
    make_cell(
        run=world.run, model_id="gpt-5", domain_id="distributed-training", n_contributors=20,
        expected=3.0, state="reported", reason="They stand out.",
    )  # fmt: skip
    make_finding(run=world.run, model_id="gpt-5", is_published=False, reason="They stand out.")
    text = page(visitor)
    held = QUIET.format("/domains/distributed-training/#model-gpt-5")
    never_counted = QUIET.format("/domains/law/#model-gpt-4-0613")
    assert held in text
    assert never_counted in text
    for domain, model in (("distributed-training", "gpt-5"), ("law", "gpt-4-0613")):
        shown = page(visitor, f"/domains/{domain}/")
        others = shown[shown.index("Not enough data: 1 other model") :]
        assert f'<li id="model-{model}"><a href="/models/{model}/">' in others


def test_the_page_of_thousands_of_cells_keeps_its_queries(
    visitor, world, django_assert_num_queries
) -> None:
    from backend.catalogue.selectors import leaves_listed, models_public

    models = list(models_public()[:30])
    for domain in leaves_listed():
        CellState.objects.bulk_create(
            CellState(
                run=world.run, model=model, domain_id=domain.pk, symptom_kind="silent",
                state="insufficient", reason="Nothing.", n_contributors=5, expected=6.0,
            )
            for model in models
        )  # fmt: skip
    make_cluster(run=world.run, reports=world.reports)
    with django_assert_num_queries(11):
        text = page(visitor)
    assert len(squares(text)) == 31 * 26  # those thirty and the one with a finding
    assert make_run().pk  # a new run knows nothing
    assert squares(page(visitor)) == ["reported"]


def test_a_model_that_stands_out_everywhere_does_not_lack_data_in_0_domains(visitor, world) -> None:
    make_cell(run=world.run)
    text = page(visitor)
    assert squares(text) == ["reported"]
    assert "Not enough data in" not in text


@pytest.mark.parametrize(
    "address", ["/models/gpt-4-0613/", "/models/claude-sonnet-4-6/", "/sites/claude/"]
)
def test_no_link_leads_to_a_place_that_a_page_of_a_domain_lacks(
    visitor, world, cells, address
) -> None:
    """Claude Sonnet 4.6 is on no page of a domain: nobody has rated it, nor have enough reported it."""
    make_report(site="claude", model_label="claude-sonnet-4-6", domain="law")
    text = page(visitor, address)
    assert "/domains/law/" in text
    for where, place in set(re.findall(r'href="(/domains/[^"#]*)#(model-[^"]*)"', text)):
        assert f' id="{place}"' in page(visitor, where), (where, place)


def test_the_overview_refuses_a_kind_that_there_is_not(visitor, catalogue) -> None:
    for query in ("kind=", "kind=loud", "kind=stated&other=1"):
        assert visitor.get(f"/api/v1/overview/?{query}").status_code == 400, query
