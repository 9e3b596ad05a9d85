"""Events of earlier versions that were a moderator's word say so by their kind."""

from django.db import migrations
from django.db.models import F


def kinds_from_words(apps, schema_editor):
    decisions = apps.get_model("findings", "FindingEvent").objects.filter(
        kind="state", from_state=F("to_state")
    )
    decisions.filter(reason__startswith="Published by a moderator: ").update(kind="published")
    decisions.filter(reason__startswith="Held by a moderator: ").update(kind="held")


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0007_evidence"),
    ]

    operations = [
        migrations.RunPython(kinds_from_words, migrations.RunPython.noop),
    ]
