from django.db import migrations, models


class Migration(migrations.Migration):
    """Whose pictures these are is decided both ways: they count, or are refused."""

    dependencies = [("records", "0013_what_was_told_of_critical_findings_kept")]

    operations = [
        migrations.RenameField("imagingstudy", "accepted_by", "decided_by"),
        migrations.RenameField("imagingstudy", "accepted_reason", "decided_reason"),
        migrations.AlterField(
            "imagingstudy", "decided_reason", models.CharField("why", blank=True, max_length=240)
        ),
    ]
