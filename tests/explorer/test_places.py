"""Pages of vendors, models and sites: what is counted, and what is never told."""

from __future__ import annotations

import re
from datetime import date

import pytest

from backend.findings.models import PlaceTally
from tests.explorer.conftest import make_comparison
from tests.factories import (
    make_cell,
    make_disclosure,
    make_finding,
    make_incident,
    make_report,
    make_run,
)

pytestmark = pytest.mark.django_db
PLACES = ["/vendors/openai/", "/models/gpt-4-0613/", "/sites/chatgpt/"]


def page(visitor, address: str) -> str:
    answer = visitor.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def table(text: str, caption: str) -> list[list[str]]:
    """The rows of a table as plain words."""
    start = text.index(f"<caption>{caption}")
    body = text[text.index("<tbody>", start) : text.index("</tbody>", start)]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [
        [
            " ".join(re.sub(r"<[^>]+>", " ", cell).split())
            for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def tally(run, place: str, slug: str, least: int, *, source: str = "", value: str = "") -> None:
    PlaceTally.objects.create(
        run=run, place=place, slug=slug, source=source, value=value, is_simulated=False,
        contributors_min=least,
    )  # fmt: skip


@pytest.fixture
def reported(catalogue, clock):
    """Five public reports of one model on two days three weeks apart, and what nobody may see."""
    for day, symptoms in (
        ("2026-10-29", ["wrong_answer"]), ("2026-11-20", ["wrong_answer", "shallow_answer"]),
        ("2026-11-20", ["refusal"]), ("2026-11-20", ["wrong_answer"]),
    ):  # fmt: skip
        make_report(observed_on=day, symptoms=symptoms)
    make_report(client={"extension_version": "0.2.0", "adapter": "chatgpt"}, symptoms=["refusal"])
    make_report(state="quarantined", symptoms=["policy_notice"], model_label="gpt-4-0613")
    return make_run()


@pytest.mark.parametrize("address", PLACES)
def test_reports_are_counted_by_week_with_stated_ones_apart(visitor, reported, address) -> None:
    text = page(visitor, address)
    assert "5 public reports" in text
    rows = table(text, "Reports per week, without imported collections")
    assert [row[:3] for row in rows] == [
        ["2026-11-16", "2", "2"], ["2026-11-09", "0", "0"], ["2026-11-02", "0", "0"],
        ["2026-10-26", "1", "0"],
    ]  # fmt: skip


@pytest.mark.parametrize("address", PLACES)
def test_symptoms_are_counted_by_kind_and_lead_to_their_reports(visitor, reported, address) -> None:
    text = page(visitor, address)
    assert table(text, "Silent: nobody is told") == [["Wrong answer", "3"], ["Shallow answer", "1"]]
    assert table(text, "Stated: the product says so") == [["Refusal", "2"]]
    (link,) = re.findall(r'href="(/reports/\?[^"]*symptom=wrong_answer)"', text)
    listed = visitor.get(link.replace("&amp;", "&")).content.decode()
    assert "3 reports" in listed, "list and page agree"


def test_contributors_are_told_from_five_up_and_only_as_a_step(visitor, reported) -> None:
    text = page(visitor, "/models/gpt-4-0613/")
    assert "from at least" not in text
    assert table(text, "By site") == [["ChatGPT", "5", "not told"]]
    tally(reported, "model", "gpt-4-0613", 20)
    tally(reported, "model", "gpt-4-0613", 10, source="version", value="0.1.0")
    text = page(visitor, "/models/gpt-4-0613/")
    assert "from at least 20 contributors (unverified) in the last analysis" in text
    assert table(text, "By version of the extension") == [
        ["0.1.0", "4", "10 or more"], ["0.2.0", "1", "not told"],
    ]  # fmt: skip
    tally(reported, "vendor", "openai", 50)
    assert "at least 50 contributors" in page(visitor, "/vendors/")


def test_labels_of_known_models_are_listed_and_no_other_text(visitor, reported) -> None:
    make_report(model_label="canary of a page", model_label_source="text")
    assert table(page(visitor, "/models/gpt-4-0613/"), "Model labels seen on sites") == [
        ["gpt-4-0613", "ChatGPT", "5"]
    ]
    text = page(visitor, "/sites/chatgpt/")
    assert "canary" not in text
    assert table(text, "Model labels seen on this site") == [
        ["GPT-4 (June 2023)", "gpt-4-0613", "5"],
        ["labels that the catalogue does not know, or none", "–", "1"],
    ]


def test_a_model_says_what_is_known_in_each_subject(visitor, world) -> None:
    make_cell(
        run=world.run, domain_id="law", n_contributors=None, n_ratings=None, detectable_share=None
    )
    make_cell(run=world.run, domain_id="medicine", model_id="gpt-5")
    rows = table(page(visitor, "/models/gpt-4-0613/"), "Silent symptoms in the last weeks")
    assert rows == [
        ["Distributed training infrastructure", "reported", "–", "–", "–"],
        ["Medicine", "not enough data", "–", "–", "–"],
    ]
    make_cell(run=world.run, n_contributors=9)
    make_cell(run=world.run, domain_id="cooking")
    rows = table(page(visitor, "/models/gpt-4-0613/"), "Silent symptoms in the last weeks")
    assert rows[-1][:4] == ["Cooking", "not enough data", "7", "7.5"]
    assert rows[-1][4].startswith("reports would have shown a rate of 3.1 times the ordinary")


def test_findings_stand_apart_from_those_that_ended_and_those_that_say_nothing(
    visitor, world
) -> None:
    make_finding(run=world.run, domain_id="law", state="resolved", offset=date(2026, 10, 5))
    make_finding(run=world.run, domain_id="medicine", state="insufficient")
    make_finding(run=world.run, domain_id="cooking", is_published=False)
    for address in PLACES[:2]:
        text = page(visitor, address)
        parts = re.split(
            "What stands out<|What stood out and has ended|1 finding that no longer", text
        )
        assert [bool(re.search(r"/findings/\d", part)) for part in parts] == [
            False,
            True,
            True,
            True,
        ]
        assert "Cooking" not in text[: text.index('id="reports"')]


def test_what_happened_is_listed_with_its_weeks(visitor, world) -> None:
    rows = table(page(visitor, "/models/gpt-4-0613/"), "Releases, and when findings began")
    assert rows == [
        ["2026-09-07 2026-08-31 to 2026-09-14", "began",
         "GPT-4 (June 2023) · Distributed training infrastructure"],
        ["2023-06-13", "released", "GPT-4 (June 2023)"],
        ["2023-03-14", "released", "GPT-4 (March 2023)"],
    ]  # fmt: skip


def test_a_model_shows_its_comparisons_and_its_family(visitor, world) -> None:
    text = page(visitor, "/models/gpt-4-0613/")
    assert '<span class="worse">worse</span>' in text
    assert "/compare/?left=model:gpt-4-0613&amp;right=model:gpt-4-0314" in text
    make_comparison(world.run, earlier_id="gpt-5", later_id="gpt-5-1", family="gpt-5")
    assert '<span class="worse">' in page(visitor, "/models/gpt-5/")
    assert '<span class="worse">' not in page(visitor, "/models/gpt-5-2/")


def test_the_list_of_vendors_puts_those_with_reports_first(visitor, reported) -> None:
    text = page(visitor, "/vendors/")
    names = re.findall(r'<h2 id="([a-z-]+)">', text)
    assert names[0] == "openai"
    assert "demo-brook" not in names, "the demo's vendors only where the demo is"
    assert (
        '<a href="/models/gpt-4-0613/">GPT-4 (June 2023)</a> <small>5 public reports</small>'
        in text
    )
    make_report(
        provenance="simulated", collection="demo", site="demo-brook-chat", model_label="brook-deep"
    )
    text = page(visitor, "/vendors/")
    assert re.findall(r'<h2 id="([a-z-]+)">', text)[-1] == "demo-brook"
    assert text.count('<span class="tag simulated">SIMULATED</span>') == 1


@pytest.mark.parametrize(
    "address", ["/vendors/demo-brook/", "/models/demo-brook-deep/", "/sites/demo-brook-chat/"]
)
def test_a_fictional_place_is_marked(visitor, clock, address: str) -> None:
    make_report(
        provenance="simulated", collection="demo", site="demo-brook-chat",
        model_label="Brook Deep (fictional)",
    )  # fmt: skip
    make_cell(run=make_run(), model_id="demo-brook-deep", is_simulated=True)
    text = page(visitor, address)
    assert "<title>SIMULATED: " in text
    assert "<h1>" in text
    assert '<span class="tag simulated">SIMULATED</span> <span class="tag">' in text
    assert "Reports per week, without imported collections (SIMULATED)" in text


@pytest.mark.parametrize("address", PLACES)
def test_a_place_without_reports_says_so(visitor, catalogue, address: str) -> None:
    text = page(visitor, address)
    assert "There is no public report." in text
    assert (
        "Nothing stands out. That can mean that all is well, or that there is not enough data."
        in text
    )


def test_an_incident_is_told_only_of_a_model_that_a_public_finding_names(visitor, world) -> None:
    make_cell(run=world.run)
    for number in range(2):
        make_report(observed_on=f"2026-10-0{number + 5}")

    def shown(**overrides) -> bool:
        world.run.incidents = [make_incident(**overrides)]
        world.run.save()
        is_shown = "worse in nearly all domains" in page(visitor, "/")
        told = visitor.get("/api/v1/incidents/").json()
        assert told["run"] == world.run.pk
        assert (len(told["results"]) == 1) is is_shown
        kinds = [moment["kind"] for moment in visitor.get("/api/v1/overview/").json()["moments"]]
        assert ("incident" in kinds) is is_shown
        return is_shown

    assert shown()
    assert not shown(model="gpt-5")
    assert not shown(n_raters=4)
    assert not shown(is_incident=False)
    world.finding.is_published = False
    world.finding.save()
    assert not shown()
    assert shown(provenance="simulated")
    assert visitor.get("/api/v1/incidents/").json()["results"] == [
        {"model": "gpt-4-0613", "since": "2026-10-05", "is_simulated": True}
    ]


def test_the_api_says_what_the_page_says(visitor, reported, settings) -> None:
    tally(reported, "model", "gpt-4-0613", 20)
    tally(reported, "model", "gpt-4-0613", 10, source="version", value="0.1.0")
    finding = make_finding(run=reported)
    make_finding(run=reported, domain_id="law", is_published=False)
    disclosure = make_disclosure(vendor_id="openai")
    assert visitor.get("/api/v1/places/model/gpt-4-0613/").json() == {
        "place": "model", "slug": "gpt-4-0613", "name": "GPT-4 (June 2023)", "is_simulated": False,
        "n_reports": 5, "contributors_min": 20, "findings": [finding.pk],
        "weeks": [
            {"week": "2026-10-26", "n_silent": 1, "n_stated": 0},
            {"week": "2026-11-02", "n_silent": 0, "n_stated": 0},
            {"week": "2026-11-09", "n_silent": 0, "n_stated": 0},
            {"week": "2026-11-16", "n_silent": 2, "n_stated": 2},
        ],
        "symptoms": [
            {"symptom": "wrong_answer", "kind": "silent", "n": 3},
            {"symptom": "shallow_answer", "kind": "silent", "n": 1},
            {"symptom": "refusal", "kind": "stated", "n": 2},
        ],
        "sites": [{"value": "chatgpt", "n": 5, "contributors_min": None}],
        "versions": [
            {"value": "0.1.0", "n": 4, "contributors_min": 10},
            {"value": "0.2.0", "n": 1, "contributors_min": None},
        ],
        "labels": [{"model": "gpt-4-0613", "label": "gpt-4-0613", "site": "ChatGPT", "n": 5}],
        "moments": [
            {
                "on": "2026-09-07", "low": "2026-08-31", "high": "2026-09-14", "kind": "began",
                "name": "GPT-4 (June 2023) · Distributed training infrastructure", "is_simulated": False,
                "address": f"{settings.PUBLIC_URL}/findings/{finding.name}/",
            },
            {
                "on": "2026-09-01", "low": None, "high": None, "kind": "disclosure",
                "name": "OpenAI: An invented system card", "is_simulated": False,
                "address": f"{settings.PUBLIC_URL}/disclosures/#disclosure-{disclosure.pk}",
            },
            *(
                {
                    "on": day, "low": None, "high": None, "kind": "release", "name": name,
                    "is_simulated": False, "address": f"{settings.PUBLIC_URL}/models/{slug}/",
                }
                for day, name, slug in (
                    ("2023-06-13", "GPT-4 (June 2023)", "gpt-4-0613"),
                    ("2023-03-14", "GPT-4 (March 2023)", "gpt-4-0314"),
                )
            ),
        ],
        "disclosures": [disclosure.pk],
    }  # fmt: skip


def test_disclosures_stand_where_they_matter(visitor, reported) -> None:
    card = make_disclosure(vendor_id="openai", title="Card of OpenAI")
    make_disclosure(vendor_id="openai", title="Held back", state="entered")
    make_disclosure(vendor_id="anthropic", title="Another card", domains=("law",))
    link = f'<a href="/disclosures/#disclosure-{card.pk}" dir="auto">Card of OpenAI</a>, pages 214'
    for address, heading in (
        ("/models/gpt-4-0613/", "What its vendor has disclosed"),
        ("/vendors/openai/", "What it has disclosed"),
        ("/domains/distributed-training/", "What vendors have disclosed about this subject"),
    ):
        text = page(visitor, address)
        assert f'<h2 id="disclosures">{heading}</h2>' in text, address
        assert text.count(link) == 1, address
        assert "Held back" not in text
        assert "Another card" not in text
    assert "OpenAI, <a" in page(visitor, "/domains/distributed-training/")
    assert "What its vendor has disclosed" not in page(visitor, "/models/demo-brook-deep/")
    listed = "/api/v1/disclosures/"
    for query, n in (
        ({"vendor": "openai"}, 1), ({"domain": "law"}, 1), ({"vendor": "openai", "domain": "law"}, 0),
        ({}, 2),
    ):  # fmt: skip
        assert len(visitor.get(listed, query).json()["results"]) == n, query
    refused = visitor.get(listed, {"vendor": "no-such"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "filter_unknown")


@pytest.mark.parametrize("place", ["model", "vendor", "site"])
def test_a_place_that_the_catalogue_has_not_is_unknown(visitor, place: str) -> None:
    answer = visitor.get(f"/api/v1/places/{place}/no-such/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "place_unknown")
