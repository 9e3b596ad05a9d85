"""What is kept of public answers, for how long, and what never is."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from backend.common import changes, page_cache
from backend.common.changes import generation
from backend.common.page_cache import PageCacheMiddleware, shelf
from tests.common.embedded_servers import eventually
from tests.test_routes import ids  # noqa: F401 - every placeholder of the table

CANARY = "canaryofthecachecanary"


@pytest.fixture(autouse=True)
def kept(settings) -> Iterator[None]:
    """The cache as in production, empty."""
    settings.PAGE_CACHE_SECONDS = 50
    shelf.clear()
    changes.kept.clear()
    yield
    shelf.clear()
    changes.kept.clear()


@pytest.fixture
def still(monkeypatch) -> Callable[..., None]:
    """The database does not change, until the test says so."""

    def tell(changed: str = "a", *, vanished: str = "a") -> None:
        monkeypatch.setattr(changes.stamp, "now", lambda: (vanished, changed))

    tell()
    return tell


@pytest.fixture
def clock(monkeypatch) -> Callable[[float], None]:
    """A clock that only the test moves on."""
    now = [1000.0]
    monkeypatch.setattr(page_cache.time, "monotonic", lambda: now[0])

    def move(seconds: float) -> None:
        now[0] += seconds

    return move


def answers(number: list[int], **headers: str) -> PageCacheMiddleware:
    """A site whose every answer has a number of its own."""

    def make(request) -> HttpResponse:
        number.append(len(number) + 1)
        return HttpResponse(f"answer {number[-1]}", headers=headers)

    return PageCacheMiddleware(make)


def ask(site: PageCacheMiddleware, address: str = "/", **headers: str) -> str:
    return site(RequestFactory().get(address, **headers)).content.decode()


def test_what_many_ask_for_is_made_once(still) -> None:
    site = answers([])
    assert [ask(site), ask(site), ask(site, "/?q=x"), ask(site)] == [
        "answer 1", "answer 1", "answer 2", "answer 1",
    ]  # fmt: skip


def test_a_withdrawal_voids_what_is_kept(still) -> None:
    site = answers([])
    ask(site)
    still(vanished="b")
    assert ask(site) == "answer 2"


def test_any_other_change_voids_what_is_ten_seconds_old(still, clock) -> None:
    """With a report every second, a page is made every ten."""
    site = answers([])
    ask(site)
    clock(5)
    still("b")
    assert ask(site) == "answer 1"
    clock(5)
    assert ask(site) == "answer 1"
    clock(0.1)
    assert ask(site) == "answer 2"
    clock(11)
    assert ask(site) == "answer 2"


def test_nothing_is_kept_longer_than_the_setting_says(still, clock, settings) -> None:
    site = answers([])
    ask(site)
    clock(50)
    assert ask(site) == "answer 1"
    clock(0.1)
    assert ask(site) == "answer 2"
    settings.PAGE_CACHE_SECONDS = 3
    still("b")
    clock(3.1)
    assert ask(site) == "answer 3"


@pytest.mark.parametrize("address", ["/status/", "/de/status/", "/api/v1/status/"])
def test_how_things_are_now_is_kept_two_seconds(still, clock, settings, address) -> None:
    site = answers([])
    ask(site, address)
    clock(2)
    assert ask(site, address) == "answer 1"
    clock(0.1)
    assert ask(site, address) == "answer 2"
    settings.PAGE_CACHE_SECONDS = 1
    clock(1.1)
    assert ask(site, address) == "answer 3"


def test_what_one_process_made_every_process_hands_out(still) -> None:
    site = answers([])
    if not (child := os.fork()):
        ask(site)
        os._exit(0)
    os.waitpid(child, 0)
    assert ask(answers([7])) == "answer 1"


def test_zero_seconds_keep_nothing(still, settings) -> None:
    settings.PAGE_CACHE_SECONDS = 0
    site = answers([])
    assert [ask(site), ask(site)] == ["answer 1", "answer 2"]
    assert shelf._put_ever() == 0


@pytest.mark.parametrize("address", ["/withdraw/", "/de/withdraw/", "/api/v1/receipts/withdraw/",
                                     "/admin/findings/finding/"])  # fmt: skip
def test_what_was_sent_and_taken_voids_what_is_kept_in_every_process(still, address) -> None:
    site = answers([])
    ask(site)
    if not (child := os.fork()):  # another web process takes it
        site(RequestFactory().post(address))
        os._exit(0)
    os.waitpid(child, 0)
    assert ask(site) == "answer 2"


def test_what_was_refused_voids_nothing(still) -> None:
    site = answers([])
    ask(site)
    refusing = PageCacheMiddleware(lambda request: HttpResponse(status=400))
    refusing(RequestFactory().post("/withdraw/"))
    assert ask(site) == "answer 1"


def test_nobody_empties_the_cache_at_the_form_for_logging_in(visitor, moderator, still) -> None:
    """It answers 200 to a wrong password: whoever sends many would make the site slow for all."""
    before = generation.now()
    assert visitor.post("/admin/login/", {"username": "", "password": ""}).status_code == 200
    assert generation.now() == before
    logged_in = {"username": "moderator", "password": "not-a-real-password"}
    assert visitor.post("/admin/login/", logged_in).status_code == 302
    assert generation.now() != before


def test_an_end_that_was_held_up_in_one_process_brings_nothing_back(monkeypatch) -> None:
    """While one process is about to end a generation, others end theirs: none of these comes again."""
    one, other, seen = changes.Generation(), changes.Generation(), []
    other._memory = one._memory  # as after a fork
    look = changes.Generation.now

    def held_up(self) -> object:
        value = look(self)
        if self is one:
            for _ in range(2):
                other.end()
                seen.append(look(other))
        return value

    monkeypatch.setattr(changes.Generation, "now", held_up)
    one.end()
    seen = seen or [look(other)]
    other.end()
    one.end()
    assert look(one) not in seen


@pytest.mark.parametrize("address", ["/api/v1/reports/", "/api/v1/ratings/"])
def test_what_is_new_voids_nothing_by_itself(still, address) -> None:
    site = answers([])
    ask(site)
    answers([])(RequestFactory().post(address))
    assert ask(site) == "answer 1"


def test_what_was_made_from_before_a_withdrawal_is_not_kept_after_it(still) -> None:
    """The page was read from the database before, and finished after."""

    def slow(request) -> HttpResponse:
        generation.end()
        return HttpResponse("old")

    PageCacheMiddleware(slow)(RequestFactory().get("/"))
    assert ask(answers([])) == "answer 1"


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_COOKIE": "sessionid=x"},
        {"HTTP_AUTHORIZATION": "Bearer x"},
        {"HTTP_RANGE": "bytes=0-"},
    ],
)
def test_who_may_be_somebody_special_gets_an_answer_of_their_own(still, headers) -> None:
    site = answers([])
    ask(site)
    assert ask(site, **headers) == "answer 2"
    assert ask(site) == "answer 1"


@pytest.mark.parametrize(
    "headers",
    [{"Cache-Control": "no-store"}, {"Cache-Control": "private"}, {"Vary": "Plumbline-Receipt"}],
)
def test_an_answer_that_says_it_is_for_one_asker_is_not_kept(still, headers) -> None:
    site = answers([], **headers)
    assert [ask(site), ask(site)] == ["answer 1", "answer 2"]


def test_errors_cookies_and_streams_are_not_kept(still) -> None:
    made: list[HttpResponse] = [HttpResponse(status=404), HttpResponse(status=500)]
    made.append(HttpResponse())
    made[-1].set_cookie("csrftoken", "x")
    for response in made:
        PageCacheMiddleware(lambda request, response=response: response)(RequestFactory().get("/"))
    assert shelf._put_ever() == 0


def test_what_is_large_or_at_an_address_that_nobody_links_to_is_not_kept(still) -> None:
    site = PageCacheMiddleware(lambda request: HttpResponse(b"x" * 1_000_001))
    ask(site, "/large")
    ask(site, f"/?q={'x' * 2000}")
    assert shelf._put_ever() == 0


def test_hosts_and_ways_of_packing_do_not_mix(still, settings) -> None:
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    site = answers([])
    asked = [
        {"HTTP_HOST": "one.example"}, {"HTTP_HOST": "two.example"},
        {"HTTP_HOST": "one.example", "HTTP_ACCEPT_ENCODING": "gzip, br"},
        {"HTTP_HOST": "one.example", "HTTP_ACCEPT_ENCODING": "br;q=0, gzip"},
    ]  # fmt: skip
    assert len({ask(site, **headers) for headers in asked}) == 4
    assert ask(site, HTTP_HOST="one.example", HTTP_ACCEPT_ENCODING="br, gzip") == "answer 3"


@pytest.mark.parametrize(
    ("poison", "others"),
    [("gzip, *", "gzip"), ("*", ""), ("*;q=0.1, br", "br"), ("zstd;q=1", ""), ("br;\tq=0", "br")],
)
def test_nobody_packs_an_answer_for_those_who_cannot_read_it(
    visitor, still, poison: str, others: str
) -> None:
    """`*` lets the packer choose; what it chose must not be handed to who asked for something else."""
    visitor.get("/method/", headers={"Accept-Encoding": poison})
    answer = visitor.get("/method/", headers={"Accept-Encoding": others} if others else {})
    assert answer.get("Content-Encoding", "") == others


def test_of_many_who_ask_at_once_one_is_answered_by_making(still) -> None:
    begun, go = threading.Event(), threading.Event()
    made: list[int] = []

    def slow(request) -> HttpResponse:
        made.append(1)
        begun.set()
        go.wait(30)
        return HttpResponse("made")

    site, found = PageCacheMiddleware(slow), []
    threads = [threading.Thread(target=lambda: found.append(ask(site))) for _ in range(5)]
    threads[0].start()
    begun.wait(30)
    for thread in threads[1:]:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    assert (found, made) == (["made"] * 5, [1])


def test_after_a_failure_the_next_one_makes_the_answer(still) -> None:
    def fail(request) -> HttpResponse:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        PageCacheMiddleware(fail)(RequestFactory().get("/"))
    assert ask(answers([])) == "answer 1"


@pytest.mark.django_db(transaction=True)
def test_the_stamp_tells_what_was_stored_and_nothing_else(monkeypatch) -> None:
    from django.contrib.auth.models import User
    from django.db import connection

    from backend.reports.models import EarlyWithdrawal, Tombstone

    def flushed() -> tuple[str, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
        return stamp.now()

    monkeypatch.setattr(changes, "LOOK_SECONDS", 0.0)
    stamp = changes.Stamp()
    before = flushed()
    assert flushed() == before
    User.objects.create_user("reader")  # who logs in changes no page
    assert flushed() == before
    EarlyWithdrawal.objects.create(key_sha256="0" * 64, asked_on="2026-11-23")
    eventually(lambda: flushed() != before)
    assert flushed()[0] == before[0]
    Tombstone.objects.create(report_id=uuid4(), withdrawn_on="2026-11-23")
    eventually(lambda: flushed()[0] != before[0])


def test_the_stamp_is_looked_up_once_a_second(django_assert_num_queries, db) -> None:
    stamp = changes.Stamp()
    with django_assert_num_queries(1):
        assert stamp.now() == stamp.now()
