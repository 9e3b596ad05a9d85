"""Two requests in the same moment, with what may be shown once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from backend.credentials import keyring
from backend.credentials.api import KeySerializer
from backend.credentials.models import SigningKey, SpentCredential
from backend.credentials.periods import first_day
from backend.credentials.services import keys_renew
from tests.credentials.device import Device, ask, base64, bytes_of
from tests.payloads import make_rating_payload

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


def together(ask_one: Callable[[int], Any]) -> list[Any]:
    """What each of some threads got, all at the same door at the same time."""
    gate, found = threading.Barrier(AT_ONCE), []

    def run(number: int) -> None:
        try:
            gate.wait(10)
            found.append(ask_one(number))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


def test_one_challenge_is_one_start() -> None:
    device = Device()
    _, body = device.start_request()
    bodies = [body | ask(device.keys("start")[0]).asked for _ in range(AT_ONCE)]
    answers = together(lambda number: device.post("credentials/start/", bodies[number]).status_code)
    assert Counter(answers) == {200: 1, 409: AT_ONCE - 1}


def test_one_rating_is_one_stamp() -> None:
    device, payload = Device(), make_rating_payload()
    asked = [ask(device.keys("rated")[0]) for _ in range(AT_ONCE)]

    def rate(number: int) -> tuple[int, bool]:
        stamp = f"{asked[number].key['id']}.{asked[number].blinded}"
        answer = device.post("ratings/", payload, **{"Plumbline-Stamp": stamp})
        return answer.status_code, answer.json()["blind_signature"] is not None

    answers = together(rate)
    assert sum(has_stamp for _, has_stamp in answers) == 1
    assert Counter(status for status, _ in answers) == {201: 1, 200: AT_ONCE - 1}


def test_one_renewal_is_one_next_epoch(clock) -> None:
    """Else a chain would fork, and one install be two contributors from then on."""
    keyring.keys_make(first_day(370))
    key = SigningKey.objects.get(purpose="renewal", epoch=370)
    device = Device()
    question = ask(KeySerializer(key).data)
    renewal = question.shown(base64(keyring.blind_sign(key, bytes_of(question.blinded))))
    keys_renew()
    bodies = [Device().request([renewal], epoch=371)[1] for _ in range(AT_ONCE)]
    answers = together(lambda number: device.post("credentials/", bodies[number]).status_code)
    assert Counter(answers) == {200: 1, 409: AT_ONCE - 1}
    assert SpentCredential.objects.count() == 1


def test_what_another_worker_has_just_made_is_not_made_twice(monkeypatch) -> None:
    n_keys = SigningKey.objects.count()
    monkeypatch.setattr(keyring, "keys_offered", lambda today: SigningKey.objects.none())
    keys_renew()
    assert SigningKey.objects.count() == n_keys
