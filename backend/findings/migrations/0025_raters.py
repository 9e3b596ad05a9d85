"""Ratings of a cell are told from five contributors on; until the next run counts these, none is."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("findings", "0024_acknowledgements")]

    operations = [
        migrations.AlterField(
            model_name="cellstate",
            name="detectable_share",
            field=models.FloatField(help_text="Null: no share would have shown.", null=True),
        ),
        migrations.AlterField(
            model_name="cellstate",
            name="n_ratings",
            field=models.PositiveIntegerField(
                help_text="Null: fewer than five contributors rated.", null=True
            ),
        ),
        migrations.RunSQL(
            "UPDATE findings_cellstate SET n_ratings = NULL, detectable_share = NULL",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="cellstate",
            constraint=models.CheckConstraint(
                name="no_ratings_below_the_floor",
                condition=Q(n_ratings__gte=5)
                | Q(n_ratings__isnull=True, detectable_share__isnull=True),
            ),
        ),
    ]
