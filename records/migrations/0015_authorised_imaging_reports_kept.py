from django.db import migrations

from records.models import final_imaging


def guard(apps, schema_editor):
    final_imaging.install(schema_editor.connection)


def unguard(apps, schema_editor):
    final_imaging.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """Triggers that refuse to change or delete the report of a scan that is authorised."""

    dependencies = [("records", "0014_pictures_are_decided_on")]

    operations = [migrations.RunPython(guard, unguard)]
