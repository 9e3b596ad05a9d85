"""The secret of the signing keys is another one: nothing can be signed, and nothing shall be lost."""

from __future__ import annotations

from base64 import b64encode

import pytest
from django.core.management import call_command
from django.db import connection

from backend.credentials.checks import keys_readable
from backend.credentials.models import SigningKey
from backend.credentials.services import keys_renew
from backend.measurements.models import Rating
from tests.credentials.device import Device, ask, refusal
from tests.payloads import make_payload, make_rating_payload

pytestmark = pytest.mark.django_db


@pytest.fixture
def lose(settings):
    def lose_it() -> None:
        settings.CREDENTIAL_SECRET = b64encode(bytes(32)).decode()

    return lose_it


def stamped(device: Device, payload: dict) -> tuple[int, str | None]:
    question = ask(device.keys("rated")[0])
    header = {"Plumbline-Stamp": f"{question.key['id']}.{question.blinded}"}
    answer = device.post("ratings/", payload, **header)
    return answer.status_code, answer.json()["blind_signature"]


def test_ratings_are_taken_and_the_rest_is_told_to_come_back(device, lose) -> None:
    lose()
    payload = make_rating_payload()
    assert stamped(device, payload) == (201, None)
    assert Rating.objects.filter(pk=payload["id"]).exists()
    start = device.post("credentials/start/", device.start_request()[1])
    assert refusal(start) == (503, "signing_unavailable")


def test_the_operator_is_told(lose, capsys) -> None:
    assert keys_readable(databases=["default"]) == []
    lose()
    (warning,) = keys_readable(databases=["default"])
    assert f"{SigningKey.objects.count()} of the keys" in warning.msg
    assert keys_readable() == [], "only who asks about the database"
    keys_renew()
    assert "credential_keys_unreadable" in capsys.readouterr().out


def test_before_its_migration_there_is_nothing_to_tell(lose, monkeypatch) -> None:
    lose()
    monkeypatch.setattr(connection.introspection, "table_names", list)
    assert keys_readable(databases=["default"]) == []


def test_new_keys_sign_and_the_signatures_of_the_old_ones_stay_good(device, lose, clock) -> None:
    shown = [device.start()] + [device.rate(rated_on=f"2026-11-{n}") for n in range(16, 21)]
    clock.move_to("2026-12-13T12:00:00Z", tick=False)
    keys_renew()
    renewal = device.establish(shown, epoch=371)
    old = {key["id"] for key in device.client.get("/api/v1/credentials/keys/").json()["keys"]}
    stale = device.request([renewal], epoch=371)[1]
    lose()
    call_command("credential_keys_replace")
    call_command("credential_keys_replace")
    new = {key["id"] for key in device.client.get("/api/v1/credentials/keys/").json()["keys"]}
    assert len(new) == len(old)
    assert not new & old

    # A tag that was signed counts, a new install is signed, and what was shown is shown once still.
    report = make_payload(contributor_tag=device.tag("chatgpt", 371), observed_on="2026-12-10")
    signature = device.signatures["chatgpt", 371]
    device.post("reports/", report, **{"Plumbline-Credential": signature})
    assert counted(report["id"])
    assert Device().start()
    again = device.post("credentials/", device.request(shown, epoch=371)[1])
    assert refusal(again) == (409, "credential_spent")
    assert refusal(device.post("credentials/", stale)) == (400, "signing_key_unknown")
    clock.move_to("2027-01-05T12:00:00Z", tick=False)
    keys_renew()
    device.establish([renewal], epoch=372)


def counted(report_id: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT is_counted FROM reports_receipt WHERE report_id = %s", [report_id])
        return bool(cursor.fetchone()[0])
