import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MODES = [("video", "Video"), ("in_person", "In person")]


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0002_figures"),
        ("scheduling", "0002_resources_referrals_waiting_and_the_day"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DoseDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="DoseMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="FigureMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="DoseFigures",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("day", models.DateField()),
                ("on_time", models.PositiveIntegerField(default=0)),
                ("late", models.PositiveIntegerField(default=0)),
                ("skipped", models.PositiveIntegerField(default=0)),
                ("missed", models.PositiveIntegerField(default=0)),
                (
                    "doctor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("day", "doctor"), name="dose_figures_once")],
            },
        ),
        migrations.RemoveConstraint(model_name="feedbackfigures", name="feedback_figures_once"),
        migrations.RemoveConstraint(model_name="moneyfigures", name="money_figures_once"),
        migrations.RemoveConstraint(model_name="visitfigures", name="visit_figures_once"),
        migrations.RemoveIndex(model_name="figureday", name="figure_day_stale"),
        migrations.RemoveField(model_name="figureday", name="stale_since"),
        migrations.RemoveField(model_name="visitfigures", name="measured_minutes"),
        migrations.RemoveField(model_name="visitfigures", name="waited_minutes"),
        # Nothing was summed before this migration: the defaults fill no row.
        migrations.AddField(
            "feedbackfigures",
            "mode",
            models.CharField(choices=MODES, default="", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            "moneyfigures", "currency", models.CharField(default="", max_length=3), preserve_default=False
        ),
        migrations.AddField(
            "moneyfigures",
            "mode",
            models.CharField(choices=MODES, default="", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField("moneyfigures", "refunds", models.PositiveIntegerField(default=0)),
        migrations.AddField(
            "visitfigures", "currency", models.CharField(default="", max_length=3), preserve_default=False
        ),
        migrations.AddField("visitfigures", "measured_seconds", models.PositiveBigIntegerField(default=0)),
        migrations.AddField("visitfigures", "waited_seconds", models.PositiveBigIntegerField(default=0)),
        migrations.AddConstraint(
            "feedbackfigures",
            models.UniqueConstraint(
                fields=("day", "doctor", "service", "mode"), name="feedback_figures_once"
            ),
        ),
        migrations.AddConstraint(
            "moneyfigures",
            models.UniqueConstraint(
                fields=("day", "doctor", "service", "mode", "currency", "method"), name="money_figures_once"
            ),
        ),
        migrations.AddConstraint(
            "visitfigures",
            models.UniqueConstraint(
                fields=("day", "doctor", "service", "mode", "currency"), name="visit_figures_once"
            ),
        ),
    ]
