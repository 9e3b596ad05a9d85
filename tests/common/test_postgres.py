"""The embedded PostgreSQL: who starts it, who stops it, and what it survives."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler, OperationalError
from pytest_django import DjangoDbBlocker

from backend.common import postgres
from backend.common.embedded_db.base import DatabaseWrapper
from backend.common.postgres import EmbeddedPostgres
from backend.common.postgres_places import find_places
from tests.common.embedded_servers import (
    DEADLINE_SECONDS,
    eventually,
    holder,
    is_alive,
    is_unlocked,
    one,
    parent_of,
    server_pid,
)

needs_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="Linux alone tells of a parent's end"
)


def test_asking_for_the_address_starts_nothing(data: Path) -> None:
    parameters = EmbeddedPostgres(data).connection_parameters()

    assert parameters == {
        "dbname": "plumbline",
        "user": "plumbline",
        "host": str(data / "postgres" / "sockets"),
        "port": "5432",
    }
    assert not data.exists()


def test_the_server_runs_while_it_is_held_and_stops_after(
    server: EmbeddedPostgres, data: Path
) -> None:
    url = server.database_url()
    pid = server_pid(data)

    assert one(url, "SELECT current_user::text") == "plumbline"
    assert pid is not None
    assert server.release() is True
    assert not is_alive(pid)


def test_the_database_has_its_extensions_and_so_have_new_ones(
    server: EmbeddedPostgres, data: Path
) -> None:
    url = server.database_url()
    names = "SELECT string_agg(extname, ' ' ORDER BY extname) FROM pg_extension"

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE test_plumbline")

    assert one(url, names) == "btree_gin pg_trgm plpgsql unaccent vector"
    assert one(url.replace("/plumbline?", "/test_plumbline?"), names) == (
        "btree_gin pg_trgm plpgsql unaccent vector"
    )


def test_two_processes_share_one_server_and_the_last_stops_it(data: Path) -> None:
    with holder(data) as (second, second_url):
        with holder(data) as (_, first_url):
            pid = server_pid(data)
            assert pid is not None
            assert first_url == second_url
        assert one(second_url, "SELECT 1") == 1
        assert server_pid(data) == pid
        assert second.poll() is None
    eventually(lambda: not is_alive(pid))


def test_many_processes_starting_at_once_get_one_server(data: Path) -> None:
    with contextlib.ExitStack() as stack:
        urls = {stack.enter_context(holder(data))[1] for _ in range(4)}
        assert len(urls) == 1
        assert one(urls.pop(), "SELECT 1") == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_server_is_left_when_its_holder_ends(data: Path, number: signal.Signals) -> None:
    with holder(data) as (process, _):
        pid = server_pid(data)
        assert pid is not None
        process.send_signal(number)
        process.wait(DEADLINE_SECONDS)
    eventually(lambda: not is_alive(pid))


@needs_linux
def test_no_server_is_left_when_its_keeper_is_killed(server: EmbeddedPostgres, data: Path) -> None:
    server.ensure_running()
    pid = server_pid(data)
    assert pid is not None

    os.kill(parent_of(pid), signal.SIGKILL)
    eventually(lambda: not is_alive(pid))

    assert one(server.database_url(), "SELECT 1") == 1
    assert server.release() is True


@needs_linux
def test_a_server_without_keeper_is_stopped_and_replaced_at_the_next_start(
    server: EmbeddedPostgres, data: Path
) -> None:
    url = server.database_url()
    orphan = server_pid(data)
    assert orphan is not None
    keeper = parent_of(orphan)
    os.kill(orphan, signal.SIGSTOP)  # it can't react to its parent's end
    os.kill(keeper, signal.SIGKILL)
    eventually(lambda: is_unlocked(find_places(data).keeper_lock))  # its last thread has ended
    resume = subprocess.Popen(["/bin/sh", "-c", f"sleep 1; kill -CONT {orphan}"])

    server.ensure_running()

    assert resume.wait() == 0
    eventually(lambda: not is_alive(orphan))  # it has stopped, and leaves the process table
    assert server_pid(data) != orphan
    assert one(url, "SELECT 1") == 1


def test_a_killed_server_is_started_again_with_what_was_committed(
    server: EmbeddedPostgres, data: Path
) -> None:
    url = server.database_url()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    pid = server_pid(data)
    assert pid is not None

    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not is_alive(pid))
    server.ensure_running(is_doubtful=True)

    assert one(url, "SELECT answer FROM kept") == 42


def test_the_data_outlives_the_server(server: EmbeddedPostgres, data: Path) -> None:
    with psycopg.connect(server.database_url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert server.release() is True

    second = EmbeddedPostgres(data)
    assert one(second.database_url(), "SELECT answer FROM kept") == 42
    second.release()


def answers(connection: BaseDatabaseWrapper) -> bool:
    """Whether a query succeeds; one that is under way when the server dies can't."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except OperationalError:
        connection.close()
        return False


def test_a_django_connection_starts_the_server_and_survives_its_death(
    data: Path, monkeypatch: pytest.MonkeyPatch, django_db_blocker: DjangoDbBlocker
) -> None:
    monkeypatch.setenv("PLUMBLINE_DATA", str(data))
    # Django keeps pools by alias: "default" has the other tests' pool, to another server.
    monkeypatch.setattr(DatabaseWrapper, "_connection_pools", {})
    connection = ConnectionHandler({"default": postgres.django_database()})["default"]
    with django_db_blocker.unblock():
        connection.ensure_connection()
        pid = server_pid(data)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: answers(connection) and server_pid(data) not in {None, pid})
        connection.close()
        connection.close_pool()

    assert postgres.release() is True


def test_another_server_is_named_by_its_address() -> None:
    settings = postgres.django_database("postgres://u:p@db:5433/plumbline")

    assert (settings["ENGINE"], settings["HOST"], settings["PORT"], settings["NAME"]) == (
        "django.db.backends.postgresql",
        "db",
        5433,
        "plumbline",
    )


@pytest.mark.parametrize("url", ["sqlite:///plumbline.db", "mysql://u@db/plumbline", "plumbline"])
def test_no_other_kind_of_database_serves(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="must name a PostgreSQL server"):
        postgres.django_database(url)


def test_a_stale_process_number_of_another_program_does_not_stop_the_start(
    server: EmbeddedPostgres, data: Path
) -> None:
    url = server.database_url()
    pid = server_pid(data)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: not is_alive(pid))
    server.release()
    with subprocess.Popen(["/bin/sleep", "600"]) as innocent:
        pid_file = find_places(data).cluster / "postmaster.pid"
        lines = pid_file.read_text().split("\n")
        pid_file.write_text("\n".join([str(innocent.pid), *lines[1:]]))

        server.ensure_running()

        assert one(url, "SELECT 1") == 1
        assert innocent.poll() is None
        innocent.kill()


def test_an_interrupted_making_of_the_cluster_is_done_again(
    server: EmbeddedPostgres, data: Path
) -> None:
    half_made = find_places(data).home / "cluster.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")

    assert one(server.database_url(), "SELECT 1") == 1
    assert not half_made.exists()


def test_two_data_directories_have_two_servers_at_once(
    server: EmbeddedPostgres, data: Path
) -> None:
    one_server, other_server = EmbeddedPostgres(data / "one"), EmbeddedPostgres(data / "other")
    urls = one_server.database_url(), other_server.database_url()

    with psycopg.connect(urls[0]) as connection:
        connection.execute("CREATE TABLE here (x int)")

    assert one(urls[0], "SELECT to_regclass('here') IS NOT NULL") is True
    assert one(urls[1], "SELECT to_regclass('here') IS NOT NULL") is False
    assert one_server.release() is True
    assert other_server.release() is True
