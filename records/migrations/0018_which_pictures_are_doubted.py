from typing import Any

from django.db import migrations, models


def tell_apart(apps: Any, _schema: Any) -> None:
    """Until now a study knew one person, and was doubted as a whole."""
    studies = apps.get_model("records", "ImagingStudy").objects.exclude(state="refused")
    for study in studies.iterator():
        is_doubted = study.state == "other_person"
        born = study.found_birth_date
        study.named = [
            {
                "name": study.found_name,
                "birth_date": born.isoformat() if born else None,
                "sex": study.found_sex,
                "id": study.found_patient_id,
                "is_doubted": is_doubted,
            }
        ]
        study.save(update_fields=["named"])
    pictures = apps.get_model("records", "ImagingInstance").objects
    pictures.filter(series__study__state="other_person").update(is_doubted=True)


class Migration(migrations.Migration):
    """Of a study that names the patient and somebody else, only what names the other is refused."""

    dependencies = [("records", "0017_where_pictures_lie")]

    operations = [
        migrations.AddField("imagingstudy", "named", models.JSONField(default=list)),
        migrations.AddField("imaginginstance", "is_doubted", models.BooleanField(default=False)),
        migrations.RunPython(tell_apart, migrations.RunPython.noop),
    ]
