from pathlib import Path

from django.db import migrations, models


def statements(name):
    """The SQL in a file beside this one; percent signs are doubled for the driver."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8").replace("%", "%%")


class Migration(migrations.Migration):
    dependencies = [("reports", "0006_filters_from_indexes_alone")]

    operations = [
        migrations.AlterField("tally", "value", models.CharField(max_length=400)),
        migrations.AlterField("tally", "other_value", models.CharField(max_length=400)),
        migrations.AlterField("tallychange", "week", models.CharField(max_length=32)),
        # What is noted so far is dropped below, so the value of these rows does not matter.
        migrations.AddField(
            "tallychange",
            "day",
            models.CharField(max_length=20, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "tallychange",
            "source",
            models.CharField(max_length=400, default=""),
            preserve_default=False,
        ),
        migrations.RunSQL(
            statements("0007_days_and_sources.sql"), statements("0007_days_and_sources_back.sql")
        ),
    ]
