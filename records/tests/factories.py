"""Feedback for tests."""

from typing import Any

from accounts.models import User
from records.domain import feedback as domain
from records.models import Feedback
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment, Service
from scheduling.tests.factories import clinic_time, make_appointment


def make_past_visit(
    patient: User, doctor: User, service: Service, *, days_ago: int = 2, **fields: Any
) -> Appointment:
    return make_appointment(
        patient,
        doctor,
        service,
        **{"starts_at": clinic_time(-days_ago, 10), "status": AppointmentStatus.COMPLETED, **fields},
    )


def make_feedback(visit: Appointment, *, published_by: User | None = None, **answers: Any) -> Feedback:
    """Given by the visit's patient, and published when somebody is named who does it."""
    given = domain.give(
        visit.pk,
        author=visit.patient,
        answers={"overall": 5, "recommend": True, "comment": "Took time for us.", **answers},
    )
    return domain.publish(given.pk, actor=published_by) if published_by else given
