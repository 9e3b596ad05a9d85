"""What a finding's page tells of its reports, and that the API says the very same numbers."""

from __future__ import annotations

from typing import Any

import pytest

from backend.findings.models import Finding
from tests.explorer.test_evidence import PLACE, RATE, page_of
from tests.factories import make_finding, make_reply
from tests.pages import Numbers, at, in_words

pytestmark = pytest.mark.django_db
INSTRUMENT = {
    "totals": {"event": 20, "before": 11, "others": 13, "others_before": None},
    "parts": {
        "extension": [
            {"value": "0.9", "event": None, "before": 5, "others": None, "others_before": None},
            {"value": "1.0", "event": 12, "before": 6, "others": 13, "others_before": None},
            {"value": "", "event": 8, "before": None, "others": None, "others_before": None},
        ],
        "site": [{"value": "chatgpt", "event": 20, "before": 11, "others": 13, "others_before": None}],
        "redaction": [{"value": "?", "event": 20, "before": 11, "others": 13, "others_before": None}],
    },
}  # fmt: skip
SYMPTOMS = {"wrong_answer": 20, "refusal": 6, "shallow_answer": 15, "evasive_answer": 17}


@pytest.fixture
def told(world) -> Finding:
    """A finding about which everything is known that can be."""
    finding: Finding = world.finding
    finding.n_contributors, finding.n_reports = 20, 1234
    finding.symptoms, finding.instrument = SYMPTOMS, INSTRUMENT
    finding.terms = ["gradient", "shard"]
    finding.evidence = {
        "observed": 12, "uncapped": 14, "expected": 2.5, "is_reported": True, "instruments": [],
        "rate": RATE | {"has_past": True, "n_before": 500, "share_before": 0.11}, "place": PLACE,
    }  # fmt: skip
    finding.peak |= {"ror": 5.25, "ror_low": 2.5, "ror_high": 11.0, "ebgm": 3.4, "eb05": 2.1}
    finding.save()
    return finding


def body_of(visitor, finding: Finding) -> dict[str, Any]:
    """The API's answer, with the windows that it has at an address of their own."""
    body = visitor.get(f"/api/v1/findings/{finding.pk}/").json()
    windows = visitor.get(f"/api/v1/findings/{finding.pk}/windows/").json()["results"]
    return body | {"windows": windows}


PLACES = {
    "counts": [f"/{name}" for name in ("n_contributors", "n_reports", "breakdown_number")],
    "peak": [f"/peak/{name}" for name in ("observed", "expected", "ic", "ic_low", "ic_strict", "prr",
                                          "ror", "ror_low", "ror_high", "ebgm", "eb05")],
    # `share_model` is missing: four ratings stand behind it.
    "rate": [f"/evidence/rate/{name}" for name in ("share", "share_low", "share_high", "n_ratings",
                                                   "share_before", "n_before", "share_domain",
                                                   "n_domain")],
    "place": ["/evidence/place/observed", "/evidence/place/expected"],
    "windows": ["/windows/0/expected", "/windows/3/expected",
                *(f"/windows/{place}/{name}" for place in (1, 2, 4)
                  for name in ("observed", "expected", "ic", "ic_strict"))],
    "symptoms": [f"/symptoms/{place}/n_contributors" for place in (0, 2, 3)],
    "instrument": [*(f"/instrument/totals/{group}" for group in ("event", "before", "others")),
                   "/instrument/parts/extension/0/before", "/instrument/parts/extension/2/event",
                   *(f"/instrument/parts/{part}/{row}/{group}"
                     for part, row in (("extension", 1), ("site", 0), ("redaction", 0))
                     for group in ("event", "before", "others"))],
}  # fmt: skip
"""Every number of a finding's page, as its place in the API's answer."""


def test_these_are_all_the_numbers_of_the_page(visitor, told) -> None:
    page = visitor.get(f"/findings/{told.name}/").content.decode()
    assert set(Numbers(page).found) == {place for part in PLACES.values() for place in part}


@pytest.mark.parametrize("part", PLACES)
def test_the_page_and_the_api_say_the_same_numbers(visitor, told, part: str) -> None:
    page = visitor.get(f"/findings/{told.name}/").content.decode()
    found, body = Numbers(page).found, body_of(visitor, told)
    listed = visitor.get("/api/v1/findings/").json()["results"][0]
    for place in PLACES[part]:
        value, words = found[place]
        assert str(at(body, place)) == value, place
        assert in_words(at(body, place), words), place
        if part != "windows":
            assert at(listed, place) == at(body, place)


def test_both_doors_say_the_same_words(visitor, told, settings) -> None:
    make_reply(told)
    page, body = page_of(visitor, told), visitor.get(f"/api/v1/findings/{told.pk}/").json()
    assert body["slug"] == told.slug
    assert body["address"] == f"{settings.PUBLIC_URL}/findings/{told.name}/"
    assert body["terms"] == ["gradient", "shard"]
    assert ">gradient, shard</span></p>" in page
    assert body["replies"][0]["text"] in page
    assert body["reason"] in page
    listed = visitor.get("/api/v1/findings/").json()["results"][0]
    assert listed == {name: body[name] for name in listed}


def test_silent_and_stated_symptoms_stand_apart(visitor, told) -> None:
    page = page_of(visitor, told)
    silent = page[page.index("<h3>Silent: ") : page.index("<h3>Stated: ")]
    assert "<li>Wrong answer: 20 contributors</li>" in silent
    assert "<li>Shallow answer: 15 contributors</li>" in silent
    assert "Refusal" not in silent
    assert "<li>Refusal: 6 contributors</li>" in page[page.index("<h3>Stated: ") :]


def test_a_symptom_that_all_but_a_few_named_has_no_number(visitor, told) -> None:
    # 17 of 20: the three who did not name it could be counted.
    assert "<li>Evasive answer: nearly all contributors, all but fewer than 5</li>" in (
        page_of(visitor, told)
    )
    rows = visitor.get(f"/api/v1/findings/{told.pk}/").json()["symptoms"]
    assert rows == [
        {"symptom": "wrong_answer", "n_contributors": 20},
        {"symptom": "evasive_answer", "n_contributors": None},
        {"symptom": "shallow_answer", "n_contributors": 15},
        {"symptom": "refusal", "n_contributors": 6},
    ]


def test_no_symptom_of_fewer_than_five_is_named(visitor, told) -> None:
    told.symptoms = {"wrong_answer": 4}
    told.save()
    assert "No symptom was named by five contributors or more." in page_of(visitor, told)
    assert visitor.get(f"/api/v1/findings/{told.pk}/").json()["symptoms"] == []


@pytest.mark.parametrize(
    ("evidence", "verdict", "words"),
    [({"is_reported": True, "instruments": []}, "stands", "it stands out all the same"),
     ({"is_reported": True, "instruments": ["versions of the extension"]}, "explained",
      "The instrument explains it"),
     ({"is_reported": False, "instruments": []}, "not_checked", "was not judged"),
     ({}, "not_checked", "was not judged")],
)  # fmt: skip
def test_the_instrument_has_its_verdict(visitor, told, evidence, verdict, words) -> None:
    told.evidence = evidence
    told.save()
    assert words in page_of(visitor, told)
    found = visitor.get(f"/api/v1/findings/{told.pk}/").json()["instrument"]
    assert (found["verdict"], found["explained_by"]) == (verdict, evidence.get("instruments", []))


def test_a_stored_count_below_five_would_not_be_shown_either(visitor, told) -> None:
    told.instrument["parts"]["site"][0]["event"] = 4
    told.instrument["totals"]["event"] = 3
    told.save()
    assert "Where the reports come from is not told" in page_of(visitor, told)
    found = visitor.get(f"/api/v1/findings/{told.pk}/").json()["instrument"]
    assert found["totals"]["event"] is None
    assert found["parts"]["site"][0]["event"] is None


def test_the_sibling_of_the_other_kind_is_linked_and_a_held_one_is_not(visitor, told) -> None:
    held = make_finding(run=told.run, symptom_kind="stated", is_published=False)
    assert "finding of their own" not in page_of(visitor, told)
    Finding.objects.filter(pk=held.pk).update(is_published=True)
    assert f'<a href="/findings/{held.name}/">finding {held.pk}</a> (reported)' in (
        page_of(visitor, told)
    )
    assert f'<a href="/findings/{told.name}/">finding {told.pk}</a> (reported)' in (
        page_of(visitor, Finding.objects.get(pk=held.pk))
    )


def test_the_page_of_everything_takes_at_most_twelve_queries(
    visitor, told, django_assert_max_num_queries
) -> None:
    heir = make_finding(run=told.run)
    for merged_into in (None, heir):
        Finding.objects.filter(pk=told.pk).update(merged_into=merged_into)
        with django_assert_max_num_queries(12):
            visitor.get(f"/findings/{told.name}/")
