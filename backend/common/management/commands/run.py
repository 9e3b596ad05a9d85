"""manage.py run: prepare whatever is missing, then run web, worker and beat until Ctrl-C."""

from __future__ import annotations

import secrets
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper

from backend import translations
from backend.common import postgres, processes

FIRST_START_MB = 1024
LATER_START_MB = 200
EXTENSION_BUILDS = {
    "Chrome": ("chrome-mv3", "chrome://extensions, Developer mode on, Load unpacked"),
    "Firefox": (
        "firefox-mv3",
        "about:debugging#/runtime/this-firefox, Load Temporary Add-on, manifest.json",
    ),
}


class Command(BaseCommand):
    help = (
        "Start everything: database, tables, catalogue, embedding model, on the first start the "
        "SIMULATED demo, its analysis and a dataset, then web, worker and beat. Ctrl-C stops it all."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        self._refuse_what_can_not_work()
        code = 0
        try:
            password = self._prepare()
            self._disconnect()
            code = processes.run_together(
                port=settings.PLUMBLINE_PORT,
                root=settings.BASE_DIR,
                when_ready=lambda: self._announce(password),
            )
        except KeyboardInterrupt:
            self.stdout.write("Interrupted.")
        except postgres.EmbeddedPostgresError as error:
            raise CommandError(str(error)) from error
        finally:
            self._stop_database()
        if code:
            raise CommandError("A process ended by itself (see above); the others were stopped.")
        self.stdout.write("Everything has stopped.")

    # --- before any long work

    def _refuse_what_can_not_work(self) -> None:
        port = settings.PLUMBLINE_PORT
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CommandError(
                    f"Port {port} can't be used ({error.strerror}). Is Plumbline running already? "
                    f"Stop it, or choose another port: PLUMBLINE_PORT={port + 1} make run"
                ) from error
        needed = LATER_START_MB if self._first_start_mark().exists() else FIRST_START_MB
        place = next(
            p for p in (settings.PLUMBLINE_DATA, *settings.PLUMBLINE_DATA.parents) if p.exists()
        )
        free = shutil.disk_usage(place).free // 2**20
        if free < needed:
            raise CommandError(
                f"Only {free} MB are free for {settings.PLUMBLINE_DATA}; {needed} MB are needed. "
                "Make room, or set PLUMBLINE_DATA to a directory on another disk."
            )

    # --- preparation; each step does nothing when it was done before

    def _prepare(self) -> str | None:
        """Everything that must exist before the processes start; the new admin's password, if any."""
        if not settings.DATABASE_URL:
            self._say("Database: starting the embedded PostgreSQL")
            postgres.ensure_running()
        self._say("Database: bringing the tables up to date")
        call_command("migrate", verbosity=0, interactive=False)
        call_command("load_catalogue", stdout=self.stdout)
        call_command("collectstatic", verbosity=0, interactive=False)
        translations.messages_compile()
        self._manage("build_model")
        self._fill_demo_once()
        return self._make_admin()

    def _fill_demo_once(self) -> None:
        """The simulated episode, analysed and as a dataset; not after reports of others, nor twice."""
        mark = self._first_start_mark()
        if mark.exists():
            return
        reports = apps.get_model("reports", "Report").objects
        if not reports.exclude(provenance="simulated").exists():
            if reports.exists():
                self._manage("clear_demo")  # an earlier first start was interrupted
            self._say("First start: filling the SIMULATED demo episode; this happens once")
            self._manage("fill_demo")
            self._say("First start: the first analysis")
            self._manage("run_analysis")
            self._manage("build_dataset")
        mark.touch()

    def _make_admin(self) -> str | None:
        users = get_user_model()._default_manager
        if users.filter(is_superuser=True).exists():
            return None
        password = secrets.token_urlsafe(12)
        users.create_superuser(username="admin", password=password)
        return password

    def _first_start_mark(self) -> Path:
        return Path(settings.PLUMBLINE_DATA) / "first_start_done"

    def _manage(self, command: str) -> None:
        """Run a command in a process of its own: what it loads of the science ends with it."""
        self.stdout.flush()
        result = subprocess.run(
            [sys.executable, "manage.py", command],
            cwd=settings.BASE_DIR,
            env=processes.environment(),
            check=False,
        )
        if result.returncode:
            raise CommandError(f"`manage.py {command}` failed (see above); nothing was started.")

    def _disconnect(self) -> None:
        """Leave no connection, and no pool with its threads, for the forked group to inherit."""
        for connection in connections.all(initialized_only=True):
            connection.close()
            if isinstance(connection, PostgresWrapper):
                connection.close_pool()

    def _stop_database(self) -> None:
        self._disconnect()
        if not settings.DATABASE_URL and not postgres.release():
            self._say("Another process still uses the database; it stops after that one.")

    # --- what the user reads

    def _announce(self, password: str | None) -> None:
        url = settings.PUBLIC_URL
        lines = [
            "",
            "Plumbline is running.",
            f"  Explorer    {url}/",
            f"  API docs    {url}/api/v1/docs/",
            f"  Admin       {url}/admin/",
        ]
        if password:
            lines.append(f"              user admin, password {password} (shown only now)")
        lines.append("              new password: .venv/bin/python manage.py changepassword admin")
        for browser, (folder, how) in EXTENSION_BUILDS.items():
            build = Path(settings.BASE_DIR) / "extension" / ".output" / folder
            shown = (
                build
                if build.exists()
                else f"not built: cd extension && npm run build:{browser.lower()}"
            )
            lines.append(f"  {browser:<11} {shown}")
            lines.append(f"              {how}")
        lines += ["Ctrl-C stops everything.", ""]
        self._say("\n".join(lines))

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
