"""Who is told of which step, when, how often, and what happens where a receiver does not answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from backend.common.errors import ConflictError, RuleError
from backend.findings.services import finding_hold, finding_publish
from backend.webhooks.models import Delivery, Subscription
from backend.webhooks.services import (
    ATTEMPTS_MAX,
    delivery_retry,
    secret_renew,
    subscription_create,
    subscription_pause,
    subscription_resume,
    webhooks_sweep,
)
from tests.factories import make_finding, make_run
from tests.findings.test_told import step

pytestmark = pytest.mark.usefixtures("catalogue", "clock")
URL = "https://receiver.example/hook"


class Receiver:
    """Answers with the statuses in turn, the last for ever; an exception is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers) or [200]
        self.got: list[dict[str, Any]] = []

    def __call__(self, **message: Any) -> int:
        self.got.append(message)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def types(self) -> list[str]:
        return [message["body"]["type"] for message in self.got]


def subscribe(**fields: Any) -> Subscription:
    return subscription_create(**{"name": "A newsroom", "url": URL} | fields)[0]


def states() -> list[tuple[str, int, str]]:
    return list(Delivery.objects.order_by("pk").values_list("state", "attempts", "outcome"))


def test_each_step_is_told_once_as_the_api_tells_it(visitor) -> None:
    subscription = subscribe()
    finding = make_finding(run=make_run())
    event = step(finding, "corroborated")
    receiver = Receiver()
    assert webhooks_sweep(send=receiver) == 2
    assert webhooks_sweep(send=receiver) == 0
    assert receiver.types == ["finding.nominated", "finding.moved_up"]
    last = receiver.got[1]
    assert (last["url"], last["secret"], last["message_id"]) == (
        URL, subscription.secret, f"event-{event.pk}",
    )  # fmt: skip

    (told, _) = visitor.get("/api/v1/events/").json()["results"]
    (item, _) = visitor.get("/feeds/findings.json").json()["items"]

    sent = json.loads(DjangoJSONEncoder().encode(last["body"]["data"]))
    assert sent == item["_plumbline"]["event"] == told
    assert states() == [("sent", 1, "200"), ("sent", 1, "200")]


def test_what_happened_before_the_subscription_is_not_told(clock) -> None:
    make_finding(run=make_run())
    clock.shift(1)
    subscribe()
    assert webhooks_sweep(send=Receiver()) == 0
    assert states() == []


def test_filters_choose_what_is_told() -> None:
    for name, wanted in [
        ("vendor", {"vendor": "openai"}), ("model", {"model": "demo-brook-deep"}),
        ("domain", {"domain": "law"}), ("both", {"vendor": "openai", "domain": "law"}),
        ("all", {}),
    ]:  # fmt: skip
        subscribe(name=name, **wanted)
    run = make_run()
    make_finding(run=run)
    make_finding(run=run, model_id="demo-brook-deep", domain_id="law", is_simulated=True)
    webhooks_sweep(send=Receiver())
    told = {
        name: Delivery.objects.filter(subscription__name=name, state="sent").count()
        for name in ("vendor", "model", "domain", "both", "all")
    }
    assert told == {"vendor": 1, "model": 1, "domain": 1, "both": 0, "all": 2}


def test_what_a_moderator_holds_is_not_told_and_its_publication_is() -> None:
    subscribe()
    finding = make_finding(run=make_run(), is_published=False)
    receiver = Receiver()
    webhooks_sweep(send=receiver)
    assert receiver.types == []
    finding_publish(finding_id=finding.pk, moderator="m", reason="Fine.")
    webhooks_sweep(send=receiver)
    assert receiver.types == ["finding.published"]


def test_what_is_held_before_it_was_sent_is_dropped(clock) -> None:
    subscribe()
    finding = make_finding(run=make_run())
    webhooks_sweep(send=Receiver(503))
    finding_hold(finding_id=finding.pk, moderator="m", reason="Wrong.")
    clock.shift(3600)
    receiver = Receiver()
    webhooks_sweep(send=receiver)
    assert receiver.got == []
    assert [state for state, _, _ in states()] == ["dropped"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [(500, "500"), (302, "302"), (404, "404"), (ConnectionError("the secret words"), "ConnectionError"),
     (ValueError("x"), "ValueError"), (RuleError("address_invalid", "No."), "RuleError")],
)  # fmt: skip
def test_a_failure_is_tried_again_ever_later_and_then_given_up(clock, answer, outcome: str) -> None:
    subscribe()
    make_finding(run=make_run())
    receiver, waits = Receiver(answer), []
    for _ in range(ATTEMPTS_MAX - 1):
        before = timezone.now()
        webhooks_sweep(send=receiver)
        delivery = Delivery.objects.get()
        assert delivery.state == "waiting"
        waits.append((delivery.due_at - before).total_seconds() / 60)
        clock.move_to(delivery.due_at - timedelta(seconds=1))
        assert webhooks_sweep(send=receiver) == 0
        assert Delivery.objects.get().attempts == delivery.attempts
        clock.move_to(delivery.due_at)
    assert waits == [1, 4, 16, 64, 256, 1024, 4096]
    webhooks_sweep(send=receiver)
    assert states() == [("dead", ATTEMPTS_MAX, outcome)]
    clock.shift(10**7)
    webhooks_sweep(send=receiver)
    assert len(receiver.got) == ATTEMPTS_MAX
    assert {message["message_id"] for message in receiver.got} == {receiver.got[0]["message_id"]}


def test_what_was_given_up_can_be_tried_again_by_hand() -> None:
    subscribe()
    make_finding(run=make_run())
    webhooks_sweep(send=Receiver(500))
    delivery = Delivery.objects.get()
    with pytest.raises(RuleError):
        delivery_retry(delivery_id=delivery.pk)
    Delivery.objects.update(state="dead", attempts=ATTEMPTS_MAX)
    delivery_retry(delivery_id=delivery.pk)
    assert webhooks_sweep(send=Receiver()) == 1
    assert states() == [("sent", 1, "200")]


def test_a_receiver_that_fails_delays_no_other() -> None:
    subscribe(name="bad", url="https://bad.example/")
    subscribe(name="good", url="https://good.example/")
    finding = make_finding(run=make_run())
    step(finding, "corroborated")
    calls = []

    def send(*, url: str, **message: Any) -> int:
        calls.append(url)
        return 500 if "bad" in url else 200

    assert webhooks_sweep(send=send) == 2
    assert calls.count("https://bad.example/") == 1
    assert calls.count("https://good.example/") == 2


def test_a_worker_that_dies_while_sending_loses_nothing(clock) -> None:
    subscribe()
    make_finding(run=make_run())

    def die(**message: Any) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        webhooks_sweep(send=die)
    assert [state for state, _, _ in states()] == ["waiting"]
    receiver = Receiver()
    webhooks_sweep(send=receiver)
    assert receiver.got == []  # another worker might be sending it
    clock.shift(61)
    assert webhooks_sweep(send=receiver) == 1


def test_gone_pauses_the_subscription() -> None:
    subscription = subscribe()
    finding = make_finding(run=make_run())
    step(finding, "corroborated")
    webhooks_sweep(send=Receiver(410))
    subscription.refresh_from_db()
    assert (subscription.is_active, subscription.paused_because) == (
        False, "The receiver answered 410.",
    )  # fmt: skip
    assert [state for state, _, _ in states()] == ["dead", "dropped"]


def test_pausing_stops_and_resuming_begins_with_what_happens_then(clock) -> None:
    subscription = subscribe()
    finding = make_finding(run=make_run())
    subscription_pause(subscription_id=subscription.pk)
    clock.shift(5)
    step(finding, "corroborated")
    receiver = Receiver()
    assert webhooks_sweep(send=receiver) == 0
    clock.shift(5)
    subscription_resume(subscription_id=subscription.pk)
    assert webhooks_sweep(send=receiver) == 0
    step(finding, "resolved")
    assert webhooks_sweep(send=receiver) == 1
    assert receiver.types == ["finding.resolved"]


def test_long_done_is_forgotten_and_not_told_again(clock) -> None:
    subscribe()
    make_finding(run=make_run())
    assert webhooks_sweep(send=Receiver()) == 1
    clock.shift(91 * 86_400)
    receiver = Receiver()
    assert webhooks_sweep(send=receiver) == 0
    assert states() == []
    assert receiver.got == []


def test_a_new_secret_signs_what_is_sent_from_then_on() -> None:
    subscription = subscribe()
    make_finding(run=make_run())
    secret = secret_renew(subscription_id=subscription.pk)
    assert secret != subscription.secret
    receiver = Receiver()
    webhooks_sweep(send=receiver)
    assert receiver.got[0]["secret"] == secret


@pytest.mark.parametrize(
    "url",
    ["http://receiver.example/", "ftp://receiver.example/", "https://", "https://u:p@receiver.example/",
     "//receiver.example/", "https://receiver.example/\n", "https://[::1", "https://a b/", "",
     "https://receiver.example:port/", "javascript:alert(1)", "https://пример.example/"],
)  # fmt: skip
def test_an_address_that_will_not_do_is_refused(url: str) -> None:
    with pytest.raises(RuleError, match="address"):
        subscribe(url=url)
    assert Subscription.objects.count() == 0


def test_a_name_is_used_once() -> None:
    subscribe()
    with pytest.raises(ConflictError):
        subscribe()
    with pytest.raises(RuleError):
        subscribe(name=" ")
    assert Subscription.objects.count() == 1


# --- at the desk


def test_the_desk_registers_shows_the_secret_once_pauses_and_resumes(moderator) -> None:
    place = "/admin/webhooks/subscription/"
    form = {"name": "A newsroom", "url": URL, "vendor": "openai", "model": "", "domain": "law"}
    page = moderator.post(f"{place}add/", form, follow=True).content.decode()
    subscription = Subscription.objects.get()
    assert (subscription.vendor_id, subscription.model_id, subscription.domain_id) == (
        "openai", None, "law",
    )  # fmt: skip
    assert subscription.secret in page
    assert subscription.secret not in moderator.get(place).content.decode()
    chosen = {"_selected_action": [subscription.pk]}
    for action, is_active in (("pause", False), ("resume", True)):
        moderator.post(place, {"action": action, **chosen})
        subscription.refresh_from_db()
        assert subscription.is_active is is_active
    page = moderator.post(place, {"action": "renew_secret", **chosen}, follow=True).content.decode()
    old = subscription.secret
    subscription.refresh_from_db()
    assert subscription.secret in page
    assert old != subscription.secret


def test_the_desk_refuses_an_address_that_will_not_do(moderator) -> None:
    form = {"name": "A newsroom", "url": "http://receiver.example/"}
    page = moderator.post("/admin/webhooks/subscription/add/", form)
    assert "must begin with https://" in page.content.decode()
    assert Subscription.objects.count() == 0


def test_the_desk_shows_deliveries_and_tries_again(moderator) -> None:
    subscribe()
    make_finding(run=make_run())
    webhooks_sweep(send=Receiver(500))
    Delivery.objects.update(state="dead")
    place = "/admin/webhooks/delivery/"
    assert "given up" in moderator.get(place).content.decode()
    moderator.post(place, {"action": "retry", "_selected_action": [Delivery.objects.get().pk]})
    assert states() == [("waiting", 0, "500")]
