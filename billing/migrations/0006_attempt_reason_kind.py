from django.db import migrations, models


class Migration(migrations.Migration):
    """What the patient is asked to send again."""

    dependencies = [("billing", "0005_desk_columns")]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="reason_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("unreadable", "The picture can't be read. Please send a sharper one that shows the whole receipt."),
                    ("no_picture", "Please add a picture of your receipt: we can't find the transfer by its reference."),
                    ("other_picture", "The picture shows another payment. Please send the one of this transfer."),
                    ("reference", "The bank reference is not the one of this transfer. Please copy it from your receipt."),
                    ("other", "Something is missing."),
                ],
                max_length=13,
            ),
        ),
    ]
