"""The engine `backend.common.embedded_db`; see `backend/common/postgres.py` for how it is used."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as PostgresWrapper
from psycopg import OperationalError

from backend.common import postgres


class DatabaseWrapper(PostgresWrapper):
    """PostgreSQL over the embedded server's socket; a server that died is started again."""

    def get_connection_params(self) -> dict[str, Any]:
        postgres.ensure_running()
        parameters: dict[str, Any] = super().get_connection_params()
        parameters["host"] = postgres.connection_parameters()["host"]
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except OperationalError:
            if self.pool:
                raise  # the pool has tried again by itself
            postgres.ensure_running(is_doubtful=True)
            return super().get_new_connection(conn_params)
