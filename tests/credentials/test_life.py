"""Becoming established, and staying so: what is shown once, and what is signed for it."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest

from analysis.config import AnalysisConfig
from backend.credentials import keyring, services
from backend.credentials.api import KeySerializer
from backend.credentials.models import SigningKey, SpentCredential
from backend.credentials.periods import epoch_of, first_day
from tests.credentials.device import FIRST, SECOND, Device, ask, refusal
from tests.payloads import make_rating_payload

pytestmark = pytest.mark.django_db


def test_an_install_is_established_as_the_method_says() -> None:
    config = AnalysisConfig()
    assert (
        config.trust_age_days, config.trust_ratings,
    ) == (services.ESTABLISHED_AFTER_DAYS, services.RATINGS_NEEDED)  # fmt: skip


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
    assert SpentCredential.objects.filter(
        digest=services._digest("renewal", renewal["nonce"])
    ).exists()


def test_nothing_stored_says_which_requests_were_one_devices(device, ready) -> None:
    """Digests of what was shown, with a day on which they go: no tag, no site, no time."""
    device.establish(ready, epoch=FIRST)
    assert {field.name for field in SpentCredential._meta.fields} == {
        "digest", "answer_to", "expires_on",
    }  # fmt: skip
