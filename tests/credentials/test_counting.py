"""Who counts: by a signature of the tag, for what is about its epoch, and so many of a network."""

from __future__ import annotations

import gc

import pytest

from backend.common import throttles
from backend.credentials import keyring
from backend.credentials.models import SigningKey
from backend.measurements.models import ExposureBatch, Rating
from backend.reports.models import Receipt
from tests.credentials.device import (
    FIRST,
    SECOND,
    Device,
    ask,
    base64,
    bytes_of,
    is_counted,
    stranger_tag,
)
from tests.digests import digests_kept
from tests.payloads import make_exposure_payload, make_payload, make_rating_payload

pytestmark = pytest.mark.django_db


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
