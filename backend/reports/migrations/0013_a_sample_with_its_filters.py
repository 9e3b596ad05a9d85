from django.db import migrations

WITH_FILTERS = (
    "CREATE INDEX report_search_sample ON reports_report"
    " USING gin (search, site_id, model_id, domain_stated_id)"
    " WHERE state = 'released' AND get_byte(uuid_send(id), 15) < 32"
)
WITHOUT = (
    "CREATE INDEX report_search_sample ON reports_report USING gin (search)"
    " WHERE state = 'released' AND get_byte(uuid_send(id), 15) < 32"
)
DROP = "DROP INDEX report_search_sample"


class Migration(migrations.Migration):
    """That more than a number have some words and are of one site is soon shown by the sample too."""

    dependencies = [("reports", "0012_domains_from_an_index_alone")]

    operations = [
        migrations.RunSQL([DROP, WITH_FILTERS], [DROP, WITHOUT]),
    ]
