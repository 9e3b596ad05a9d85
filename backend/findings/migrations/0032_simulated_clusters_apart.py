"""Real and simulated reports are clustered apart.

A cluster that held both counts as simulated until the next run finds its real reports in one of their own.
"""

from django.db import migrations, models

MARK = """
    UPDATE findings_clustertrack SET is_simulated = true WHERE id IN (
        SELECT cluster.track_id FROM findings_cluster cluster
        JOIN findings_clustermember member ON member.cluster_id = cluster.id
        JOIN reports_report report ON report.id = member.report_id
        WHERE report.provenance = 'simulated')
"""


class Migration(migrations.Migration):
    dependencies = [("findings", "0031_ids_that_count_nothing")]

    operations = [
        migrations.AddField(
            model_name="clustertrack",
            name="is_simulated",
            field=models.BooleanField(default=False, help_text="All its reports are, or none."),
        ),
        migrations.RunSQL(MARK, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="analysisrun", name="has_simulated_joined"),
        migrations.AlterField(
            model_name="analysisrun",
            name="resolutions",
            field=models.JSONField(
                default=dict,
                help_text="By part how finely it was divided into themes and variants.",
            ),
        ),
        # A run that goes on writes its parts anew.
        migrations.RunSQL("DELETE FROM findings_runpart", migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="runpart", name="one_part_per_run_and_domain"),
        migrations.RenameField(model_name="runpart", old_name="domain", new_name="name"),
        migrations.AlterField(
            model_name="runpart",
            name="name",
            field=models.CharField(max_length=80, help_text="The domain, and whether simulated."),
        ),
        migrations.AddConstraint(
            model_name="runpart",
            constraint=models.UniqueConstraint(
                fields=("run", "name"), name="one_part_per_run_and_name"
            ),
        ),
    ]
