from django.db import migrations

from records.models import critical_kept


def guard(apps, schema_editor):
    critical_kept.install(schema_editor.connection)


def unguard(apps, schema_editor):
    critical_kept.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """Triggers that refuse to change or delete what was noted of a critical finding."""

    dependencies = [("records", "0012_pictures_of_scans_arrive")]

    operations = [migrations.RunPython(guard, unguard)]
