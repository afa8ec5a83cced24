from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("billing", "0006_attempt_reason_kind")]

    operations = [
        migrations.AddField(
            model_name="quote",
            name="benefit_year",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="membership",
            name="ended_reason",
            field=models.CharField(blank=True, max_length=240, verbose_name="reason"),
        ),
    ]
