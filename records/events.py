"""What open pages are told about clinical records: ids, kind and status, never what they say."""

from datetime import date
from uuid import UUID

from clinic.core.realtime import publish, user_group
from records.models import Document, RecordExport


def doses_changed(patient_id: UUID, day: date) -> None:
    """To the patient's own pages: something was told of a dose, or what is planned is another now."""
    publish([user_group(patient_id)], {"type": "doses.changed", "date": day.isoformat()})


def document_changed(document: Document) -> None:
    """To whoever put it in, and to the patient once it is theirs to see."""
    groups = [user_group(document.recorded_by_id)]
    if document.released_at is not None:
        groups.append(user_group(document.patient_id))
    publish(groups, {"type": "document.changed", "id": str(document.pk), "patient": str(document.patient_id)})


def record_export_changed(export: RecordExport) -> None:
    """To whoever asked for it."""
    event = {
        "type": "record_export.changed",
        "id": str(export.pk),
        "status": str(export.state),
        "done": export.done,
    }
    publish([user_group(export.asked_by_id)], event)
