"""What many pages need is looked up once, until anything has changed."""

from __future__ import annotations

import pytest

from backend.common import changes
from backend.common.changes import Kept, State


@pytest.fixture
def made_of(monkeypatch: pytest.MonkeyPatch, settings):
    settings.PAGE_CACHE_SECONDS = 50

    def set_(text: str) -> None:
        monkeypatch.setattr(changes, "state", lambda: State("1", "0", text))

    set_("a")
    return set_


def counter():
    made: list[int] = []

    def make() -> int:
        made.append(len(made) + 1)
        return made[-1]

    return make


def test_a_value_is_made_once_for_each_key_until_anything_changes(made_of) -> None:
    kept, make = Kept(), counter()
    assert [kept.find("a", make), kept.find("a", make), kept.find("b", make)] == [1, 1, 2]
    made_of("b")
    assert [kept.find("a", make), kept.find("a", make)] == [3, 3]
    made_of("a")
    assert kept.find("a", make) == 4


def test_nothing_is_kept_long_though_nothing_is_known_to_have_changed(made_of, monkeypatch) -> None:
    """The counters of the database may not be there to be asked."""
    now = [1000.0]
    monkeypatch.setattr(changes.time, "monotonic", lambda: now[0])
    kept, make = Kept(), counter()
    kept.find("a", make)
    now[0] += changes.KEPT_SECONDS
    assert kept.find("a", make) == 1
    now[0] += 0.1
    assert [kept.find("a", make), kept.find("a", make)] == [2, 2]


def test_nothing_is_kept_where_no_page_is(made_of, settings) -> None:
    settings.PAGE_CACHE_SECONDS = 0
    kept, make = Kept(), counter()
    assert [kept.find("a", make), kept.find("a", make)] == [1, 2]


def test_what_is_made_while_something_changes_is_made_again(made_of) -> None:
    kept, make = Kept(), counter()

    def slow() -> int:
        made_of("b")
        kept.find("other", make)
        return 77

    assert kept.find("a", slow) == 77
    assert kept.find("a", make) == 2


def test_no_more_is_kept_than_the_limit(made_of) -> None:
    kept, make = Kept(n_max=2), counter()
    kept.find("a", make)
    kept.find("b", make)
    assert kept.find("a", make) == 1
    kept.find("c", make)
    assert kept.find("a", make) == 4


def test_what_fails_is_not_kept(made_of) -> None:
    kept = Kept()

    def fail() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        kept.find("a", fail)
    assert kept.find("a", counter()) == 1
