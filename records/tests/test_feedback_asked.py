"""After each visit its patient is asked how it was: once, and with nothing of the visit in the words."""

from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from clinic.core.testing.tasks import run_due_tasks
from messaging.models import Notification
from records.models import Feedback
from scheduling.domain import progress
from scheduling.enums import AppointmentStatus
from scheduling.models import Appointment

from .factories import make_past_visit

pytestmark = pytest.mark.django_db(transaction=True)
ANSWERS = {"overall": 5, "recommend": True}


@pytest.fixture
def visit(patient: Any, doctor: Any, service: Any) -> Appointment:
    return make_past_visit(
        patient, doctor, service, status=AppointmentStatus.IN_PROGRESS, reason="Rash on the arm"
    )


def asked(user: Any) -> list[Notification]:
    return list(Notification.objects.filter(user=user, key__startswith="feedback:"))


def test_the_patient_is_asked_once_it_is_over(visit: Appointment, patient: Any, doctor: Any) -> None:
    assert asked(patient) == []
    progress.complete(visit.pk, actor=doctor)
    (notification,) = asked(patient)
    assert notification.url == reverse("feedback", args=[visit.pk])
    assert asked(doctor) == []
    run_due_tasks()
    (letter,) = [one for one in mail.outbox if "How was your visit?" in one.subject]
    assert letter.to == [patient.email]
    assert "Rash" not in f"{letter.body} {letter.subject} {notification.title}"


def test_nobody_is_asked_about_a_visit_that_did_not_take_place(
    visit: Appointment, patient: Any, doctor: Any
) -> None:
    Appointment.objects.filter(pk=visit.pk).update(status=AppointmentStatus.CONFIRMED)
    progress.no_show(visit.pk, actor=doctor)
    assert asked(patient) == []


def test_who_has_said_it_is_not_asked(visit: Appointment, patient: Any, doctor: Any) -> None:
    Feedback.objects.create(appointment=visit, **ANSWERS)
    progress.complete(visit.pk, actor=doctor)
    assert asked(patient) == []
