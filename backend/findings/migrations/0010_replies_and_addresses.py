"""Replies of vendors; findings get the words of their address, and facts about their reports."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Concat


def slugs_from_cells(apps, schema_editor):
    words = Concat(
        F("model_id"),
        Value("-"),
        F("domain_id"),
        Value("-"),
        F("symptom_kind"),
        output_field=models.SlugField(max_length=140),
    )
    apps.get_model("findings", "Finding").objects.filter(slug="").update(slug=words)


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0001_initial"),
        ("findings", "0009_clusters_judged_by_halves"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("entered", "entered, not public"),
                            ("published", "published"),
                            ("retracted", "taken down"),
                        ],
                        default="entered",
                        editable=False,
                        max_length=9,
                    ),
                ),
                ("text", models.TextField(help_text="In the vendor's own words, as plain text.")),
                (
                    "source_url",
                    models.CharField(
                        help_text="Where the vendor says so itself, or says that it wrote to us.",
                        max_length=500,
                    ),
                ),
                ("replied_on", models.DateField()),
                ("entered_at", models.DateTimeField()),
                ("entered_by", models.CharField(max_length=150)),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="replies",
                        to="findings.finding",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.vendor",
                    ),
                ),
            ],
            options={"verbose_name_plural": "replies", "ordering": ["replied_on", "id"]},
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(("source_url__startswith", "https://")),
                name="a_reply_has_a_source",
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="instrument",
            field=models.JSONField(
                default=dict, help_text="Which versions and sites its reports come from."
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="symptoms",
            field=models.JSONField(
                default=dict, help_text="By symptom the contributors who named it, from five on."
            ),
        ),
        migrations.AddField(
            model_name="finding",
            name="terms",
            field=models.JSONField(default=list, help_text="Words that set its reports apart."),
        ),
        migrations.AddField(
            model_name="finding",
            name="slug",
            field=models.SlugField(
                db_index=False,
                default="",
                editable=False,
                help_text="Given once; its address never changes.",
                max_length=140,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="findingevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("state", "its state changed"),
                    ("merged", "became part of another finding"),
                    ("split", "part of it became a finding of its own"),
                    ("published", "published by a moderator"),
                    ("held", "held by a moderator"),
                    ("reply", "its vendor replied"),
                    ("retracted", "a reply was taken down"),
                ],
                default="state",
                max_length=9,
            ),
        ),
        migrations.RunPython(slugs_from_cells, migrations.RunPython.noop),
    ]
