"""A finding's address is for good, and it can be cited under it."""

from __future__ import annotations

import json
import re

import pytest

from backend.explorer.citations import bibtex_escaped
from backend.findings.models import Finding
from tests.factories import make_finding, make_run
from tests.findings.test_runs import finding_fields, store

pytestmark = pytest.mark.django_db
SLUG = "gpt-4-0613-distributed-training-silent"


@pytest.mark.parametrize("part", ["", "map/"])
@pytest.mark.parametrize("prefix", ["", "/de"])
def test_the_bare_number_and_a_wrong_slug_lead_to_it_for_good(visitor, world, part, prefix) -> None:
    pk = world.finding.pk
    assert world.finding.slug == SLUG
    address = f"{prefix}/findings/{pk}-{SLUG}/{part}"
    assert visitor.get(address).status_code == 200
    for other in (f"{prefix}/findings/{pk}/{part}", f"{prefix}/findings/{pk}-another/{part}"):
        answer = visitor.get(other)
        assert (answer.status_code, answer["Location"]) == (301, address)


def test_a_slug_is_given_once_and_stays_through_later_runs(catalogue) -> None:
    from backend.findings import services

    store(services.Conclusions(findings=[(finding_fields(), [])]))
    first = Finding.objects.get()
    fields = finding_fields()
    assert first.slug == f"{fields['model_id']}-{fields['domain_id']}-{fields['symptom_kind']}"
    Finding.objects.update(slug="as-it-was")  # of a catalogue that has changed since
    store(services.Conclusions(findings=[(finding_fields(n_reports=31), [])]))
    again = Finding.objects.get()
    assert (again.pk, again.slug, again.n_reports) == (first.pk, "as-it-was", 31)


def test_a_held_finding_has_no_address_of_any_kind(visitor, catalogue) -> None:
    held = make_finding(run=make_run(), is_published=False)
    for address in (f"{held.pk}/", f"{held.pk}/map/", f"{held.name}/", f"{held.name}/map/",
                    f"{held.pk}-wrong/", f"{held.name}/cite.bib", f"{held.name}/cite.json",
                    f"{held.pk}-wrong/cite.bib"):  # fmt: skip
        assert visitor.get(f"/findings/{address}").status_code == 404, address


def test_a_finding_without_a_map_has_no_address_for_one(visitor, world) -> None:
    world.finding.boundary.delete()
    assert visitor.get(f"/findings/{world.finding.pk}/map/").status_code == 404
    assert visitor.get(f"/findings/{world.finding.name}/map/").status_code == 404


def test_it_is_cited_in_three_ways(visitor, world, settings) -> None:
    settings.PUBLIC_URL = "https://plumbline.example"
    address = f"https://plumbline.example/findings/{world.finding.name}/"
    run, method = world.run.pk, world.run.method_version
    title = (f"Finding {world.finding.pk}: GPT-4 (June 2023), Distributed training infrastructure, "
             "silent symptoms (reported)")  # fmt: skip
    page = visitor.get(f"/findings/{world.finding.name}/").content.decode()
    assert (
        f'<p class="citation" lang="en" id="citation">Plumbline (2026). {title}. Run {run}, '
        f"method {method}, 23 November 2026. {address}, read on 23 November 2026.</p>"
    ) in page
    bib = visitor.get(f"/findings/{world.finding.name}/cite.bib")
    assert bib["Content-Type"] == "application/x-bibtex; charset=utf-8"
    assert f'filename="plumbline-finding-{world.finding.pk}.bib"' in bib["Content-Disposition"]
    fields = dict(re.findall(r"^  (\w+) = \{(.*)\},$", bib.content.decode(), re.MULTILINE))
    assert fields == {
        "author": "{Plumbline}", "title": f"{{{title}}}", "year": "2026", "month": "11",
        "version": f"Run {run}, method {method}", "howpublished": f"\\url{{{address}}}",
        "url": address, "urldate": "2026-11-23",
        "note": f"Data as of 2026-11-23, Run {run}, method {method}, accessed 2026-11-23",
    }  # fmt: skip
    csl = visitor.get(f"/findings/{world.finding.name}/cite.json")
    day = {"date-parts": [[2026, 11, 23]]}
    assert json.loads(csl.content) == [{
        "id": f"plumbline-finding-{world.finding.pk}", "type": "webpage", "title": title,
        "author": [{"literal": "Plumbline"}], "container-title": "Plumbline", "issued": day,
        "accessed": day, "version": f"Run {run}, method {method}", "URL": address,
    }]  # fmt: skip
    wrong = visitor.get(f"/findings/{world.finding.pk}-wrong/cite.bib")
    assert wrong["Location"] == f"/findings/{world.finding.name}/cite.bib"


def test_names_are_data_in_a_citation(visitor, world) -> None:
    world.finding.model.name = 'A_1 & {B} 50 % #2 \\x "~^$'
    world.finding.model.save()
    bib = visitor.get(f"/findings/{world.finding.name}/cite.bib").content.decode()
    assert (
        r"A\_1 \& \{B\} 50 \% \#2 \textbackslash{}x "
        r'"\textasciitilde{}\textasciicircum{}\$, Distributed'
    ) in bib
    assert bib.count("{") == bib.count("}")
    csl = json.loads(visitor.get(f"/findings/{world.finding.name}/cite.json").content)
    assert 'A_1 & {B} 50 % #2 \\x "~^$' in csl[0]["title"]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("a\nb", "a b"), ("}", r"\}"), ("\\}", r"\textbackslash{}\}"), ("100%", r"100\%"), ("é", "é")],
)
def test_bibtex_specials(text: str, escaped: str) -> None:
    assert bibtex_escaped(text) == escaped


def test_a_simulated_finding_is_cited_as_such(visitor, world) -> None:
    Finding.objects.update(is_simulated=True)
    for ending in ("bib", "json"):
        text = visitor.get(f"/findings/{world.finding.name}/cite.{ending}").content.decode()
        assert "SIMULATED: Finding" in text


def test_the_text_to_cite_that_scrolls_can_be_scrolled_with_the_keyboard(visitor, world) -> None:
    page = visitor.get(f"/findings/{world.finding.pk}-{world.finding.slug}/").content.decode()
    assert '<pre id="bibtex" tabindex="0">' in page
