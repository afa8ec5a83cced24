from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("billing", "0008_documents_kept")]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="round",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="payment",
            name="claim_round",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "shortfall")),
                fields=("appointment", "claim_round"),
                name="payment_one_shortfall_a_round",
            ),
        ),
    ]
