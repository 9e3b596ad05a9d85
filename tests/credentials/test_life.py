"""From a new install to a contributor who counts, over the API as a device uses it."""

from __future__ import annotations

import gc
import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from backend.common import throttles
from backend.credentials import keyring
from backend.credentials.api import KeySerializer
from backend.credentials.models import SigningKey, SpentCredential
from backend.credentials.periods import epoch_of, first_day
from backend.credentials.services import _digest, keys_renew
from backend.measurements.models import ExposureBatch, Rating
from backend.reports.models import Receipt
from tests.credentials.device import Device, ask, base64, bytes_of, stranger_tag
from tests.digests import digests_kept
from tests.payloads import make_exposure_payload, make_payload, make_rating_payload

pytestmark = pytest.mark.django_db
FIRST, SECOND = 371, 372


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def day(clock):
    """Moves to noon of a day, when the worker has been there."""

    def move(to: str) -> None:
        clock.move_to(f"{to}T12:00:00Z", tick=False)
        keys_renew()

    return move


@pytest.fixture
def ready(device, day) -> list[dict[str, str]]:
    """What makes a device established: on Sunday 13 December, two weeks after its first week."""
    shown = [device.start()] + [device.rate(rated_on=f"2026-11-{n}") for n in range(16, 21)]
    day("2026-12-13")
    return shown


def is_counted(device: Device, *, signature: str | None = None, **overrides: Any) -> bool:
    headers = {"Plumbline-Credential": signature} if signature else {}
    payload = make_payload(**overrides)
    assert device.post("reports/", payload, **headers).status_code == 201
    return Receipt.objects.get(pk=payload["id"]).is_counted


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_an_established_install_counts_and_nobody_else_does(device, ready) -> None:
    device.establish(ready, epoch=FIRST)
    mine = {"signature": device.signatures["chatgpt", FIRST], "observed_on": "2026-12-10"}
    tag = device.tag("chatgpt", FIRST)
    assert is_counted(device, contributor_tag=tag, **mine)
    assert is_counted(device, contributor_tag=tag, **mine), (
        "as often as it likes, as one contributor"
    )
    assert not is_counted(device, contributor_tag=stranger_tag(), **mine), "an invented tag"
    assert not is_counted(device, contributor_tag=device.tag("claude", FIRST), **mine)
    assert not is_counted(device, contributor_tag=tag, observed_on="2026-12-10"), "no signature"
    other = mine | {"signature": device.signatures["claude", FIRST]}
    assert not is_counted(device, contributor_tag=tag, **other), "another site's"
    assert not is_counted(device, contributor_tag=tag, **(mine | {"signature": "none at all"}))
    assert not is_counted(device, contributor_tag=tag, is_linked=False, **mine)


def test_ratings_and_exposures_count_by_the_same_signature(device, ready) -> None:
    device.establish(ready, epoch=FIRST)
    signed = {"Plumbline-Credential": device.signatures["chatgpt", FIRST]}
    tag = device.tag("chatgpt", FIRST)
    for who, headers in ((tag, signed), (stranger_tag(), signed), (stranger_tag(), {})):
        rating = make_rating_payload(contributor_tag=who, rated_on="2026-12-10")
        week = make_exposure_payload(contributor_tag=who, iso_week="2026-W49")
        assert device.post("ratings/", rating, **headers).status_code == 201
        assert device.post("exposures/", week, **headers).status_code == 201
        counted = Rating.objects.get(pk=rating["id"]), ExposureBatch.objects.get(pk=week["id"])
        assert [row.is_counted for row in counted] == [who == tag] * 2


def test_of_one_network_so_many_count_for_a_model_and_day(device, ready, settings, clock) -> None:
    """Patient installs add up: three a day are a thousand in a year."""
    settings.CONTRIBUTORS_PER_NETWORK = 1
    device.establish(ready, epoch=FIRST)
    tag = device.tag("chatgpt", FIRST)
    keys = {key["site"]: key for key in device.keys("contributor")}
    neighbour = ask(keys["chatgpt"], tag="b" * 16)
    key = SigningKey.objects.get(pk=keys["chatgpt"]["id"])
    signed = neighbour.finish(base64(keyring.blind_sign(key, bytes_of(neighbour.blinded))))
    first = {"signature": device.signatures["chatgpt", FIRST], "contributor_tag": tag}
    second = {"signature": signed, "contributor_tag": "b" * 16}
    day = {"observed_on": "2026-12-10"}
    assert not is_counted(device, contributor_tag=stranger_tag(), **day), "takes no place"
    assert [is_counted(device, **who, **day) for who in (first, second, first)] == [
        True,
        False,
        True,
    ]
    assert is_counted(device, **second, **day, model_label="gpt-4o-mini"), (
        "each model has its own number"
    )
    assert is_counted(Device("203.0.114.1"), **second, **day), "and each network"
    clock.move_to("2026-12-14T00:00:00Z", tick=False)
    assert is_counted(device, **second, **day)


def test_the_cap_keeps_no_address_and_no_tag(device, ready) -> None:
    device.establish(ready, epoch=FIRST)
    mine = {"signature": device.signatures["chatgpt", FIRST], "observed_on": "2026-12-10"}
    tag = device.tag("chatgpt", FIRST)
    assert is_counted(device, contributor_tag=tag, **mine)
    gc.collect()
    assert digests_kept(throttles.contributors.counts)
    seen = str(bytes(throttles.contributors.counts._memory))
    for text in ("203.0.113", tag, "gpt"):
        assert text not in seen


def test_on_the_machine_itself_everybody_counts() -> None:
    assert all(is_counted(Device(network)) for network in ["127.0.0.1"] * 5 + ["::1"] * 5)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_what_a_tunnel_passes_on_is_not_from_the_machine_itself(header, settings) -> None:
    """It comes from the machine's own address, whoever sent it: nobody need have told us of the tunnel."""
    settings.INSTALLS_PER_NETWORK = 1
    device, passed_on = Device("127.0.0.1"), {header: "for=203.0.113.7"}
    payload = make_payload()
    assert device.post("reports/", payload, **passed_on).status_code == 201
    assert not Receipt.objects.get(pk=payload["id"]).is_counted
    bodies = [device.start_request()[1] for _ in range(2)]
    answers = [device.post("credentials/start/", body, **passed_on) for body in bodies]
    assert [answer.status_code for answer in answers] == [200, 429]


def test_an_installation_that_others_reach_has_nobody_alone_on_its_machine(settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert not is_counted(Device("127.0.0.1")), "a hidden service, or whoever gets past the proxy"


def test_a_tag_is_on_what_is_about_its_epoch_and_the_next_one_on_what_comes_later(
    device, ready, day
) -> None:
    renewal = device.establish(ready, epoch=FIRST)
    day("2027-02-10")
    device.establish([renewal], epoch=SECOND)

    def counts(epoch: int, observed_on: str) -> bool:
        signature, tag = device.signatures["chatgpt", epoch], device.tag("chatgpt", epoch)
        return is_counted(device, signature=signature, contributor_tag=tag, observed_on=observed_on)

    assert counts(FIRST, "2027-01-17"), "its last day; it comes late"
    assert counts(FIRST, "2027-01-18"), "somebody's date may be a day off"
    assert not counts(FIRST, "2027-01-19")
    assert counts(SECOND, "2027-01-17"), "what is older, sent today"
    assert counts(SECOND, "2027-02-10")


def test_exposures_of_a_late_week_carry_the_tag_of_that_week(device, ready, day) -> None:
    device.establish(ready, epoch=FIRST)
    day("2027-02-10")
    signed = {"Plumbline-Credential": device.signatures["chatgpt", FIRST]}
    for iso_week, is_right in (("2027-W02", True), ("2027-W04", False)):
        week = make_exposure_payload(
            contributor_tag=device.tag("chatgpt", FIRST), iso_week=iso_week
        )
        assert device.post("exposures/", week, **signed).status_code == 201
        assert ExposureBatch.objects.get(pk=week["id"]).is_counted is is_right


def test_a_tag_of_the_next_epoch_does_not_count_before_it(device, ready, day) -> None:
    renewal = device.establish(ready, epoch=FIRST)
    day("2027-01-05")
    device.establish([renewal], epoch=SECOND)
    early = {
        "signature": device.signatures["chatgpt", SECOND],
        "contributor_tag": device.tag("chatgpt", SECOND), "observed_on": "2027-01-04",
    }  # fmt: skip
    assert not is_counted(device, **early)
    day("2027-01-18")
    assert is_counted(device, **early)


def test_nobody_is_established_before_two_weeks_and_five_ratings(device, day) -> None:
    start = device.start()
    rated = [device.rate(rated_on=f"2026-11-{n}") for n in range(16, 20)]
    fifth = device.rate(rated_on="2026-11-20")

    def asked(*shown: dict[str, str]) -> tuple[int, str]:
        return refusal(device.post("credentials/", device.request(list(shown), epoch=FIRST)[1]))

    assert asked(start, *rated) == (400, "credentials_unfit")
    assert asked(start, *rated, rated[0]) == (400, "credentials_unfit"), "each another one"
    assert asked(*rated, fifth) == (400, "credentials_unfit")
    assert asked(start, *rated, fifth) == (409, "credential_too_young")
    day("2026-12-12")
    assert asked(start, *rated, fifth) == (409, "credential_too_young")
    day("2026-12-13")
    device.establish([start, *rated, fifth], epoch=FIRST)


def test_shown_once_and_no_more_but_in_the_very_same_request(device, ready) -> None:
    questions, body = device.request(ready, epoch=FIRST)
    first = device.post("credentials/", body)
    assert first.status_code == 200
    assert device.post("credentials/", body).json() == first.json(), "an answer may get lost"
    assert refusal(device.post("credentials/", device.request(ready, epoch=FIRST)[1])) == (
        409, "credential_spent",
    )  # fmt: skip
    renewal = questions[0].shown(first.json()["blind_signatures"][0])
    assert refusal(device.post("credentials/", device.request([renewal], epoch=FIRST)[1])) == (
        400, "credentials_unfit",
    ), "a renewal is for a later epoch"  # fmt: skip


def test_one_part_of_it_cannot_be_shown_again_beside_new_ones(device, ready) -> None:
    device.establish(ready, epoch=FIRST)
    start, *rated = ready
    fresh = [Device().rate(rated_on="2026-12-10") for _ in rated]
    n_spent = SpentCredential.objects.count()
    again = device.request([start, *fresh], epoch=FIRST)[1]
    assert refusal(device.post("credentials/", again)) == (409, "credential_spent")
    assert SpentCredential.objects.count() == n_spent, "what was refused has spent nothing"


def test_a_renewal_waits_for_six_epochs(device, ready, day) -> None:
    renewal = device.establish(ready, epoch=FIRST)
    day("2027-12-19")
    device.establish([renewal], epoch=377)


def test_later_than_that_one_begins_anew(device, ready, day) -> None:
    renewal = device.establish(ready, epoch=FIRST)
    day("2027-12-20")
    answer = device.post("credentials/", device.request([renewal], epoch=378)[1])
    assert refusal(answer) == (400, "credential_invalid")
    assert list(answer.json()["error"]["fields"]) == ["spent.0"]


def test_nothing_lasts_longer_because_the_worker_sleeps(device, ready, clock) -> None:
    renewal = device.establish(ready, epoch=FIRST)
    last_week = SigningKey.objects.get(purpose="start", ends_on="2026-12-13")
    clock.move_to("2026-12-14T12:00:00Z", tick=False)
    assert last_week.private_key is not None
    _, body = device.start_request(KeySerializer(last_week).data)
    assert refusal(device.post("credentials/start/", body)) == (400, "signing_key_unknown")
    clock.move_to("2027-12-20T12:00:00Z", tick=False)
    keyring.keys_make(date(2027, 12, 20))
    answer = device.post("credentials/", device.request([renewal], epoch=378)[1])
    assert refusal(answer) == (400, "credential_invalid")


def test_what_is_asked_for_is_one_renewal_and_one_tag_for_each_site(device, ready, day) -> None:
    def asked(questions: list) -> tuple[int, str]:
        body = {"spent": ready, "blinded": [question.asked for question in questions]}
        return refusal(device.post("credentials/", body))

    (renewal,) = device.keys("renewal")
    chatgpt, claude = device.keys("contributor")[:2]
    unfit = (400, "credentials_unfit")
    assert asked([ask(renewal), ask(chatgpt, tag="a" * 16), ask(chatgpt, tag="b" * 16)]) == unfit
    assert asked([ask(chatgpt, tag="a" * 16), ask(claude, tag="b" * 16)]) == unfit
    assert asked([ask(renewal), ask(device.keys("rated")[0])]) == unfit
    assert asked([ask(renewal), ask(device.keys("start")[0])]) == unfit
    unknown = asked([ask(renewal), ask({**chatgpt, "id": "0" * 64})])
    assert unknown == (400, "signing_key_unknown"), "what is shown is as good as ever"
    day("2027-01-05")
    assert asked([ask(device.keys("renewal", epoch=SECOND)[0]), ask(chatgpt)]) == unfit
    device.establish(ready, epoch=FIRST)


def test_a_report_is_no_credential(device, ready) -> None:
    """A contributor's signature is shown with every report: it must not stand for anything else."""
    device.establish(ready, epoch=FIRST)
    shown = {
        "key_id": device.keys("contributor")[0]["id"], "nonce": "0" * 64,
        "signature": device.signatures["chatgpt", FIRST],
    }  # fmt: skip
    body = device.request([shown], epoch=FIRST)[1]
    assert refusal(device.post("credentials/", body)) == (400, "credential_invalid")


# --- the start


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


# --- stamps


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


def test_a_row_tells_neither_a_rating_nor_the_week_of_a_start(device, day) -> None:
    day("2026-12-30")
    payloads = [make_rating_payload(rated_on=f"2026-12-{n}") for n in range(25, 30)]
    shown = [device.start()] + [device.rate(**payload) for payload in payloads]
    digests = set(SpentCredential.objects.values_list("digest", flat=True))
    assert len(digests) == 6
    for payload in payloads:
        assert hashlib.sha256(f"stamp|{payload['id']}".encode()).hexdigest() not in digests
    SpentCredential.objects.all().delete()
    day("2027-01-17")
    device.establish(shown, epoch=FIRST)
    for row in SpentCredential.objects.all():
        after = row.expires_on + timedelta(days=1)
        assert first_day(epoch_of(after)) == after, (
            "the end of an epoch, not a year after some Sunday"
        )


def test_what_is_shown_on_the_last_day_is_remembered_beyond_it(device, ready, day) -> None:
    """Midnight passes between the look at the key and the note that it was shown."""
    renewal = device.establish(ready, epoch=FIRST)
    day("2027-12-19")
    device.establish([renewal], epoch=377)
    day("2027-12-20")
    assert SpentCredential.objects.filter(digest=_digest("renewal", renewal["nonce"])).exists()


def test_nothing_stored_says_which_requests_were_one_devices(device, ready) -> None:
    """Digests of what was shown, with a day on which they go: no tag, no site, no time."""
    device.establish(ready, epoch=FIRST)
    assert {field.name for field in SpentCredential._meta.fields} == {
        "digest", "answer_to", "expires_on",
    }  # fmt: skip
