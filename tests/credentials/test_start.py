"""What a new install is given: its start for some work, and a stamp for each answered question."""

from __future__ import annotations

import gc

import pytest
from django.db import connection

from backend.common import throttles
from backend.credentials.models import SpentCredential
from tests.credentials.device import Device, ask, base64, refusal
from tests.digests import digests_kept
from tests.payloads import make_rating_payload

pytestmark = pytest.mark.django_db


def test_each_gets_a_challenge_of_its_own_that_nobody_keeps(device, settings) -> None:
    settings.PAGE_CACHE_SECONDS = 50
    answers = [device.client.get("/api/v1/credentials/challenge/") for _ in range(2)]
    assert answers[0].json()["parameters"]["nonce"] != answers[1].json()["parameters"]["nonce"]
    assert [answer["Cache-Control"] for answer in answers] == ["no-store"] * 2


def test_a_challenge_is_answered_once_and_for_one_install(device) -> None:
    question, body = device.start_request()
    first = device.post("credentials/start/", body)
    assert device.post("credentials/start/", body).json() == first.json(), "an answer may get lost"
    other = body | ask(question.key).asked
    assert refusal(device.post("credentials/start/", other)) == (409, "credential_spent")


def test_what_is_no_answer_to_a_challenge_of_ours_is_refused(device, clock) -> None:
    _, body = device.start_request()
    wrong, parameters = (400, "challenge_invalid"), body["challenge"]["parameters"]
    for change in (
        {"solution": body["solution"] | {"counter": body["solution"]["counter"] + 1}},
        {"solution": {}},
        {"challenge": {}},
        {"challenge": {"parameters": {}, "signature": "a"}},
        {"challenge": body["challenge"] | {"signature": "0" * 64}},
        {"challenge": body["challenge"] | {"parameters": parameters | {"cost": 1}}},
    ):
        assert refusal(device.post("credentials/start/", body | change)) == wrong
    clock.move_to("2026-11-23T13:00:01Z", tick=False)
    assert refusal(device.post("credentials/start/", body)) == wrong, "it was of an hour ago"


def test_a_start_is_signed_by_the_key_of_its_week_and_no_other(device, day) -> None:
    last_week = device.keys("start")[0]
    _, body = device.start_request(device.keys("renewal")[0])
    assert refusal(device.post("credentials/start/", body)) == (400, "credentials_unfit")
    day("2026-11-30")
    _, body = device.start_request(last_week)
    assert refusal(device.post("credentials/start/", body)) == (400, "signing_key_unknown")


def test_what_is_no_blinded_message_is_refused_and_spends_nothing(device, settings) -> None:
    """Neither the challenge nor one of the network's installs of the day."""
    settings.INSTALLS_PER_NETWORK = 1
    _, body = device.start_request()
    bad = body | {"blinded": base64(b"\xff" * 256)}
    assert refusal(device.post("credentials/start/", bad)) == (400, "credentials_unfit")
    assert device.post("credentials/start/", body).status_code == 200


def test_a_network_has_so_many_new_installs_a_day(settings, clock) -> None:
    settings.INSTALLS_PER_NETWORK = 2
    device = Device()
    bodies = [device.start_request()[1] for _ in range(3)]
    codes = [device.post("credentials/start/", body).status_code for body in bodies]
    assert codes == [200, 200, 429]
    assert device.post("credentials/start/", bodies[0]).status_code == 200, (
        "the same again is no other"
    )
    refused = device.post("credentials/start/", bodies[2])
    assert refusal(refused) == (429, "too_many_installs")
    assert refused["Retry-After"] == str(12 * 3600)
    assert Device("203.0.114.7").start()
    assert all(Device("127.0.0.1").start() for _ in range(3))
    clock.move_to("2026-11-24T00:00:00Z", tick=False)
    assert device.start()


def test_the_address_is_kept_nowhere(device, caplog, capsys) -> None:
    device.start()
    gc.collect()
    rows = [*SpentCredential.objects.values()]
    kept = [bytes(one.counts._memory) for one in (throttles.submissions, throttles.installs)]
    assert digests_kept(throttles.installs.counts)
    printed = capsys.readouterr()
    for text in (
        str(rows),
        str(kept),
        caplog.text,
        printed.out,
        printed.err,
        str(connection.queries),
    ):
        assert "203.0.113" not in text


def test_each_rating_is_worth_one_stamp(device) -> None:
    key = device.keys("rated")[0]
    payload = make_rating_payload()

    def stamped(question) -> str | None:
        header = {"Plumbline-Stamp": f"{question.key['id']}.{question.blinded}"}
        answer = device.post("ratings/", payload, **header)
        assert answer.status_code in (200, 201)
        return answer.json()["blind_signature"]

    question = ask(key)
    first = stamped(question)
    assert first is not None
    assert stamped(question) == first, "an answer may get lost"
    assert stamped(ask(key)) is None


@pytest.mark.parametrize("header", ["", "nothing", "0" * 64 + "." + "A" * 342])
def test_a_rating_is_stored_whatever_is_wrong_with_its_stamp(device, header) -> None:
    answer = device.post("ratings/", make_rating_payload(), **{"Plumbline-Stamp": header})
    assert (answer.status_code, answer.json()["blind_signature"]) == (201, None)


def test_a_stamp_is_of_the_key_for_ratings(device) -> None:
    question = ask(device.keys("renewal")[0])
    header = {"Plumbline-Stamp": f"{question.key['id']}.{question.blinded}"}
    answer = device.post("ratings/", make_rating_payload(), **header)
    assert (answer.status_code, answer.json()["blind_signature"]) == (201, None)
