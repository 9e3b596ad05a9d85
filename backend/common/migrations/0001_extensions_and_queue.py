"""The extensions of PostgreSQL that the tables need, and the task queue's functions."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.operations import CreateExtension, TrigramExtension
from django.db import migrations
from pgvector.django import VectorExtension


def install_queue(apps: Any, schema_editor: Any) -> None:
    """Install pgmq's plain SQL, unless the server has it already (as an extension, say)."""
    from pgmq.install import get_embedded_install_sql

    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = 'pgmq'")
        if cursor.fetchone() is None:
            # Straight to psycopg: the script is many statements, and holds percent signs.
            cursor.connection.cursor().execute(get_embedded_install_sql())


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        VectorExtension(),
        TrigramExtension(),
        CreateExtension("unaccent"),
        migrations.RunPython(install_queue, migrations.RunPython.noop),
    ]
