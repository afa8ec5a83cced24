from django.db import migrations

from records.models import final_labs


def guard(apps, schema_editor):
    final_labs.install(schema_editor.connection)


def unguard(apps, schema_editor):
    final_labs.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """Triggers that refuse to change or delete a final lab report and its results."""

    dependencies = [("records", "0009_imports_of_medicines")]

    operations = [migrations.RunPython(guard, unguard)]
