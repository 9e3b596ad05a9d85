from django.db import migrations, models


def receipts_adapt(apps, schema_editor):
    """Unlinked senders never counted. Digests without a key could be guessed from: drop them."""
    apps.get_model("reports", "Receipt").objects.update(
        payload_digest="", is_counted=models.F("is_linked")
    )


class Migration(migrations.Migration):
    dependencies = [("reports", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="EarlyWithdrawal",
            fields=[
                (
                    "key_sha256",
                    models.CharField(max_length=64, primary_key=True, serialize=False),
                ),
                ("asked_on", models.DateField()),
            ],
        ),
        migrations.AddField(
            model_name="receipt",
            name="is_counted",
            field=models.BooleanField(default=True),
        ),
        migrations.RenameField(
            model_name="receipt", old_name="payload_sha256", new_name="payload_digest"
        ),
        migrations.RunPython(receipts_adapt, migrations.RunPython.noop),
    ]
