from typing import Any

from django.db import migrations
from django.db.models import DateField
from django.db.models.functions import Trunc
from django.utils import timezone

# What is summed up, and the moment by which it belongs to a day.
SUMMED = [
    ("scheduling", "Appointment", "starts_at"),
    ("billing", "Attempt", "decided_at"),
    ("billing", "Refund", "settled_at"),
]


def mark_every_day(apps: Any, schema_editor: Any) -> None:
    """Of a database that is in use: the next sweeps sum these days up, until then they are read raw."""
    days = set()
    for app, name, at in SUMMED:
        rows = apps.get_model(app, name).objects.exclude(**{at: None}).order_by()
        day = Trunc(at, "day", output_field=DateField(), tzinfo=timezone.get_default_timezone())
        days |= set(rows.annotate(day=day).values_list("day", flat=True).distinct())
    mark = apps.get_model("insights", "FigureMark")
    mark.objects.bulk_create([mark(day=day) for day in sorted(days)], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0003_marks_and_dimensions_of_figures"),
        ("scheduling", "0002_resources_referrals_waiting_and_the_day"),
        ("billing", "0015_dead_choices"),
        ("records", "0011_imaging_and_explanations"),
    ]

    operations = [migrations.RunPython(mark_every_day, migrations.RunPython.noop)]
