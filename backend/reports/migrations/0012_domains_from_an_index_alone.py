from django.db import migrations, models


class Migration(migrations.Migration):
    """Which domains many reports are counted in, without a look at the table for each."""

    dependencies = [("reports", "0011_words_and_filters_in_one_index")]

    operations = [
        migrations.AddIndex(
            model_name="counteddomain",
            index=models.Index(fields=["report"], include=("domain",), name="counted_of_report"),
        ),
    ]
