"""What open pages are told about clinical records: ids, kind and status, never what they say."""

from datetime import date
from uuid import UUID

from clinic.core.realtime import publish, user_group


def doses_changed(patient_id: UUID, day: date) -> None:
    """To the patient's own pages: something was told of a dose, or what is planned is another now."""
    publish([user_group(patient_id)], {"type": "doses.changed", "date": day.isoformat()})
