"""Feeds: one entry for each step, under ids that stay, as feed readers read them."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlsplit

import feedparser
import pytest

from backend.explorer.feeds import ENTRIES
from backend.findings.models import FindingEvent
from backend.findings.services import finding_hold, finding_publish
from tests.factories import make_finding, make_run
from tests.findings.test_told import step

pytestmark = pytest.mark.usefixtures("catalogue")
ATOM, JSON = "/feeds/findings.atom", "/feeds/findings.json"


def entries(visitor, address: str) -> list[Any]:
    answer = visitor.get(address)
    assert answer.status_code == 200, answer.content
    parsed = feedparser.parse(answer.content)
    assert not parsed.bozo, parsed.get("bozo_exception")
    assert parsed.version == "atom10"
    return parsed.entries


def test_both_forms_tell_the_same_steps_in_the_same_words(visitor) -> None:
    finding = make_finding(run=make_run(), reason='<b>12 & "more"</b> contributors.')
    event = step(finding, "corroborated")
    atom = entries(visitor, ATOM)
    feed = json.loads(visitor.get(JSON).content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["_plumbline"]["event"]["step"] for item in feed["items"]] == [
        "moved_up", "nominated",
    ]  # fmt: skip
    assert [
        (e.id, e.link, e.title, e.published, e.updated, [t.term for t in e.tags]) for e in atom
    ] == [
        (i["id"], i["url"], i["title"], i["date_published"], i["date_modified"], i["tags"])
        for i in feed["items"]
    ]
    assert atom[0].id == f"tag:127.0.0.1,2026:event-{event.pk}"
    name = f"{finding.pk}-gpt-4-0613-distributed-training-silent"
    assert atom[0].link == f"http://127.0.0.1:8000/findings/{name}/#event-{event.pk}"
    text = '<b>12 & "more"</b> contributors. Reports of this model'
    assert feed["items"][1]["content_text"].startswith(text)
    assert "&lt;b&gt;12 &amp;" in visitor.get(ATOM).content.decode()


def test_what_looks_like_a_tag_is_read_as_it_was_written(visitor) -> None:
    make_finding(run=make_run(), reason='<b>12 & "more"</b> contributors.')
    (entry,) = entries(visitor, ATOM)
    assert entry.summary_detail.type == "text/plain"
    assert entry.summary.startswith('<b>12 & "more"</b> contributors. Reports of this model')


def test_a_feed_names_its_author_as_atom_demands(visitor) -> None:
    assert feedparser.parse(visitor.get(ATOM).content).feed.author == "Plumbline"
    assert json.loads(visitor.get(JSON).content)["authors"] == [{"name": "Plumbline"}]


def test_a_first_step_is_told_alike_in_the_feed_and_in_the_log_of_the_page(visitor) -> None:
    finding = make_finding(run=make_run(), state="resolved")
    FindingEvent.objects.update(to_state="resolved")
    (entry,) = entries(visitor, ATOM)
    assert entry.title.endswith(": first seen as “resolved”")
    page = visitor.get(urlsplit(entry.link).path).content.decode()
    line = page.partition(f'id="event-{finding.events.get().pk}"')[2].partition("</li>")[0]
    assert "first seen as “resolved”. " in line


def test_the_link_of_an_entry_leads_to_its_line_on_the_page(visitor) -> None:
    make_finding(run=make_run())
    (entry,) = entries(visitor, ATOM)
    address = urlsplit(entry.link)
    page = visitor.get(address.path).content.decode()
    assert f'id="{address.fragment}"' in page


def test_an_entry_stays_what_it_was_when_numbers_change(visitor) -> None:
    finding = make_finding(run=make_run())
    before = visitor.get(ATOM).content
    finding.n_contributors = 99
    finding.save()
    assert visitor.get(ATOM).content == before
    item = json.loads(visitor.get(JSON).content)["items"][0]
    assert item["_plumbline"]["event"]["finding"]["n_contributors"] == 99


def test_feeds_of_a_vendor_a_model_and_a_domain_hold_what_is_theirs(visitor) -> None:
    run = make_run()
    make_finding(run=run)
    make_finding(run=run, model_id="demo-brook-deep", domain_id="law", is_simulated=True)
    sizes = {
        about: len(entries(visitor, f"/feeds/{about}.atom"))
        for about in ("vendor/openai", "vendor/google", "model/gpt-4-0613", "domain/law",
                      "domain/distributed-training", "model/gpt-4-0314")
    }  # fmt: skip
    assert sizes == {
        "vendor/openai": 1, "vendor/google": 0, "model/gpt-4-0613": 1, "domain/law": 1,
        "domain/distributed-training": 1, "model/gpt-4-0314": 0,
    }  # fmt: skip
    (entry,) = entries(visitor, "/feeds/domain/law.atom")
    assert entry.title.startswith("SIMULATED: ")
    assert "SIMULATED" in [tag.term for tag in entry.tags]


@pytest.mark.parametrize(
    "address",
    ["/feeds/vendor/nobody.atom", "/feeds/site/chatgpt.atom", "/feeds/findings.rss",
     "/feeds/findings.atom?before=x", "/feeds/findings.atom?before=-1",
     "/feeds/findings.atom?before=9999999999999999999"],
)  # fmt: skip
def test_there_is_no_other_feed(visitor, address: str) -> None:
    assert visitor.get(address).status_code == 404


def test_what_a_moderator_holds_is_in_no_feed(visitor) -> None:
    finding = make_finding(run=make_run(), is_published=False)
    step(finding, "corroborated", reason="canary")
    assert b"canary" not in visitor.get(JSON).content
    finding_publish(finding_id=finding.pk, moderator="m", reason="Fine.")
    assert [entry.title.rpartition(": ")[2] for entry in entries(visitor, ATOM)] == [
        "made public as “corroborated”"
    ]
    finding_hold(finding_id=finding.pk, moderator="m", reason="Not fine.")
    assert entries(visitor, ATOM) == []


def test_pages_of_a_long_feed_follow_each_other(visitor) -> None:
    finding = make_finding(run=make_run())
    made = [step(finding, state).pk for state in ("corroborated", "reported") * 30]
    seen, address, n_pages = [], JSON, 0
    while address:
        feed = json.loads(visitor.get(address).content)
        assert len(feed["items"]) <= ENTRIES
        seen += [item["_plumbline"]["event"]["id"] for item in feed["items"]]
        address = feed.get("next_url", "").removeprefix("http://127.0.0.1:8000")
        n_pages += 1
    assert (n_pages, len(seen)) == (2, 61)
    assert seen[:60] == made[::-1]
    first = feedparser.parse(visitor.get(ATOM).content)
    links = {link.rel: link.href for link in first.feed.links}
    older = entries(visitor, links["next"].removeprefix("http://127.0.0.1:8000"))
    assert older[0].id == f"tag:127.0.0.1,2026:event-{made[9]}"


def test_whoever_has_the_present_feed_is_told_so_for_little(
    visitor, django_assert_num_queries
) -> None:
    finding = make_finding(run=make_run())
    for address in (ATOM, JSON):
        first = visitor.get(address)
        with django_assert_num_queries(3):
            again = visitor.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        since = visitor.get(address, headers={"If-Modified-Since": first["Last-Modified"]})
        assert since.status_code == 304
    step(finding, "corroborated")
    assert visitor.get(ATOM, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_pages_name_the_feeds(visitor) -> None:
    page = visitor.get("/findings/").content.decode()
    assert (
        f'<link rel="alternate" type="application/atom+xml" title="Plumbline findings" href="{ATOM}">'
        in page
    )
    assert f'type="application/feed+json" title="Plumbline findings" href="{JSON}">' in page


@pytest.mark.parametrize(
    ("address", "about", "name"),
    [("/vendors/openai/", "vendor/openai", "OpenAI"),
     ("/models/gpt-4-0613/", "model/gpt-4-0613", "GPT-4 (June 2023)"),
     ("/domains/law/", "domain/law", "Law")],
)  # fmt: skip
def test_a_page_names_its_own_feeds_in_both_forms(visitor, address, about, name) -> None:
    page = visitor.get(address).content.decode()
    found = re.findall(
        r'<link rel="alternate" type="application/(\S+)" title="([^"]*)" href="([^"]*)">', page
    )
    assert found == [
        ("atom+xml", f"Plumbline findings: {name}", f"/feeds/{about}.atom"),
        ("feed+json", f"Plumbline findings: {name}", f"/feeds/{about}.json"),
    ]
    for _, title, feed in found:
        answer = visitor.get(feed)
        assert (answer.status_code, title in answer.content.decode()) == (200, True)


def test_a_feed_is_of_bounded_size_and_takes_few_queries(
    visitor, django_assert_num_queries
) -> None:
    finding = make_finding(run=make_run())
    for _ in range(60):
        step(finding, "corroborated", reason="w" * 300)
    with django_assert_num_queries(4):
        answer = visitor.get(ATOM)
    assert len(answer.content) < 100_000
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert visitor.get(JSON)["Content-Type"] == "application/feed+json; charset=utf-8"
