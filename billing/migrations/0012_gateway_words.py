"""What a gateway was asked for, and what it said."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0011_refund_fees")]

    operations = [
        migrations.AddField(
            "attempt", "asked", models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
        ),
        migrations.AddField(
            "gatewayevent",
            "source",
            models.CharField(
                max_length=7,
                choices=[
                    ("return", "Brought back by the patient"),
                    ("look_up", "Told by the gateway's server"),
                ],
                default="look_up",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "gatewayevent",
            "amount",
            models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True),
        ),
        migrations.AddField("gatewayevent", "reference", models.CharField(max_length=40, blank=True)),
    ]
