"""A cell in which a finding goes on has a quiet row beside its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0028_a_vendor_confirmed_it"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="cellstate", name="one_state_per_cell_and_run"),
        migrations.AddConstraint(
            model_name="cellstate",
            constraint=models.UniqueConstraint(
                fields=["run", "model", "domain", "symptom_kind", "is_simulated", "state"],
                name="one_row_per_cell_run_and_state",
            ),
        ),
    ]
