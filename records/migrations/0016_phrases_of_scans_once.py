from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0015_authorised_imaging_reports_kept"),
        ("scheduling", "0002_resources_referrals_waiting_and_the_day"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="imagingphrase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("doctor__isnull", False), ("service__isnull", False)),
                fields=("doctor", "service", "shortcut"),
                name="imaging_phrase_own_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="imagingphrase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("doctor__isnull", False), ("service__isnull", True)),
                fields=("doctor", "shortcut"),
                name="imaging_phrase_own_of_all_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="imagingphrase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("doctor__isnull", True), ("service__isnull", False)),
                fields=("service", "shortcut"),
                name="imaging_phrase_clinic_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="imagingphrase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("doctor__isnull", True), ("service__isnull", True)),
                fields=("shortcut",),
                name="imaging_phrase_clinic_of_all_once",
            ),
        ),
    ]
