"""Ratings of answers drawn at random: stored once, and counted only if one sender cannot multiply them."""

from __future__ import annotations

import gc
from datetime import date

import pytest

from backend.common import throttles
from backend.measurements import selectors
from backend.measurements.models import Rating, RatingSender
from backend.measurements.services import expired_erase, rating_submit
from tests.payloads import make_rating_payload

URL = "/api/v1/ratings/"
pytestmark = pytest.mark.usefixtures("catalogue", "clock")


HERE = "127.0.0.1"
"""On the machine itself everybody counts."""


def send(client, **overrides):
    network = overrides.pop("network", "203.0.113.7")
    payload = make_rating_payload(**overrides)
    return client.post(URL, payload, content_type="application/json", REMOTE_ADDR=network)


def is_counted(**overrides) -> bool:
    stored = rating_submit(payload=make_rating_payload(**overrides))
    return Rating.objects.get(pk=stored.id).is_counted


def test_a_rating_is_stored_without_whose_it_is(visitor) -> None:
    sent = send(visitor, contributor_tag="feedfacefeedface", network=HERE)
    assert sent.status_code == 201
    rating = Rating.objects.get()
    assert (rating.provenance, rating.collection) == ("rating", "ratings")
    assert (rating.site_id, rating.model_id) == ("chatgpt", "gpt-4-0613")
    assert (rating.domain_id, rating.rated_on) == ("distributed-training", date(2026, 11, 20))
    assert (rating.verdict, rating.is_bad, rating.is_counted) == ("not_fine", True, True)
    assert (rating.sampling_probability, rating.client) == (0.02, "chatgpt/0.1.0")
    assert "feedface" not in str(Rating.objects.values())
    assert RatingSender.objects.get().contributor_tag == "feedfacefeedface"


@pytest.mark.parametrize(
    ("verdict", "is_bad"), [("fine", False), ("not_fine", True), ("cannot_tell", None)]
)
def test_who_cannot_tell_says_neither(visitor, verdict, is_bad) -> None:
    send(visitor, verdict=verdict, network=HERE)
    assert Rating.objects.get().is_bad is is_bad
    sampled = list(selectors.ratings_sampled_for_analysis(as_of=date(2026, 11, 23)))
    assert len(sampled) == (0 if is_bad is None else 1)


def test_a_persons_rating_of_an_invented_model_is_not_what_real_ones_are_compared_with() -> None:
    rating_submit(payload=make_rating_payload())
    rating_submit(
        payload=make_rating_payload(site="demo-aster-chat", model_label="Aster Large (fictional)")
    )
    assert set(Rating.objects.values_list("model_id", flat=True)) == {
        "gpt-4-0613",
        "demo-aster-large",
    }
    sampled = selectors.ratings_sampled_for_analysis(as_of=date(2026, 11, 23))
    assert [row[3] for row in sampled] == ["gpt-4-0613"]


def test_the_same_rating_sent_twice_is_stored_once(visitor) -> None:
    payload = make_rating_payload()
    answers = [visitor.post(URL, payload, content_type="application/json") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert Rating.objects.count() == 1


def test_another_rating_with_the_same_id_is_refused(visitor) -> None:
    payload = make_rating_payload()
    visitor.post(URL, payload, content_type="application/json")
    response = visitor.post(URL, payload | {"verdict": "fine"}, content_type="application/json")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "rating_id_conflict")
    assert Rating.objects.get().verdict == "not_fine"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"site": "nowhere"}, "site"),
        ({"domain": "nothing"}, "domain"),
        ({"domain": "frontier-ml"}, "domain"),
        ({"rated_on": "2026-02-30"}, "rated_on"),
        ({"rated_on": "2026-11-25"}, "rated_on"),
        ({"rated_on": "2022-11-29"}, "rated_on"),
    ],
)
def test_what_breaks_a_rule_is_named_and_not_stored(visitor, change, field) -> None:
    error = send(visitor, **change)
    assert error.status_code == 400
    assert error.json()["error"]["code"] == "rating_rule_broken"
    assert list(error.json()["error"]["fields"]) == [field]
    assert (Rating.objects.count(), RatingSender.objects.count()) == (0, 0)


@pytest.mark.parametrize("day", ["2026-11-24", "2022-11-30"])
def test_the_first_and_the_last_day_are_accepted(visitor, day) -> None:
    assert send(visitor, rated_on=day).status_code == 201


def test_a_label_with_control_characters_is_refused(visitor) -> None:
    response = send(visitor, model_label="gpt\x00")
    assert response.json()["error"]["code"] == "text_unclean"
    assert Rating.objects.count() == 0


def test_a_label_that_nobody_knows_is_kept_without_a_model_and_redacted(visitor) -> None:
    send(visitor, model_label="house model of jane.miller@example.org")
    rating = Rating.objects.get()
    assert rating.model_id is None
    assert rating.model_label == "house model of [EMAIL_1]"


@pytest.mark.parametrize(("day", "counts"), [("2026-10-26", True), ("2026-10-25", False)])
def test_a_day_more_than_28_days_back_is_stored_and_not_counted(day, counts) -> None:
    assert is_counted(rated_on=day) is counts
    assert Rating.objects.count() == 1


def test_the_unlinked_and_those_of_another_vendors_site_are_not_counted() -> None:
    assert is_counted()
    assert not is_counted(is_linked=False)
    assert not is_counted(site="perplexity")
    assert is_counted(site="perplexity", model_label=None)


def test_a_contributor_counts_once_a_day() -> None:
    tag = {"contributor_tag": "feedfacefeedface"}
    assert is_counted(**tag)
    assert not is_counted(**tag, domain="law")
    assert is_counted(**tag, domain="law", rated_on="2026-11-21")
    assert is_counted()
    assert Rating.objects.count() == 4


def test_a_contributor_counts_once_for_a_model_and_subject() -> None:
    tag = {"contributor_tag": "feedfacefeedface"}
    assert is_counted(**tag, rated_on="2026-11-10")
    assert not is_counted(**tag, rated_on="2026-11-11")
    assert not is_counted(**tag, rated_on="2026-11-12", verdict="fine")
    assert is_counted(**tag, rated_on="2026-11-13", model_label="gpt-4o-mini")
    assert is_counted(**tag, rated_on="2026-11-14", domain="law")
    # One that did not count has taken nothing, and another contributor's is their own.
    assert is_counted(**tag, rated_on="2026-11-11", domain="history")
    assert is_counted(rated_on="2026-11-11")


def test_what_says_nothing_of_a_model_and_subject_takes_no_place() -> None:
    tag = {"contributor_tag": "feedfacefeedface"}
    assert is_counted(**tag, rated_on="2026-11-10", verdict="cannot_tell")
    assert is_counted(**tag, rated_on="2026-11-11")
    assert is_counted(**tag, rated_on="2026-11-12", verdict="cannot_tell")
    assert is_counted(**tag, rated_on="2026-11-13", domain=None)
    assert is_counted(**tag, rated_on="2026-11-14", domain=None)


def test_the_address_is_kept_nowhere(visitor, caplog, capsys) -> None:
    send(visitor, network="203.0.113.77")
    gc.collect()
    printed = capsys.readouterr()
    kept = [bytes(one.counts._memory) for one in (throttles.submissions, throttles.installs)]
    rows = [*Rating.objects.values(), *RatingSender.objects.values()]
    for text in (str(kept), str(rows), caplog.text, printed.out, printed.err):
        assert "203.0.113" not in text


def test_the_tag_goes_when_its_epoch_is_over_and_the_rating_stays_counted(clock) -> None:
    payload = make_rating_payload()
    rating_submit(payload=payload)
    clock.move_to("2027-02-15T00:00:00Z", tick=False)  # 84 days after 2026-11-23
    assert expired_erase() == (0, 0)
    clock.move_to("2027-02-16T00:00:00Z", tick=False)
    assert expired_erase() == (1, 0)
    assert expired_erase() == (0, 0)
    assert RatingSender.objects.count() == 0
    assert Rating.objects.get().is_counted


def test_the_analysis_gets_the_probability_of_each_rating_that_counts() -> None:
    one, other = "1" * 16, "2" * 16
    rating_submit(payload=make_rating_payload(sampling_probability=0.02, contributor_tag=one))
    rating_submit(
        payload=make_rating_payload(
            sampling_probability=0.01, verdict="fine", model_label=None, contributor_tag=other
        )
    )
    rating_submit(payload=make_rating_payload(is_linked=False))
    rating_submit(payload=make_rating_payload(rated_on="2026-11-22"))
    rows = list(selectors.ratings_sampled_for_analysis(as_of=date(2026, 11, 21)))
    cell = (date(2026, 11, 20), "chatgpt", "openai")
    assert sorted(rows, key=lambda row: row[7]) == [
        (*cell, None, None, "distributed-training", False, 0.01, "rating", other),
        (*cell, "gpt-4-0613", "openai", "distributed-training", True, 0.02, "rating", one),
    ]
    weights = [1 / row[7] for row in rows]
    bad = sum(w for w, row in zip(weights, rows, strict=True) if row[6])
    assert bad / sum(weights) == pytest.approx(50 / 150)  # Hajek: 1/.02 of 1/.02 + 1/.01


def test_comparisons_without_weights_do_not_see_ratings_drawn_at_random() -> None:
    rating_submit(payload=make_rating_payload())
    assert list(selectors.ratings_for_analysis()) == []
