from django.db import migrations

from accounts.models import append_only


def guard(apps, schema_editor):
    append_only.install(schema_editor.connection)


def unguard(apps, schema_editor):
    append_only.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """Triggers that refuse to change or delete rows of the activity trail."""

    dependencies = [("accounts", "0004_activity_trail_and_break_glass")]

    operations = [migrations.RunPython(guard, unguard)]
