"""A statement is uploaded first and read by a mapping; how it was read stays with it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0009_claim_rounds")]

    operations = [
        migrations.RemoveField("statement", "layout"),
        migrations.RemoveField("statementlayout", "delimiter"),
        migrations.RemoveField("statementlayout", "encoding"),
        migrations.AlterField(
            "statementlayout", "date_format", models.CharField(default="ymd", max_length=24)
        ),
        migrations.AddField(
            "statement", "file", models.FileField(default="", upload_to="statements/"), preserve_default=False
        ),
        migrations.AddField(
            "statement",
            "state",
            models.CharField(
                choices=[
                    ("uploaded", "Columns to choose"),
                    ("reading", "Being read"),
                    ("read", "Read"),
                    ("failed", "Not readable"),
                ],
                default="uploaded",
                max_length=8,
            ),
        ),
        migrations.AddField("statement", "mapping", models.JSONField(blank=True, default=dict)),
        migrations.AddField("statement", "credits", models.PositiveIntegerField(default=0)),
        migrations.AddField("statement", "known", models.PositiveIntegerField(default=0)),
        migrations.AddField("statement", "debits", models.PositiveIntegerField(default=0)),
        migrations.AddField("statement", "unread", models.PositiveIntegerField(default=0)),
        migrations.AddField("statement", "problems", models.JSONField(blank=True, default=list)),
    ]
