"""What comes back of a transfer that was being checked when its visit was called off."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0013_reference_once_in_all")]

    operations = [
        migrations.AddField(
            "payment", "refund_percent", models.PositiveSmallIntegerField(null=True, blank=True)
        )
    ]
