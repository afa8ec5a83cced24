from django.db import migrations, models


class Migration(migrations.Migration):
    """Where a picture lies in the body, by which a series is put in order."""

    dependencies = [("records", "0016_phrases_of_scans_once")]

    operations = [
        migrations.AddField("imaginginstance", "plane", models.CharField(blank=True, max_length=64)),
        migrations.AddField("imaginginstance", "position", models.FloatField(blank=True, null=True)),
    ]
