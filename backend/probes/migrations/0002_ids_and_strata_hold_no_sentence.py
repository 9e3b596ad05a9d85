from django.db import migrations, models

PATTERN = "^[A-Za-z0-9._:-]{1,40}$"


class Migration(migrations.Migration):
    dependencies = [("probes", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="probeanswer", name="an_item_is_no_text"),
        migrations.AlterField(
            model_name="probeanswer", name="item", field=models.CharField(max_length=40)
        ),
        migrations.AlterField(
            model_name="probeanswer",
            name="stratum",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddConstraint(
            model_name="probeanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("item__regex", PATTERN)), name="an_item_is_no_text"
            ),
        ),
        migrations.AddConstraint(
            model_name="probeanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(("stratum", ""), ("stratum__regex", PATTERN), _connector="OR"),
                name="a_stratum_is_no_text",
            ),
        ),
    ]
