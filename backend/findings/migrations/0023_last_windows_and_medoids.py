from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("findings", "0022_addresses_and_places_meet")]

    operations = [
        migrations.AddIndex(
            model_name="signal",
            index=models.Index(
                fields=["run", "model", "domain", "symptom_kind", "-window_end", "window_start"],
                name="signal_last_window",
            ),
        ),
        migrations.AddIndex(
            model_name="clustermember",
            index=models.Index(
                condition=models.Q(("is_medoid", True)), fields=["cluster"], name="member_medoid"
            ),
        ),
    ]
