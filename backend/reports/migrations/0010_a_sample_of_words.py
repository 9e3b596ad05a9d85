from django.db import migrations

SAMPLE = (
    "CREATE INDEX report_search_sample ON reports_report USING gin (search)"
    " WHERE state = 'released' AND get_byte(uuid_send(id), 15) < 32"
)


class Migration(migrations.Migration):
    """Of every eighth report the words: that more than a number have some is soon shown by them alone."""

    dependencies = [("reports", "0009_phrases_by_their_pairs")]

    operations = [migrations.RunSQL(SAMPLE, "DROP INDEX report_search_sample")]
