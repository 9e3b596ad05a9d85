from pathlib import Path

from django.db import migrations

STATEMENTS = Path(__file__).with_name("0009_pairs.sql").read_text(encoding="utf-8")
BACK = "DROP INDEX report_pairs; DROP FUNCTION reports_pairs(tsvector);"


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_members_from_an_index_alone")]

    operations = [migrations.RunSQL(STATEMENTS, BACK)]
