from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("common", "0001_extensions_and_queue")]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "name",
                    models.CharField(max_length=40, primary_key=True, serialize=False),
                ),
                ("last_at", models.DateTimeField()),
            ],
        ),
    ]
