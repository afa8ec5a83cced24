from django.db import migrations

from records.models import signed_only


def guard(apps, schema_editor):
    signed_only.install(schema_editor.connection)


def unguard(apps, schema_editor):
    signed_only.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """Triggers that refuse to change or delete what stands on a signed prescription."""

    dependencies = [("records", "0006_shared_phrases_and_signed_notes_kept")]

    operations = [migrations.RunPython(guard, unguard)]
