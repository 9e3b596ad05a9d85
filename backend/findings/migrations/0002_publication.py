from django.db import migrations, models


def publish_what_was_public(apps, schema_editor):
    apps.get_model("findings", "Finding").objects.update(is_published=True)


class Migration(migrations.Migration):
    dependencies = [("findings", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="finding", name="is_published", field=models.BooleanField(default=False)
        ),
        migrations.AddField(
            model_name="findingevent",
            name="actor",
            field=models.CharField(default="rule", max_length=150),
        ),
        migrations.RunPython(publish_what_was_public, migrations.RunPython.noop),
    ]
