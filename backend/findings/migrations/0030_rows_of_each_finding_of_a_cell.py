"""A cell in which several findings go on has a row for each."""

from django.db import migrations, models
from django.db.models.functions import MD5


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0029_quiet_rows_of_cells"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="cellstate", name="one_row_per_cell_run_and_state"),
        migrations.AddConstraint(
            model_name="cellstate",
            constraint=models.UniqueConstraint(
                "run",
                "model",
                "domain",
                "symptom_kind",
                "is_simulated",
                "state",
                MD5("reason"),
                name="one_row_per_cell_run_and_reason",
            ),
        ),
    ]
