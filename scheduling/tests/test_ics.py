"""Visits as iCalendar: in mails, as a file, and what they keep to themselves."""

from datetime import UTC, timedelta
from email.message import Message
from typing import Any

import pytest
import time_machine
from django.core import mail as outbox
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from clinic.core.testing.tasks import run_due_tasks
from messaging.domain.notifications import notify
from scheduling.domain import ics, progress
from scheduling.enums import AppointmentStatus as S
from scheduling.models import Appointment
from scheduling.tests.calendars import events_of
from scheduling.tests.factories import make_appointment


@pytest.fixture
def visit(patient: Any, doctor: Any, service: Any) -> Appointment:
    service.name, patient.last_name = "Chest scan", "श्रेष्ठ-अधिकारी" * 5
    service.save()
    patient.save()
    return make_appointment(patient, doctor, service, reason="Coughing blood", sequence=3)


@pytest.mark.django_db
def test_an_event_says_when_and_little_else(visit: Appointment, manager: Any, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://clinic.example"]
    for reader, title in (
        (visit.patient, "Visit at Sagarmatha Clinic with Dr. Sita Sharma"),
        (visit.doctor, "Video visit"),
        (manager, "Video visit · Dr. Sita Sharma"),
    ):
        content = ics.file(visit, reader)
        (event,) = events_of(content)
        assert event["SUMMARY"] == title
        assert event.start == visit.starts_at.astimezone(UTC).replace(microsecond=0)
        assert event.end - event.start == timedelta(minutes=30)
        assert b"DTSTART:2" in content
        assert (event["UID"], event["SEQUENCE"], event["CLASS"]) == (str(visit.pk), 3, "PRIVATE")
        assert event["URL"] == f"https://clinic.example/appointments/{visit.pk}/"
        text = content.decode().replace("\r\n ", "")
        for secret in ("Chest", "Coughing", visit.patient.last_name, "Asha"):
            assert secret not in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (S.PENDING_PAYMENT, "TENTATIVE"),
        (S.PENDING_CONFIRMATION, "TENTATIVE"),
        (S.CONFIRMED, "CONFIRMED"),
        (S.CHECKED_IN, "CONFIRMED"),
        (S.IN_PROGRESS, "CONFIRMED"),
        (S.COMPLETED, "CONFIRMED"),
        (S.NO_SHOW, "CONFIRMED"),
        (S.CANCELLED, "CANCELLED"),
        (S.DECLINED, "CANCELLED"),
        (S.EXPIRED, "CANCELLED"),
    ],
)
def test_each_status_has_its_own(visit: Appointment, status: str, expected: str) -> None:
    visit.status = status
    (event,) = events_of(ics.file(visit, visit.patient))
    assert event["STATUS"] == expected


@pytest.mark.django_db
def test_a_displaced_visit_is_not_certain(visit: Appointment) -> None:
    visit.displaced_at = visit.starts_at
    (event,) = events_of(ics.file(visit, visit.patient))
    assert event["STATUS"] == "TENTATIVE"


@pytest.mark.django_db
def test_it_speaks_the_readers_language(visit: Appointment) -> None:
    english = ics.file(visit, visit.patient)
    visit.patient.language = "ne"
    (event,) = events_of(ics.file(visit, visit.patient))
    assert event["LOCATION"] != events_of(english)[0]["LOCATION"]


def sent_message() -> tuple[EmailMultiAlternatives, Message]:
    """The last mail, and as it goes over the wire."""
    message = outbox.outbox[-1]
    assert isinstance(message, EmailMultiAlternatives)
    return message, message.message()


def invitation_in(message: Message, reader: Any) -> tuple[str, Any]:
    """Method and event of the alternative that mail programs read; the file brings the same."""
    parts = {part.get_content_type(): part for part in message.walk()}
    part = parts["text/calendar"]
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert parts["application/ics"].get_payload(decode=True) == content
    assert parts["application/ics"].get_filename() == "visit.ics"
    (event,) = events_of(content)
    method = str(Calendar.from_ical(content)["METHOD"])
    assert part.get_param("method") == method
    assert event["ATTENDEE"] == f"mailto:{reader.email}"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    return method, event


@pytest.mark.django_db(transaction=True)
def test_mails_put_a_visit_into_the_calendar_and_take_it_out(
    patient: Any, doctor: Any, manager: Any, service: Any
) -> None:
    visit = make_appointment(patient, doctor, service, status=S.PENDING_CONFIRMATION)
    progress.confirm(visit.pk, actor=manager)
    run_due_tasks()
    first = {message.to[0]: message for message in outbox.outbox}
    assert set(first) == {patient.email, doctor.email}
    for reader in (patient, doctor):
        method, event = invitation_in(first[reader.email].message(), reader)
        assert (method, event["STATUS"], event["UID"]) == ("REQUEST", "CONFIRMED", str(visit.pk))
    before = event["SEQUENCE"]
    progress.cancel(visit.pk, actor=doctor)
    run_due_tasks()
    message, wire = sent_message()
    assert message.to == [patient.email]
    method, event = invitation_in(wire, patient)
    assert (method, event["STATUS"], event["UID"]) == ("CANCEL", "CANCELLED", str(visit.pk))
    assert event["SEQUENCE"] > before


@pytest.mark.django_db(transaction=True)
def test_what_was_never_confirmed_is_taken_out_of_no_calendar(
    patient: Any, doctor: Any, service: Any
) -> None:
    visit = make_appointment(patient, doctor, service, status=S.PENDING_CONFIRMATION)
    progress.decline(visit.pk, actor=doctor)
    run_due_tasks()
    message, _wire = sent_message()
    assert message.to == [patient.email]
    assert message.attachments == []


@pytest.mark.django_db
def test_a_doctor_who_gave_the_visit_away_loses_the_entry(visit: Appointment, other_doctor: Any) -> None:
    for reader, method, status in (
        (visit.doctor, "REQUEST", "CONFIRMED"),
        (visit.patient, "REQUEST", "CONFIRMED"),
        (other_doctor, "CANCEL", "CANCELLED"),
    ):
        _name, kind, content = ics.attachment(visit, reader)
        (event,) = events_of(content)
        assert kind == f"text/calendar; method={method}"
        assert (str(Calendar.from_ical(content)["METHOD"]), event["STATUS"]) == (method, status)


@pytest.mark.django_db(transaction=True)
def test_a_mail_tried_again_still_has_its_attachment(patient: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any) -> None:
        raise ConnectionRefusedError

    content = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    attachments = [
        ("visit.ics", "text/calendar; method=REQUEST", content),
        ("a.bin", "application/pdf", b"\x00\xff"),
    ]
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.open", refuse)
        notify(patient, occasion="payment.confirmed", url="/", key="k", attachments=attachments)
        run_due_tasks()
    assert outbox.outbox == []
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        run_due_tasks()
    message, _wire = sent_message()
    assert [(part.filename, part.content) for part in message.attachments] == [  # type: ignore[union-attr]
        ("visit.ics", content),
        ("a.bin", b"\x00\xff"),
    ]
    assert message.alternatives[1][1] == "text/calendar; method=REQUEST"


@pytest.mark.django_db
def test_the_file_is_for_the_people_of_the_visit(client: Any, visit: Appointment, other_patient: Any) -> None:
    url = reverse("appointment_ics", args=[visit.pk])
    client.force_login(visit.patient)
    assert url in client.get(reverse("appointment", args=[visit.pk])).content.decode()
    answer = client.get(url)
    assert answer["Content-Type"].startswith("text/calendar")
    assert answer["Content-Disposition"] == 'attachment; filename="visit.ics"'
    (event,) = events_of(answer.content)
    assert event["URL"] == f"http://testserver/appointments/{visit.pk}/"
    client.force_login(other_patient)
    assert client.get(url).status_code == 404
