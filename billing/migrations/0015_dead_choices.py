"""Choices that nothing ever chose: a cancellation fee is `Payment.kept`, and returned credit is a refund's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("billing", "0014_refund_percent")]

    operations = [
        migrations.AlterField(
            "payment",
            "kind",
            models.CharField(
                max_length=10,
                choices=[("charge", "Visit"), ("shortfall", "Not covered by the medical aid")],
                default="charge",
            ),
        ),
        migrations.AlterField(
            "creditentry",
            "reason",
            models.CharField(
                max_length=12,
                choices=[
                    ("overpaid", "Paid too much"),
                    ("covered_more", "The medical aid paid more than expected"),
                    ("refund", "Refund kept as credit"),
                    ("used", "Used for a payment"),
                    ("paid_out", "Paid out"),
                    ("moved", "Moved from or to the patient's other account"),
                ],
            ),
        ),
    ]
