"""The public list of reports: what it shows, filters, cursors, caching."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlsplit

import pytest

from backend.reports.services import reports_submit_many
from tests.factories import make_report
from tests.payloads import make_payload

URL = "/api/v1/reports/"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def ids(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def import_reports(number: int, **overrides) -> list[str]:
    payloads = [make_payload(**overrides) for _ in range(number)]
    reports_submit_many(payloads=payloads, provenance="import", collection="old-answers")
    return [payload["id"] for payload in payloads]


def test_only_what_is_public_is_listed(visitor) -> None:
    for state in ("pending", "quarantined", "rejected", "withdrawn", "embargoed"):
        report = make_report(state=state)
        assert visitor.get(f"{URL}{report.pk}/").status_code == 404
    shown = make_report(state="released")
    assert ids(visitor.get(URL)) == [str(shown.pk)]
    assert visitor.get(f"{URL}{shown.pk}/").json()["id"] == str(shown.pk)


def test_a_report_shows_exactly_these_fields(visitor) -> None:
    report = make_report(
        id="5f0c3a52-4b7e-4f6a-9d38-0c6f6b1f2a11", symptoms=["wrong_answer", "refusal"],
        prompt="Why?", response="Because.", comment="Hm.", provenance="simulated",
        collection="demo", redaction={"version": "1", "removed": {"EMAIL": 2}},
        expected="A plan.", severity=2, circumstances={"earlier_turns": 3, "tier": "paid"},
    )  # fmt: skip
    expected = {
        "id": "5f0c3a52-4b7e-4f6a-9d38-0c6f6b1f2a11",
        "simulated": True,
        "provenance": "simulated",
        "collection": "demo",
        "observed_on": "2026-11-20",
        "received_on": "2026-11-23",
        "public_from": "2026-11-23",
        "site": "chatgpt",
        "vendor": "openai",
        "model": "gpt-4-0613",
        "model_label": "gpt-4-0613",
        "model_label_source": "message_attribute",
        "domain": "distributed-training",
        "symptoms": ["refusal", "wrong_answer"],
        "kind": "stated",
        "prompt": "Why?",
        "response": "Because.",
        "comment": "Hm.",
        "expected": "A plan.",
        "severity": 2,
        "circumstances": {
            "turn_index": None,
            "earlier_turns": 3,
            "has_attachments": None,
            "has_tools": None,
            "notice": "",
            "tier": "paid",
            "effort": "",
        },
        "removed": {"EMAIL": 2},
        "redaction_version": report.redaction_version,
        "consent_version": "2026-11",
        "client": "chatgpt/0.1.0",
    }
    assert visitor.get(URL).json()["results"] == [expected]
    assert visitor.get(f"{URL}{report.pk}/").json() == expected


def test_filters_choose(visitor) -> None:
    medicine = make_report(
        site="claude", model_label="Nobody 7", domain=None, symptoms=["refusal"],
        observed_on="2026-10-01", prompt="How long do I bake sourdough bread?",
    )  # fmt: skip
    training = make_report(prompt="Where do gradients go at night?")
    for query, expected in [
        ("site=claude", medicine),
        ("model=gpt-4-0613", training),
        ("vendor=openai", training),
        ("domain=distributed-training", training),
        ("symptom=refusal", medicine),
        ("kind=stated", medicine),
        ("kind=silent", training),
        ("observed_from=2026-10-02", training),
        ("observed_to=2026-10-01", medicine),
        ("q=sourdough", medicine),
        ("q=baking breads", medicine),  # stemmed
        ('q="at night" -bread', training),
        ("site=chatgpt&kind=silent&q=gradient", training),
    ]:
        assert ids(visitor.get(f"{URL}?{query}")) == [str(expected.pk)], query
    assert ids(visitor.get(f"{URL}?q=nothing-of-the-kind")) == []


def test_a_model_of_another_vendor_has_no_reports_whatever_is_searched_for(visitor) -> None:
    report = make_report(prompt="Why does the restart fail?")
    assert report.model_id == "gpt-4-0613"
    for words in ("", "&q=restart", "&q=nothing-of-the-kind"):
        query = f"vendor=anthropic&model=gpt-4-0613{words}"
        assert ids(visitor.get(f"{URL}?{query}")) == []
        assert visitor.get(f"{URL}counts/?{query}").json()["n_reports"] == 0
        assert visitor.get(f"/reports/?{query}").status_code == 200


def test_a_family_of_domains_means_all_its_leaves(visitor) -> None:
    from backend.catalogue.selectors import leaf_by_slug

    report = make_report()
    family = leaf_by_slug("distributed-training").parent_id
    other = next(
        slug
        for slug in visitor.get("/api/v1/catalogue/").json()["domains"]
        if slug["kind"] == "family" and slug["slug"] != family
    )
    assert ids(visitor.get(f"{URL}?domain={family}")) == [str(report.pk)]
    assert ids(visitor.get(f"{URL}?domain={other['slug']}")) == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("site=", "site"),
        ("site=no+where", "site"),
        ("symptom=" + "x" * 61, "symptom"),
        ("kind=loud", "kind"),
        ("observed_from=yesterday", "observed_from"),
        ("observed_from=2026-02-30", "observed_from"),
        ("observed_from=2026-2-3", "observed_from"),
        ("observed_from=+2026-02-03", "observed_from"),
        ("observed_to=11/23/2026", "observed_to"),
        ("observed_to=20261123", "observed_to"),
        ("q=", "q"),
        ("q=++", "q"),
        ("q=%00", "q"),
        ("site=%00", "site"),
        ("q=" + "x" * 201, "q"),
        ("site=chatgpt&site=claude", "site"),
        ("sites=chatgpt", "query"),
        ("page_size=0", "page_size"),
        ("page_size=101", "page_size"),
        ("page_size=%C2%B2", "page_size"),
        ("cursor=", "cursor"),
        ("cursor=%F0%9F%92%A9", "cursor"),
        ("cursor=" + "W" * 501, "cursor"),
    ],
)
def test_a_filter_that_is_not_understood_is_an_error(visitor, query, field) -> None:
    make_report()
    response = visitor.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == [field]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("site=nowhere", "site"),
        ("model=nowhere", "model"),
        ("vendor=nowhere", "vendor"),
        ("domain=nowhere", "domain"),
        ("domain_counted=nowhere", "domain_counted"),
        ("symptom=nowhere", "symptom"),
        ("observed_from=2026-11-02&observed_to=2026-11-01", "observed_to"),
        ("cursor=nonsense", "cursor"),
    ],
)
def test_what_the_document_allows_and_is_not_here_is_told_apart(visitor, query, field) -> None:
    make_report()
    response = visitor.get(f"{URL}?{query}")
    assert response.status_code == 404
    assert list(response.json()["error"]["fields"]) == [field]
    also_invalid = visitor.get(f"{URL}?{query}&colour=red")
    assert also_invalid.status_code == 400


@pytest.mark.parametrize(
    "keys",
    [
        ["n", "2026-11-20"],
        ["n", "2026-11-20", "not-a-uuid"],
        ["n", "2026-02-30", "5f0c3a52-4b7e-4f6a-9d38-0c6f6b1f2a11"],
        ["x", "2026-11-20", "5f0c3a52-4b7e-4f6a-9d38-0c6f6b1f2a11"],
        ["n", None, None],
        ["n", {}, []],
        ["n", "2026-11-20\x00", "5f0c3a52-4b7e-4f6a-9d38-0c6f6b1f2a11"],
        {"n": 1},
        7,
    ],
)
def test_a_forged_cursor_is_refused(visitor, keys) -> None:
    token = base64.urlsafe_b64encode(json.dumps(keys).encode()).decode().rstrip("=")
    response = visitor.get(f"{URL}?cursor={token}")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "cursor_unknown")


def test_pages_follow_each_other_and_lead_back(visitor) -> None:
    days = {"2026-11-01": 2, "2026-11-02": 7, "2026-11-03": 1}
    everything = [
        report_id
        for day, number in sorted(days.items(), reverse=True)
        for report_id in sorted(import_reports(number, observed_on=day), reverse=True)
    ]
    forward: list[list[str]] = []
    page = visitor.get(f"{URL}?page_size=4&site=chatgpt")
    assert page.json()["previous"] is None
    while True:
        forward.append(ids(page))
        following = page.json()["next"]
        if following is None:
            break
        assert "site=chatgpt" in following
        page = visitor.get("?".join(urlsplit(following)[2:4]))
    assert forward == [everything[:4], everything[4:8], everything[8:]]
    back = visitor.get("?".join(urlsplit(page.json()["previous"])[2:4]))
    assert ids(back) == everything[4:8]
    first = visitor.get("?".join(urlsplit(back.json()["previous"])[2:4]))
    assert ids(first) == everything[:4]
    assert first.json()["previous"] is None
    assert first.json()["next"] is not None


def test_a_page_that_is_exactly_full_has_no_next(visitor) -> None:
    import_reports(4)
    assert visitor.get(f"{URL}?page_size=4").json()["next"] is None


def test_a_list_costs_the_same_number_of_queries_however_long_it_is(
    visitor, django_assert_num_queries
) -> None:
    import_reports(30)
    with django_assert_num_queries(1):
        assert len(ids(visitor.get(URL))) == 30


def test_a_cache_asks_each_time_and_hears_when_nothing_changed(visitor) -> None:
    make_report()
    response = visitor.get(URL)
    assert response["Cache-Control"] == "public, no-cache"
    again = visitor.get(URL, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_report()
    assert visitor.get(URL, headers={"If-None-Match": response["ETag"]}).status_code == 200


def test_the_catalogue_lists_everything_and_marks_what_is_fictional(visitor) -> None:
    catalogue = visitor.get("/api/v1/catalogue/").json()
    assert sorted(catalogue) == ["domains", "models", "sites", "symptoms", "vendors"]
    vendors = {vendor["slug"]: vendor["fictional"] for vendor in catalogue["vendors"]}
    assert (vendors["openai"], vendors["demo-aster"]) == (False, True)
    assert {"slug": "refusal", "kind": "stated", "severity": 2}.items() <= next(
        symptom for symptom in catalogue["symptoms"] if symptom["slug"] == "refusal"
    ).items()
    assert "examples" not in catalogue["domains"][0]
