from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("credentials", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="signingkey",
            name="one_signing_key_a_period",
        ),
        migrations.AddConstraint(
            model_name="signingkey",
            constraint=models.UniqueConstraint(
                condition=models.Q(("private_key__isnull", False)),
                fields=("purpose", "site", "epoch", "begins_on"),
                name="one_signing_key_a_period",
                nulls_distinct=False,
            ),
        ),
    ]
