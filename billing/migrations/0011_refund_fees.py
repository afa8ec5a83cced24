from django.conf import settings
from django.db import migrations, models

# Until management says otherwise: a day before the visit everything comes back, later nothing.
DEFAULTS = {24: 100, 0: 0}


def add_defaults(apps, schema_editor):
    rule = apps.get_model("billing", "CancellationRule")
    if not rule.objects.exists():
        for hours, percent in DEFAULTS.items():
            rule.objects.create(hours_before=hours, refund_percent=percent)


class Migration(migrations.Migration):

    dependencies = [
        ("billing", "0010_statement_reading"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="payment",
            name="kept",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=10),
        ),
        migrations.AddField(
            model_name="refund",
            name="settled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept__gte", 0), ("kept__lte", models.F("received"))),
                name="payment_kept_within_received",
            ),
        ),
        migrations.RunPython(add_defaults, migrations.RunPython.noop),
    ]
