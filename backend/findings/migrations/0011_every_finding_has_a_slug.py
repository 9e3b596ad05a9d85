"""No finding without the words of its address; apart, because the rows had to be filled before."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("findings", "0010_replies_and_addresses"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(("slug", ""), _negated=True), name="a_finding_has_a_slug"
            ),
        ),
    ]
