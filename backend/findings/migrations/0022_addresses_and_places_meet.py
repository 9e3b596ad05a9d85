"""Two lines of changes become one: lasting addresses, and places on the map of themes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0011_every_finding_has_a_slug"),
        ("findings", "0021_place_tallies"),
    ]

    operations = []
