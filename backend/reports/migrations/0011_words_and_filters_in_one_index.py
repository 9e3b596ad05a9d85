from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations


class Migration(migrations.Migration):
    """What has some words and is of one site, model or domain, from one index: two lists are not read whole."""

    dependencies = [("reports", "0010_a_sample_of_words")]

    operations = [
        BtreeGinExtension(),
        migrations.RemoveIndex(model_name="report", name="report_search"),
        migrations.AddIndex(
            model_name="report",
            index=GinIndex(
                fields=["search", "site", "model", "domain_stated"], name="report_search"
            ),
        ),
    ]
