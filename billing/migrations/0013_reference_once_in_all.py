"""A reference pays once, whatever it is said to be of."""

from django.db import migrations, models

_NOT_LET_GO = ~models.Q(outcome__in=["rejected", "asked_again", "abandoned"])


class Migration(migrations.Migration):
    dependencies = [("billing", "0012_gateway_words")]

    operations = [
        migrations.RemoveConstraint("attempt", "attempt_reference_once"),
        migrations.AddConstraint(
            "attempt",
            models.UniqueConstraint(
                fields=["reference_key"],
                condition=_NOT_LET_GO & ~models.Q(reference_key=""),
                name="attempt_reference_once",
            ),
        ),
        migrations.AddIndex("attempt", models.Index(fields=["reference_key"], name="attempt_reference")),
    ]
