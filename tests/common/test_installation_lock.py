"""What the installation does one at a time: one connection holds the lock, whatever becomes of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from backend.common.installation_lock import CHARTS_LOCK, DATASETS_LOCK, installation_lock

pytestmark = pytest.mark.django_db


def is_free(number: int) -> bool:
    """Whether another connection gets the lock."""

    def ask() -> bool:
        try:
            with installation_lock(number) as is_ours:
                return is_ours
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(ask).result()


def test_one_connection_holds_a_lock_and_leaves_the_others() -> None:
    with installation_lock(CHARTS_LOCK) as is_ours:
        assert is_ours
        assert (is_free(CHARTS_LOCK), is_free(DATASETS_LOCK)) == (False, True)
    assert is_free(CHARTS_LOCK)


def test_a_lock_is_free_again_after_a_failure() -> None:
    def fail() -> None:
        with installation_lock(CHARTS_LOCK, is_waited_for=True):
            assert not is_free(CHARTS_LOCK)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert is_free(CHARTS_LOCK)
